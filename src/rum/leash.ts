/**
 * What the build gives `web-vitals` in the place of the globals of these names: the package has no way to be stopped,
 * and nothing of ours may go on listening to a page whose chat is gone.
 */
let life = new AbortController().signal;

/** Lets all that is begun here from now on end with a signal. */
export function leashTo(signal: AbortSignal): void {
  life = signal;
}

/** Takes what the browser's own takes, and listens before all others as the package does. */
const listen: typeof globalThis.addEventListener = (
  type: string,
  listener: EventListenerOrEventListenerObject,
  options?: AddEventListenerOptions | boolean,
) => globalThis.addEventListener(type, listener, {...(options as object), capture: true, signal: life});

/** Listens to the window. */
export const addEventListener = listen;

/** The browser's own. */
export const PerformanceObserver = new Proxy(globalThis.PerformanceObserver, {
  construct(Own, [callback]: [PerformanceObserverCallback]) {
    const observer = new Own(callback);
    life.addEventListener('abort', () => observer.disconnect());
    return observer;
  },
});

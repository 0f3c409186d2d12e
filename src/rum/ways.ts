/** A body that the browser sends once this page is gone, however it goes. */
export interface Held {
  /** Whether it has gone already, such as when the page was put aside for going back. */
  later: {readonly activated: boolean};
  /** Ends with it: it never goes then. */
  life: AbortController;
}

/** Has the browser hold a body for when the page is gone; undefined where it does not, or has no room. */
export function hold(url: string, body: string): Held | undefined {
  const {fetchLater} = globalThis as {fetchLater?: FetchLater}; // Chromium's alone
  const life = new AbortController();
  try {
    const later = fetchLater?.(url, {method: 'POST', body, signal: life.signal});
    return later && {later, life};
  } catch {
    return undefined; // no room, or an address that it does not take
  }
}

type FetchLater = (url: string, init: RequestInit) => Held['later'];

/** Hands a body to the browser, which sends it whatever becomes of the page; false where it refuses. */
export function beacon(url: string, body: string): boolean {
  try {
    return navigator.sendBeacon(url, body); // a string goes as text/plain, which needs no preflight
  } catch {
    return false; // blocked by the page's policy, or not there
  }
}

/** Posts a body. One that is to outlive the page is refused where there is no room among all that its scripts want to. */
export const post = (url: string, init: {body: string; keepalive: boolean; signal?: AbortSignal}) =>
  fetch(url, {method: 'POST', ...init});

/**
 * Runs work when the page is idle.
 *
 * @param timeout - By when it runs in any case, in ms; 0 for never, where the browser says when it is idle.
 * @returns A function that cancels it.
 */
export function whenIdle(work: () => void, timeout = 0): () => void {
  const {requestIdleCallback: ask} = window as Partial<Window>;
  const handle = ask ? ask(work, {timeout}) : window.setTimeout(work, 1);
  return () => (ask ? cancelIdleCallback(handle) : clearTimeout(handle));
}

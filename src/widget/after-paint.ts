/** Who waits, in the order in which they were called. */
const waiting: ((nowMs: number | undefined) => void)[] = [];

/**
 * Calls back once what has been drawn up to now is on screen: an animation frame, then the first task after it.
 * Measured 0.9 to 1.5 ms before true presentation (`npm run bench:paint`); the frame's own timestamp can be 100 ms early.
 * Work of the page that the browser takes up right after the frame makes it late, never early. Whoever was called first
 * is called back first.
 *
 * The instant is undefined when the page is hidden before that, because then nobody saw it.
 */
export function afterPaint(done: (nowMs: number | undefined) => void): void {
  if (document.hidden) {
    done(undefined);
    return;
  }
  const {port1, port2} = new MessageChannel();
  const end = (nowMs: number | undefined) => {
    document.removeEventListener('visibilitychange', hear, true);
    port1.close();
    cancelAnimationFrame(frame);
    done(nowMs);
  };
  const hear = () => {
    const nowMs = document.hidden ? undefined : performance.now();
    // channels have no order among each other: what one tells holds for all that were drawn before
    while (waiting.includes(end)) waiting.shift()?.(nowMs);
  };
  port1.onmessage = hear;
  const frame = requestAnimationFrame(() => port2.postMessage(0));
  // on capture, so that it runs before the listener that sends what is left of the page
  document.addEventListener('visibilitychange', hear, true);
  waiting.push(end);
}

/** When to paint: once a frame at most, and less often when a frame is dear. */
export interface Schedule {
  /** Asks for a paint; asking again before it changes nothing. */
  request(): void;
  /** Takes back what was asked for. */
  cancel(): void;
}

/** Largest part of the main thread that painting an answer may take, as a share of the time between two paints. */
export const PAINT_SHARE = 0.06;

/** Longest time between two paints of a visible page, however dear they are, in ms. */
export const LONGEST_WAIT_MS = 100;

/** How long a hidden page, which has no frames, lets text gather, in ms. */
export const HIDDEN_WAIT_MS = 200;

/** Makes a schedule that has nothing to do. */
export function createSchedule(paint: () => void): Schedule {
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let notBeforeMs = 0;
  let channel: MessageChannel | undefined;

  function cancel(): void {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    channel?.port1.close();
    frame = 0;
    timer = channel = undefined;
  }

  function request(): void {
    if (frame && document.hidden) {
      cancelAnimationFrame(frame); // it would wait until the page is shown again
      frame = 0;
    }
    if (frame || timer) return;
    if (document.hidden) timer = setTimeout(run, HIDDEN_WAIT_MS);
    else if (notBeforeMs - performance.now() > 16) timer = setTimeout(wake, notBeforeMs - performance.now() - 8);
    else frame = requestAnimationFrame(run);
  }

  function wake(): void {
    timer = undefined;
    request();
  }

  function run(): void {
    frame = 0;
    timer = undefined;
    const startMs = performance.now();
    // the first task after a frame tells what script, style, layout and paint took together
    channel?.port1.close();
    const {port1, port2} = new MessageChannel();
    channel = {port1, port2};
    port1.onmessage = () => {
      notBeforeMs = startMs + Math.min((performance.now() - startMs) / PAINT_SHARE, LONGEST_WAIT_MS);
      port1.close();
    };
    port2.postMessage(0);
    paint();
  }

  return {request, cancel};
}

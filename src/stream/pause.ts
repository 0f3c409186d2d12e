/** Waits so many ms; less where the signal aborts, or where a browser that had no network gets it back. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (navigator.onLine === false) addEventListener('online', done);
    signal.addEventListener('abort', done);
  });
}

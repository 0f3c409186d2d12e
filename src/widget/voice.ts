/** Says one text after the other. */
export interface Voice {
  /** Says a text when those before it have had their time; an empty one never. */
  say(text: string): void;
  /** Forgets what was not said yet. */
  hush(): void;
}

/** Least time between two announcements, in ms: screen readers drop what is overtaken. */
export const GAP_MS = 1500;

/** How long an announcement stands, in ms. Chrome with TalkBack misses what is gone within 100 ms. */
export const STAY_MS = 1300;

/** Makes a voice out of a live region, which is empty while nothing is said. */
export function createVoice(region: HTMLElement, signal: AbortSignal): Voice {
  let waiting: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener('abort', () => clearTimeout(timer));

  function next(): void {
    const text = waiting.shift();
    timer = undefined;
    if (!text || signal.aborted) return;
    region.textContent = text;
    timer = setTimeout(clear, STAY_MS);
  }

  function clear(): void {
    region.textContent = '';
    timer = setTimeout(next, GAP_MS - STAY_MS);
  }

  return {
    say(text) {
      if (text.trim()) waiting.push(text.trim());
      if (timer === undefined) next();
    },
    hush() {
      waiting = [];
    },
  };
}

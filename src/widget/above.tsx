import type {Below} from './below.tsx';
import type {More, MoreParts} from './parts.ts';

/**
 * Draws what stands between the conversation and the composer: that there is no network, that the next question takes
 * the place of the last, and the way back to the newest message for who reads further up. Questions that found no
 * network are asked when it is back.
 */
export function createAbove(parts: MoreParts & Pick<Below, 'revised'>): Pick<More, 'above' | 'seen'> {
  const {chat, box, words, revised, draw, signal} = parts;
  let away = false;
  let watcher: IntersectionObserver | undefined;

  window.addEventListener('offline', draw, {signal});
  window.addEventListener(
    'online',
    () => {
      draw();
      const last = chat.state().messages.at(-1);
      if (last?.kind === 'answer' && last.problem === 'offline') chat.retry(last.id);
    },
    {signal},
  );
  signal.addEventListener('abort', () => watcher?.disconnect());

  /** Looks whether the end of the conversation is in view, without ever asking for the layout. */
  function watchEnd(): void {
    const log = box.querySelector('.log');
    if (watcher || !log) return;
    const end = document.createElement('i');
    log.prepend(end); // drawn from the end upwards
    watcher = new IntersectionObserver(
      ([entry]) => {
        const next = entry?.isIntersecting === false;
        if (next === away) return;
        away = next;
        draw();
      },
      {root: log, rootMargin: '40px'},
    );
    watcher.observe(end);
  }

  function toEnd(): void {
    const log = box.querySelector('.log');
    if (log) log.scrollTop = 0; // it begins at its end
  }

  watchEnd();
  return {
    seen: watchEnd,
    above() {
      const revising = revised();
      return (
        <>
          {navigator.onLine === false && (
            <p part="notice" class="banner">
              {words.offline}
            </p>
          )}
          {revising && (
            <p class="banner">
              {words.editing}
              <button type="button" class="plain" onClick={revising.cancel}>
                {words.cancel}
              </button>
            </p>
          )}
          {away && (
            <button type="button" class="newest" onClick={toEnd}>
              {words.newest}
            </button>
          )}
        </>
      );
    },
  };
}

/** @jsxImportSource . */
import type {Below} from './below.tsx';
import type {Log} from './log.ts';
import type {More, MoreParts} from './parts.ts';

/**
 * Draws what stands between the conversation and the composer: that there is no network, that the next question takes
 * the place of the last, and the way back to the newest message for who reads further up. Questions that found no
 * network are asked when it is back.
 */
export function createAbove(parts: MoreParts & Pick<Below, 'revised'> & {log: Log}): Pick<More, 'above'> {
  const {chat, log, words, revised, draw, signal} = parts;

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

  return {
    above() {
      const revising = revised();
      return [
        navigator.onLine === false && (
          <p key="offline" part="notice" class="banner">
            {words.offline}
          </p>
        ),
        revising && (
          <p key="editing" class="banner">
            {words.editing}
            <button type="button" class="plain" onClick={revising.cancel}>
              {words.cancel}
            </button>
          </p>
        ),
        log.away() && (
          <div class="newest">
            <button type="button" class="plain" onClick={log.toEnd}>
              {words.newest}
            </button>
          </div>
        ),
      ];
    },
  };
}

/** @jsxImportSource . */
import type {Below} from './below.tsx';
import type {View} from './jsx-runtime.ts';
import type {Log} from './log.ts';
import type {More, MoreParts} from './parts.ts';

/**
 * Draws what stands between the conversation and the composer: that there is no network, that the next question takes
 * the place of the last, and the way back to the newest message for who reads further up.
 *
 * Questions that found no network are asked when it is back, one after the other: by the tab that they were asked in, or
 * by the next page where a conversation is one tab's.
 */
export function createAbove(
  parts: MoreParts & Pick<Below, 'revised'> & {log: Log; foreseen: () => View},
): Pick<More, 'above'> & Pick<More, 'hear'> {
  const {chat, log, options, words, revised, foreseen, draw, signal} = parts;
  const asked = new Set<string>();

  function askNext(): void {
    const {messages, busy} = chat.state();
    const next = messages.find(
      (message) =>
        message.kind === 'answer' &&
        message.problem === 'offline' &&
        (options.persist !== 'local' || asked.has(message.turnId)),
    );
    if (next && !busy && navigator.onLine !== false) chat.retry(next.id);
  }

  function change(): void {
    draw();
    askNext();
  }

  for (const type of ['offline', 'online']) window.addEventListener(type, change, {signal});
  askNext();
  return {
    hear(event) {
      if (event.kind === 'send') asked.add(event.turnId);
      else if (event.kind === 'complete') askNext();
    },
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
        foreseen(),
      ];
    },
  };
}

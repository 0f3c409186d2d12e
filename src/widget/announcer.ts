import type {ChatEvent} from '../chat/index.ts';
import type {MoreParts} from './parts.ts';

/** Says to screen readers what happened. */
export interface Announcer {
  hear(event: ChatEvent): void;
  say(text: string): void;
}

/** Speaks through the status region that is there before anything is opened. */
export function createAnnouncer({chat, painting, status, words}: MoreParts): Announcer {
  function say(text: string): void {
    status.textContent = text;
  }

  function lastWords(): string {
    const answer = chat.state().messages.findLast(({kind}) => kind === 'answer');
    return answer ? (painting.plainText(answer.id) ?? answer.text) : '';
  }

  return {
    say,
    hear(event) {
      if (event.kind === 'complete') say(lastWords());
      else if (event.kind === 'error') say(words.problems[event.problem]);
      else if (event.kind === 'stop') say(words.stopped);
      else if (event.kind === 'send') say(words.sent);
    },
  };
}

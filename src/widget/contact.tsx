/** @jsxImportSource . */
import type {Handoff} from '../chat/index.ts';
import type {View} from './jsx-runtime.ts';
import type {MoreParts} from './parts.ts';

/** The most of a conversation that goes into a mail, in characters: longer addresses do not open everywhere. */
const MAIL_CHARS = 1500;

/** The ways to a person, as far as the site has any. */
export interface Contact {
  /** All that was said, as text. */
  transcript(): string;
  /** Draws the way; `mail` gives what a mail begins with, `done` runs when it was taken. Nothing where there is none. */
  view(mail: () => string, done?: () => void): View;
}

/** Knows the ways to a person. */
export function createContact({chat, options, words, measure, given}: MoreParts): Contact {
  const onHandoff = given.get('onHandoff');

  function conversation(): Handoff {
    const {messages} = chat.state();
    const last = messages.findLast((message) => message.kind === 'answer');
    return {
      messages: messages.flatMap(({kind, id, text}) =>
        text ? [{role: kind === 'question' ? ('user' as const) : ('assistant' as const), id, text}] : [],
      ),
      turnId: last?.turnId,
    };
  }

  function handOver(): void {
    measure.then(
      (measured) => measured.endTask(),
      () => undefined, // told already
    );
    if (typeof onHandoff === 'function') onHandoff(conversation());
  }

  return {
    transcript: () =>
      conversation()
        .messages.map(({role, text}) => `${role === 'user' ? words.you : words.answer}: ${text}`)
        .join('\n\n'),
    view(mail, done = () => undefined) {
      const {supportUrl, supportEmail} = options;
      if (typeof onHandoff === 'function') {
        const take = () => {
          handOver();
          done();
        };
        return (
          <button type="button" class="plain" onClick={take}>
            {words.contact}
          </button>
        );
      }
      const body = () => encodeURIComponent(mail().slice(-MAIL_CHARS));
      const href = supportUrl ?? (supportEmail && `mailto:${supportEmail}?body=${body()}`);
      return href ? (
        <a class="plain" href={href} target="_blank" rel="noopener" onClick={handOver}>
          {words.contact}
        </a>
      ) : null;
    },
  };
}

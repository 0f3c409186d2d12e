/** @jsxImportSource . */
import type {Answer, ChatEvent, Message, Question} from '../chat/index.ts';
import type {Contact} from './contact.tsx';
import {IconButton} from './icon-button.tsx';
import type {View} from './jsx-runtime.ts';
import {startOf} from './message.tsx';
import {createOffers, type Offers} from './offers.tsx';
import type {More, MoreParts, Place} from './parts.ts';
import {createSubstitute} from './substitute.tsx';
import type {Reason} from './words/words.ts';

const COPY = 'M9 9h10v10H9zM5 15V5h10';
const UP = 'M7 11v8H4v-8zm0 0 4-7c2 0 2 2 2 2v3h6l-2 10H7';
const DOWN = 'M7 13V5H4v8zm0 0 4 7c2 0 2-2 2-2v-3h6L17 5H7';
const AGAIN = 'M5 12a7 7 0 1 0 2-5M5 4v4h4';
const EDIT = 'm5 19 1-4L16 5l3 3L9 18z';

const REASONS: readonly Reason[] = ['untrue', 'off-topic', 'unclear', 'slow'];

/** What stands below messages. */
export interface Below extends Pick<More, 'below' | 'chosenId' | 'verdict' | 'hear'> {
  offers: Offers;
  /** The question that the next one takes the place of, and the way back. */
  revised(): {id: string; cancel: () => void} | undefined;
}

/**
 * Draws what stands below messages: sources, and what can be done with an answer or a question. Only the newest ones,
 * and the one that is pointed at or has the focus, have their buttons: a long conversation stays light.
 */
export function createBelow(parts: MoreParts & {say: (text: string) => void; contact: Contact}): Below {
  const {chat, box, field, words, language, painting, measure, dispatch, draw, say, signal} = parts;
  const verdicts = new Map<string, 'up' | 'down' | 'why'>();
  let chosen = '';
  let revisedId = '';
  const offers = createOffers({...parts, judge: (answer) => judge(answer, 'down', 'off-topic')});

  const substitute = createSubstitute(parts);

  const choose = ({target}: Event) => {
    const message = target instanceof Element ? target.closest<HTMLElement>('[data-id]') : null;
    const next = message?.dataset['id'] ?? '';
    if (next === chosen) return;
    chosen = next;
    draw();
  };
  for (const type of ['pointerover', 'focusin']) box.addEventListener(type, choose, {signal});

  function copy(id: string): void {
    const shown = box.querySelector<HTMLElement>(`[data-id="${id}"] .text`);
    navigator.clipboard.writeText(painting.plainText(id) ?? shown?.innerText ?? '').then(
      () => say(words.copied),
      () => undefined, // refused by the page's policy: the words can still be selected
    );
  }

  function judge({id, turnId}: Answer, verdict: 'up' | 'down', reason?: Reason): void {
    verdicts.set(id, verdict === 'down' && !reason ? 'why' : verdict);
    const fb = reason === 'off-topic' ? 'wrong' : verdict;
    measure.then(
      (measured) => measured.feedback(turnId, fb),
      () => undefined, // told already
    );
    dispatch('feedback', {turnId, fb, ...(reason && {reason})});
    if (verdict === 'up' || reason) say(words.thanks);
  }

  function revise({id, text}: Question): void {
    revisedId = id;
    chat.revise(id);
    field.write(text);
    field.box?.focus();
    draw();
  }

  function cancel(): void {
    revisedId = '';
    chat.revise('');
    field.write('');
    field.box?.focus();
    draw();
  }

  function when(at: number): View {
    if (!at) return null;
    const date = new Date(at);
    const today = date.toDateString() === new Date().toDateString();
    const format = new Intl.DateTimeFormat(language, {timeStyle: 'short', ...(today ? {} : {dateStyle: 'medium'})});
    return <time dateTime={date.toISOString()}>{format.format(date)}</time>;
  }

  function Bar({answer, isNewest}: {answer: Answer; isNewest: boolean}): View {
    const verdict = verdicts.get(answer.id);
    const press = (...given: [verdict: 'up' | 'down', reason?: Reason]) => {
      judge(answer, ...given);
      if (given[1]) field.box?.focus(); // the button that had it goes
      draw();
    };
    return (
      <div class={isNewest ? 'bar' : 'bar float'}>
        {answer.text && navigator.clipboard && (
          <IconButton class="mini" label={words.copy} path={COPY} onClick={() => copy(answer.id)} />
        )}
        <IconButton
          class="mini"
          part="feedback"
          label={words.good}
          path={UP}
          pressed={verdict === 'up'}
          onClick={() => press('up')}
        />
        <IconButton
          class="mini"
          part="feedback"
          label={words.bad}
          path={DOWN}
          pressed={verdict === 'down' || verdict === 'why'}
          onClick={() => press('down')}
        />
        {isNewest && !answer.stored && (
          <IconButton
            class="mini"
            label={words.again}
            path={AGAIN}
            onClick={(event) => chat.retry(answer.id, startOf(event))}
          />
        )}
        {when(answer.at)}
        {verdict === 'why' && (
          <ul class="why" aria-label={words.why}>
            {REASONS.map((reason) => (
              <li key={reason}>
                <button type="button" class="plain" onClick={() => press('down', reason)}>
                  {words.reasons[reason]}
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    );
  }

  function Sources({answer: {sources}}: {answer: Answer}): View {
    return (
      <ol class="sources" aria-label={words.sources}>
        {sources.map(({id, url, title}) => {
          const href = painting.link(url);
          const label = title ?? url;
          return (
            <li key={id}>
              {href ? (
                <a
                  part="source"
                  class="plain"
                  href={href}
                  target="_blank"
                  rel="noopener noreferrer nofollow ugc"
                  referrerpolicy="no-referrer"
                >
                  {label}
                </a>
              ) : (
                <span part="source" class="plain">
                  {label}
                </span>
              )}
            </li>
          );
        })}
      </ol>
    );
  }

  function below(message: Message, place: Place): View {
    const isNewest = place === 'newest';
    if (message.kind === 'question') {
      return (
        isNewest && (
          <div key="bar" class="bar own">
            {when(message.at)}
            <IconButton class="mini" label={words.edit} path={EDIT} onClick={() => revise(message)} />
          </div>
        )
      );
    }
    const {state, sources} = message;
    if (state === 'waiting' || state === 'streaming') return offers.below(message, isNewest);
    const {messages} = chat.state();
    return [
      offers.below(message, isNewest),
      isNewest && substitute(message, messages[messages.findIndex(({id}) => id === message.id) - 1]),
      sources.length > 0 && <Sources answer={message} />,
      place !== 'rest' && state !== 'failed' && <Bar answer={message} isNewest={isNewest} />,
    ];
  }

  return {
    offers,
    below,
    chosenId: () => chosen,
    verdict: (answerId) => verdicts.get(answerId),
    revised: () => (revisedId ? {id: revisedId, cancel} : undefined),
    hear(event: ChatEvent) {
      if (event.kind === 'send') revisedId = '';
      const newest = chat.state().messages.at(-1);
      if (event.kind === 'faq' && newest?.kind === 'answer') say(offers.label(newest));
    },
  };
}

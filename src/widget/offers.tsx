/** @jsxImportSource . */
import type {Answer, Offer} from '../chat/index.ts';
import type {Announcer} from './announcer.ts';
import type {View} from './jsx-runtime.ts';
import {startOf} from './message.tsx';
import type {More, MoreParts} from './parts.ts';
import {fill} from './words/words.ts';

/** What is known without asking anybody, as far as it is drawn. */
export interface Offers extends Pick<More, 'keyDown'> {
  /** Draws the questions that a draft may become. */
  foreseen(): View;
  /** Draws where a stored answer comes from, and the ways to the model; or the questions that may be meant. */
  below(answer: Answer, isNewest: boolean): View;
  /** What is said of an answer that was given at once. */
  label(answer: Answer): string;
}

/** Draws what is offered: nothing of it takes a key from who writes but the arrow that leads to it. */
export function createOffers(parts: MoreParts & Pick<Announcer, 'say'> & {judge: (answer: Answer) => void}): Offers {
  const {chat, box, field, words, language, draw, say, judge} = parts;
  /** For which draft the offers were sent away. */
  let dismissed: string | undefined;
  let shownCount = 0;

  function choose({question}: Offer, event: Event): void {
    field.write('');
    field.box?.focus();
    chat.send(question, startOf(event), {repeats: 'rephrase'});
  }

  function Choices(props: {
    offers: readonly Offer[];
    label: string;
    at: string;
    onKeyDown?: (event: KeyboardEvent) => void;
  }): View {
    const {offers, label, at, onKeyDown} = props;
    return (
      <ul key={at} part="suggestions" class={`suggestions ${at}`} aria-label={label} onKeyDown={onKeyDown}>
        {offers.map((offer) => (
          <li key={offer.id}>
            <button type="button" part="suggestion" class="plain" dir="auto" onClick={(event) => choose(offer, event)}>
              {offer.question}
            </button>
          </li>
        ))}
      </ul>
    );
  }

  const listed = () => [...box.querySelectorAll<HTMLElement>('.foreseen button')];

  /** Walks through the list by arrows, past its end back to who writes. */
  function walk(event: KeyboardEvent): void {
    const {key} = event;
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
    if (step === 0 && key !== 'Escape') return;
    event.preventDefault();
    const all = listed();
    const at = all.indexOf(event.target as HTMLElement) + step; // buttons alone have the focus here
    if (key === 'Escape' || at === all.length) field.box?.focus();
    else all[Math.max(0, at)]?.focus();
    if (key !== 'Escape') return;
    event.stopPropagation(); // the panel stays
    dismissed = field.box?.value;
    draw();
  }

  const label = ({stored}: Answer) =>
    fill(stored?.hit === 'learned' ? words.learned : words.stored, {
      date: new Intl.DateTimeFormat(language, {dateStyle: 'medium'}).format(stored?.at),
    });

  return {
    label,
    keyDown(event) {
      const {box: input} = field;
      const last = listed().at(-1);
      const isFirstLine = !input?.value.slice(0, input.selectionStart).includes('\n');
      if (event.key !== 'ArrowUp' || !last || !isFirstLine) return;
      event.preventDefault();
      last.focus();
    },
    foreseen() {
      const {foreseen, draft} = chat.state();
      const offers = draft.trim() === dismissed?.trim() ? [] : foreseen;
      if (offers.length > 0 && shownCount === 0) say(`${words.suggestions}: ${offers.length}`);
      shownCount = offers.length;
      return offers.length > 0 && <Choices at="foreseen" offers={offers} label={words.suggestions} onKeyDown={walk} />;
    },
    below(answer, isNewest) {
      const {stored, offers = [], id, fallback} = answer;
      // an entry that answered already is not offered once more
      if (!stored)
        return (
          isNewest &&
          fallback?.step !== 'faq' &&
          offers.length > 0 && <Choices at="meant" offers={offers} label={words.meant} />
        );
      return (
        <p key="stored" part="source" class="stored">
          <span>{label(answer)}</span>
          {isNewest && (
            <button
              type="button"
              class="plain"
              onClick={(event) => {
                judge(answer);
                chat.retry(id, startOf(event), 'rejected');
                field.box?.focus();
              }}
            >
              {words.reasons['off-topic']}
            </button>
          )}
          {isNewest && (
            <button
              type="button"
              class="plain"
              onClick={(event) => {
                chat.retry(id, startOf(event));
                field.box?.focus();
              }}
            >
              {words.askAnyway}
            </button>
          )}
        </p>
      );
    },
  };
}

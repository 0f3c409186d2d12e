/** @jsxImportSource . */
import type {Answer, Message, Words as Waited} from '../chat/index.ts';
import type {Contact} from './contact.tsx';
import type {View} from './jsx-runtime.ts';
import type {MoreParts} from './parts.ts';
import {fill, type Words} from './words/words.ts';

/** Says what is said while an answer is on its way: what is done, and how long it takes once that is long. */
export function sayWait(
  {stage, label, waitedS}: Waited,
  {words, language}: Pick<MoreParts, 'words' | 'language'>,
): string {
  const doing = label ?? (stage && words.stages[stage]);
  if (waitedS === undefined) return doing ?? words.waiting;
  const seconds = new Intl.NumberFormat(language, {style: 'unit', unit: 'second', unitDisplay: 'narrow'});
  const time = seconds.format(waitedS);
  return doing ? fill(words.still, {doing, time}) : `${words.answering} (${time})`;
}

/** Says where an answer comes from that stands in for the model's; empty where its own words say that. */
export function sayOrigin({fallback}: Answer, words: Words): string {
  if (fallback?.step === 'faq') return fill(words.near, {question: fallback.question ?? ''});
  return fallback?.step === 'route' ? words.quick : '';
}

/** Draws what stands below an answer that stands in for the model's, and the ways on from it. */
export function createSubstitute({
  chat,
  words,
  field,
  contact,
}: MoreParts & {contact: Contact}): (answer: Answer, before: Message | undefined) => View {
  /** A line with a way on; the button goes with it, so the focus goes where the visitor goes on. */
  function Way({text, label, onClick}: {text?: string; label: string; onClick: () => void}): View {
    const go = () => {
      onClick();
      field.box?.focus();
    };
    return (
      <p class="notice" part="notice">
        {text && <span>{text}</span>}
        <button type="button" class="plain" onClick={go}>
          {label}
        </button>
      </p>
    );
  }

  return (answer, before) => {
    const {id, fallback, late, goesOn} = answer;
    const origin = sayOrigin(answer, words);
    return [
      origin && (
        <p key="origin" part="source" class="stored">
          <span>{origin}</span>
        </p>
      ),
      fallback?.step === 'contact' && (
        <p key="contact" class="notice">
          {contact.view(() => before?.text ?? '')}
        </p>
      ),
      late && <Way key="late" text={words.came} label={words.show} onClick={() => chat.showLate(id)} />,
      goesOn && <Way key="on" label={words.goOn} onClick={() => chat.goOn(id)} />,
    ];
  };
}

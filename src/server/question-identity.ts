import {type CompiledPack, type PlainPack, phrasingsOf, readWords, saysTheSame, unfoldPack} from '../faq/index.ts';
import {matcherOf} from './faq-option.ts';
import {readStems} from './lexicon.ts';

/** What a question is compared by. */
export interface Identity {
  text: string;
  /** Its words as they are compared: two questions with the same are the same. */
  words: string;
  /** Its numbers, signs and negations: questions that differ here are never the same, however alike they are. */
  guard: string;
  /** What else two questions must share that are the same but for the form of their words. */
  form: string;
  /** The pack's entry that it asks for, with the words that are not usual there; absent when none does for sure. */
  entry?: string;
}

/** Signs that are no words and change what is asked: C# is not C++. */
const SIGNS = /[+#€$£¥%<>=]/g;

const list = (words: string) => new Set(words.split(' '));

const NEGATIONS = list(
  'not no never without except nicht kein keine keinen keiner ohne nie pas sans jamais aucun sin nunca non senza niet geen',
);

/** Words that say what is asked, or which way round: with another one it is another question. */
const TURNS = list(
  'what where when who why how which whose must should before after from than over under until since only also ' +
    'was wo wann wer warum wie welche welcher muss vor nach von ab bis seit nur que ou quand qui pourquoi comment quel ' +
    'avant apres de depuis donde cuando quien como cual antes despues desde dove quando chi perche quale prima dopo da',
);

/** Words after which the order of the others matters: from A to B is not from B to A. */
const WAYS = list('from to than before after over under von nach vor bis de a desde hasta da');

/**
 * Creates the reader of what questions are compared by.
 *
 * @param pack - With it, questions for which it has the same sure answer are the same.
 */
export function createIdentityReader(pack: PlainPack | CompiledPack | undefined): (question: string) => Identity {
  const matcher = pack && matcherOf(pack);
  const usual = pack && readUsual(pack);
  const privates = new Set(
    pack?.entries
      .filter((entry) => entry.private || (entry.topic !== undefined && pack.topics?.[entry.topic]?.private))
      .map(({id}) => id),
  );
  return (text) => {
    const words = readWords(text);
    const stems = readStems(text);
    const numbers = words.filter((word) => /\p{N}/u.test(word));
    const signs = text.match(SIGNS) ?? [];
    const guard = JSON.stringify([numbers, signs, words.filter((word) => NEGATIONS.has(word)).toSorted()]);
    const ordered = words.some((word) => WAYS.has(word)) ? stems : [...new Set(stems)].toSorted();
    const form = JSON.stringify([guard, words.filter((word) => TURNS.has(word)).toSorted(), ordered]);
    const match = matcher?.match(text);
    const strange = (match && usual?.(match.id, {words: words.join(' '), stems})) ?? stems;
    return {
      ...{text, words: [...words, ...signs].join(' '), guard, form},
      ...(match?.confident && !privates.has(match.id) ? {entry: JSON.stringify([guard, match.id, strange])} : {}),
    };
  };
}

/** Says whether two questions with the same `form` are the same but for the form and order of their words. */
export function isRephrased(one: Identity, other: Identity): boolean {
  return one.form === other.form && saysTheSame(one.text, other.text);
}

/**
 * Reads which words of a question are not the usual ones of an entry: those that fewer than two of its phrasings have. They
 * may name what the answer depends on (a country, a colour). A phrasing of the pack has none.
 */
function readUsual(
  pack: PlainPack | CompiledPack,
): (id: string, question: {words: string; stems: readonly string[]}) => string[] {
  const plain: PlainPack = 'compiled' in pack ? unfoldPack(pack) : pack;
  const entries = new Map(
    plain.entries.map((entry) => {
      const counts = new Map<string, number>();
      const phrasings = phrasingsOf(entry);
      for (const stem of phrasings.flatMap((phrasing) => [...new Set(readStems(phrasing))])) {
        counts.set(stem, (counts.get(stem) ?? 0) + 1);
      }
      return [entry.id, {counts, phrasings: new Set(phrasings.map((phrasing) => readWords(phrasing).join(' ')))}];
    }),
  );
  return (id, {words, stems}) => {
    const entry = entries.get(id);
    if (entry?.phrasings.has(words)) return [];
    return [...new Set(stems)].filter((stem) => (entry?.counts.get(stem) ?? 0) < 2).toSorted();
  };
}

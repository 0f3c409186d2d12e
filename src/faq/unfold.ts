import {createDigitReader} from './digits.ts';
import type {CompiledPack, Negative, PlainPack} from './pack.ts';
import {readWords} from './words.ts';

/** What only a compiled pack has. */
const INDEX = ['compiled', 'words', 'holderCounts', 'holders', 'shares', 'phrasings', 'weights', 'threshold', 'sum'];

/**
 * Writes a compiled pack as a plain one again, so that it can be looked at or compiled anew. Phrasings other than the
 * questions come back in the words by which they are compared: lower case, without punctuation.
 *
 * @param pack - One that `readPack` took.
 */
export function unfoldPack(pack: CompiledPack): PlainPack {
  const {phrasings, entries} = pack;
  const words = pack.words.split(' ');
  const rest = Object.fromEntries(Object.entries(pack).filter(([name]) => !INDEX.includes(name)));
  const subjects = phrasings.map((numbers) => {
    const next = createDigitReader(numbers);
    const list = <T>(read: () => T) => Array.from({length: next()}, read);
    return list(() => list(() => words[next()] ?? '').join(' '));
  });
  const negatives = subjects
    .slice(entries.length)
    .map(([question = '', ...variants]): Negative => ({question, variants}));
  return {
    ...rest,
    entries: entries.map((entry, at) => {
      const question = readWords(entry.question).join(' '); // it stands there as it was written
      return {...entry, variants: (subjects[at] ?? []).filter((phrasing) => phrasing !== question)};
    }),
    ...(negatives.length > 0 && {negatives}),
  };
}

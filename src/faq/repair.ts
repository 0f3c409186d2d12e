import {byFrequency, type Word} from './lexicon.ts';

/** The fewest letters of a word that may be a typing error of another. */
const MIN_REPAIR_CHARS = 4;

/**
 * Finds the known word that differs by one typing error (a letter too many, too few, another one, or two changed round)
 * behind the first letter; of several, the most frequent.
 */
export function repair(text: string, words: readonly Word[]): Word | undefined {
  if (text.length < MIN_REPAIR_CHARS || /\d/.test(text)) return undefined;
  let best: Word | undefined;
  for (const word of words) {
    if ((!best || byFrequency(word, best) < 0) && isOneEdit(text, word.text)) best = word;
  }
  return best;
}

function isOneEdit(a: string, b: string): boolean {
  const longer = a.length - b.length;
  if (longer > 1 || longer < -1 || b.length < 3 || a.charCodeAt(0) !== b.charCodeAt(0)) return false;
  let from = 1;
  while (from < a.length && a.charCodeAt(from) === b.charCodeAt(from)) from++;
  const restA = a.slice(from + (longer >= 0 ? 1 : 0));
  const restB = b.slice(from + (longer <= 0 ? 1 : 0));
  return (
    restA === restB ||
    (longer === 0 && a[from] === b[from + 1] && a[from + 1] === b[from] && restA.slice(1) === restB.slice(1))
  );
}

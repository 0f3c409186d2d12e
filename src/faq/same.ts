import {readWords, stemOf} from './words.ts';

/** What share of the words of two questions must be the same. */
const SAME_SHARE = 0.75;

/** Says whether two questions are the same but for the form and order of their words, or one word among several. */
export function saysTheSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => new Set(readWords(text).map(stemOf))) as [Set<string>, Set<string>];
  const sharedCount = [...a].filter((stem) => b.has(stem)).length;
  return sharedCount > 0 && sharedCount >= SAME_SHARE * (a.size + b.size - sharedCount);
}

import {expect} from 'vitest';
import type {SourceFile, Verdict} from './source.ts';

/** Makes files from their texts by path. */
export function plant(texts: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(texts).map(([path, text]) => ({path, text}));
}

/** Says that a rule looked at enough to mean something, and found nothing. */
export function expectKept({lookedAtCount, breaches}: Verdict, {atLeast}: {atLeast: number}): void {
  expect(breaches, breaches.join('\n')).toEqual([]);
  expect(lookedAtCount, 'things that the rule looked at').toBeGreaterThanOrEqual(atLeast);
}

/** Says that a rule found exactly these breaches; each is given by the words that must be in its line. */
export function expectBreaches({breaches}: Verdict, ...words: string[][]): void {
  expect(breaches).toEqual(words.map(() => expect.any(String)));
  words.forEach((each, at) => {
    for (const word of each) expect(breaches[at]).toContain(word);
  });
}

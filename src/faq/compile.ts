import {calibrate, type PackReport} from './calibrate.ts';
import {writeDigits} from './digits.ts';
import type {Learned} from './knowledge.ts';
import {byFrequency} from './lexicon.ts';
import type {CompiledPack, PlainPack} from './pack.ts';
import {studyPack} from './study.ts';
import {PRECISION, WEIGHT_STEPS} from './train.ts';

/** How a pack is compiled. */
export interface CompileOptions {
  /** Hears once, before the pack is given back, how well it does on phrasings that were held out. Default: nobody. */
  onReport?: (report: PackReport) => void;
}

/**
 * Compiles a pack, so that a page need not learn: its index, what was learned about each entry, and a threshold, which is
 * above the shared one only where phrasings that were held out show that this pack needs it. Takes seconds for a thousand
 * entries.
 */
export function compilePack(plain: PlainPack, {onReport}: CompileOptions = {}): CompiledPack {
  const {threshold, report} = calibrate(plain);
  const {subjects, lexicon} = studyPack(plain).knowledge;
  const words = [...lexicon.words].sort(byFrequency);
  const numbers = new Map(words.map((word, at) => [word, at]));
  const {negatives: _negatives, entries, ...rest} = plain;
  onReport?.(report);
  return {
    ...rest,
    entries: entries.map(({variants: _variants, ...entry}) => entry),
    compiled: 1,
    threshold,
    words: words.map(({text}) => text).join(' '),
    phrasings: writeDigits(
      listed(subjects, ({phrasings}) =>
        listed(phrasings, (phrasing) => listed(phrasing.words, (word) => [numbers.get(word) ?? 0])),
      ),
    ),
    weights: subjects.map(({learned}) => (typeof learned === 'object' ? writeDigits(numbersOf(learned)) : '')),
  };
}

/** Numbers a list: how many, and each. */
const listed = <T>(items: readonly T[], write: (item: T) => number[]): number[] => [
  items.length,
  ...items.flatMap(write),
];

function numbersOf({unit, bias, places, weights}: Learned): number[] {
  const pairs = places.map((place, at) => [place - (places[at - 1] ?? 0), (weights[at] ?? 0) + WEIGHT_STEPS]);
  return [
    Math.round(unit * PRECISION),
    Math.round(Math.abs(bias) * PRECISION),
    bias < 0 ? 1 : 0,
    ...listed(pairs, (pair) => pair),
  ];
}

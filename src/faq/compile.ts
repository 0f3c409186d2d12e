import {calibrate, type PackReport} from './calibrate.ts';
import {sumOf} from './check-pack.ts';
import {PRECISION, writeDigits} from './digits.ts';
import type {Knowledge, Learned} from './knowledge.ts';
import {byFrequency, type Holding} from './lexicon.ts';
import type {CompiledPack, PlainPack} from './pack.ts';
import {asPart, finish, type Steps} from './steps.ts';
import {studyInSteps} from './study.ts';
import {WEIGHT_STEPS} from './train.ts';

/** How a pack is compiled. */
export interface CompileOptions {
  /**
   * Hears once, before the pack is given back, how well it does on phrasings and entries that were held out; that takes
   * as long again. Default: nobody.
   */
  onReport?: (report: PackReport) => void;
}

/**
 * Compiles a pack, so that a page need not learn: its index, what was learned about each entry, and a threshold, which is
 * above the shared one only where phrasings that were held out show that this pack needs it. Takes seconds for a thousand
 * entries.
 */
export function compilePack(plain: PlainPack, options: CompileOptions = {}): CompiledPack {
  return finish(compileInSteps(plain, options));
}

/**
 * Compiles a pack like `compilePack`, in steps of a few milliseconds, so that whoever waits can see how far it is and stop
 * it: each step tells which share is done, 0 to 1, and the last gives the pack.
 */
export function* compileInSteps(plain: PlainPack, {onReport}: CompileOptions = {}): Steps<CompiledPack> {
  const [calibrated, rest] = [
    {from: 0, to: 0.85},
    {from: 0.85, to: 1},
  ] as const;
  const {threshold, report} = yield* asPart(calibrate(plain, onReport ? 'report' : 'threshold'), calibrated);
  const {knowledge} = yield* asPart(studyInSteps(plain), rest);
  if (report) onReport?.(report);
  return writePack(plain, {knowledge, threshold});
}

function writePack(
  {negatives: _, entries, ...rest}: PlainPack,
  {knowledge, threshold}: {knowledge: Knowledge; threshold: number},
): CompiledPack {
  const {subjects, lexicon, holdingOf} = knowledge;
  const words = [...lexicon.words].sort(byFrequency);
  const stems = [...new Set(words.map(({stem}) => stem))];
  const ranks = new Map(words.map(({number}, rank) => [number, rank]));
  const pack = {
    ...rest,
    entries: entries.map(({variants: _variants, ...entry}) => entry),
    compiled: 1 as const,
    threshold,
    words: words.map(({text}) => text).join(' '),
    holderCounts: writeDigits(stems.map(({holderCount}) => holderCount)),
    holders: stems.map((stem) => writeDigits(holdingNumbers(holdingOf(stem)))),
    shares: writeDigits(subjects.flatMap(({phrasingCount, share}) => [phrasingCount, Math.round(share * PRECISION)])),
    phrasings: subjects.map(({phrasings}) =>
      writeDigits(listed(phrasings, (phrasing) => listed(phrasing.words, (number) => [ranks.get(number) ?? 0]))),
    ),
    weights: subjects.map(({learned}) => (typeof learned === 'object' ? writeDigits(numbersOf(learned)) : '')),
  };
  return {...pack, sum: sumOf(pack)};
}

/** Numbers a list: how many, and each. */
const listed = <T>(items: readonly T[], write: (item: T) => number[]): number[] => [
  items.length,
  ...items.flatMap(write),
];

const holdingNumbers = ({subjects, counts}: Holding): number[] =>
  subjects.flatMap((at, each) => [at - (subjects[each - 1] ?? 0), counts[each] ?? 0]);

function numbersOf({unit, bias, places, weights}: Learned): number[] {
  const pairs = Array.from(places, (place, at) => [place - (places[at - 1] ?? 0), (weights[at] ?? 0) + WEIGHT_STEPS]);
  return [
    Math.round(unit * PRECISION),
    Math.round(Math.abs(bias) * PRECISION),
    bias < 0 ? 1 : 0,
    ...listed(pairs, (pair) => pair),
  ];
}

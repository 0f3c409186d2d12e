import {createRandom} from '../../../src/server/random.ts';

/** What is simulated takes this part of its documented time; what the kit itself takes is real, and so counts ten times. */
export const SCALE = 0.1;

/** A documented time: its median in ms, and how many times as much the 99th percentile is. */
export interface Documented {
  medianMs: number;
  tailRatio: number;
}

/** A model's documented times: to its first token, and for each of 120. */
export interface Speed {
  first: Documented;
  token: Documented;
}

/** How many tokens an answer has. */
export const TOKEN_COUNT = 120;

const speed = (firstMs: number, tokenMs: number): Speed => ({
  first: {medianMs: firstMs, tailRatio: 10},
  token: {medianMs: tokenMs, tailRatio: 16},
});

/** One model for everything: 3.0 s. */
export const GENERAL = speed(840, 18);

/** The two of the routes: 0.5 s and 2.5 s. */
export const FAST = speed(200, 2.5);
export const POWERFUL = speed(700, 15);

/** Embedding, vectors and ranking: 150, 300 and 400 ms. */
export const RETRIEVAL: Documented = {medianMs: 850, tailRatio: 7};

/** What the first question to a process waits for its provider's connection. */
export const CONNECTION: Documented = {medianMs: 1_500, tailRatio: 3};

/** The three tools of most of the documented examples. */
export const TOOLS: readonly Documented[] = [800, 1_200, 600].map((medianMs) => ({medianMs, tailRatio: 8}));

/** The three services of the documented 10.5 s, which take 5.5 s one after the other. */
export const SERVICES: readonly Documented[] = [2_000, 1_500, 2_000].map((medianMs) => ({medianMs, tailRatio: 8}));

/** What a turn draws: how many times its median each of its stages takes. */
export interface Turn {
  question: string;
  isComplex: boolean;
  /** Whether it is the first question to its process. */
  isFirst: boolean;
  /** Whether the same was asked before. */
  isRepeat: boolean;
  /** By the name of the stage, normal: the median is 0, the 99th percentile 1. */
  luck: Readonly<Record<Lucky, number>>;
}

const LUCKY = ['retrieval', 'tool0', 'tool1', 'tool2', 'connection', 'first', 'token'] as const;
type Lucky = (typeof LUCKY)[number];

/** The documented parts of all turns. */
const COMPLEX_SHARE = 0.3;
const FIRST_SHARE = 0.2;
const REPEAT_SHARE = 0.35;

/** How often an even spread of a stage's times is drawn from. */
const QUANTILE_COUNT = 20_000;

let sortedLuck: readonly number[] | undefined;

/**
 * Draws turns. Each stage's times are spread evenly over its distribution and then dealt out, for simple and complex
 * questions apart: so few turns have the documented median and 99th percentile, and only who meets whom is luck.
 */
export function drawTurns({count, seed}: {count: number; seed: number}): Turn[] {
  const complexCount = Math.round(count * COMPLEX_SHARE);
  return [...drawClass('simple', count - complexCount, seed), ...drawClass('complex', complexCount, seed)];
}

function drawClass(kind: 'simple' | 'complex', count: number, seed: number): Turn[] {
  const dealt = new Map(LUCKY.map((stage) => [stage, shuffle(spread(count), `${seed} ${kind} ${stage}`)]));
  const firstCount = Math.round(count * FIRST_SHARE);
  const repeatCount = Math.round(count * REPEAT_SHARE);
  return Array.from({length: count}, (_, at) => ({
    question: `A ${kind} question on ${writeName(at)}?`,
    isComplex: kind === 'complex',
    isFirst: at < firstCount,
    isRepeat: at >= firstCount && at < firstCount + repeatCount,
    // every stage was dealt as many as there are turns
    luck: Object.fromEntries([...dealt].map(([stage, all]) => [stage, all[at]])) as Record<Lucky, number>,
  }));
}

/** Says how long a stage of a turn takes, in ms as they are waited; at its median when luck does not count. */
export function takeTime({medianMs, tailRatio}: Documented, luck: number): number {
  return medianMs * tailRatio ** luck * SCALE;
}

function spread(count: number): number[] {
  const random = createRandom('luck');
  sortedLuck ??= Array.from({length: QUANTILE_COUNT}, () => Math.log10(random.logNormal(1, 10))).sort((a, b) => a - b);
  const all = sortedLuck;
  return Array.from({length: count}, (_, at) => all[Math.floor(((at + 0.5) / count) * all.length)] ?? 0);
}

/** Deals out in an order that the seed determines. */
export function shuffle<T>(all: readonly T[], seed: string): T[] {
  const random = createRandom(seed);
  return all
    .map((one) => ({one, order: random.even()}))
    .sort((a, b) => a.order - b.order)
    .map(({one}) => one);
}

/** A name of letters: questions with long numbers are never kept. */
function writeName(at: number): string {
  return [676, 26, 1].map((base) => String.fromCharCode(97 + (Math.floor(at / base) % 26))).join('');
}

import {
  compilePack,
  createMatcher,
  type FaqEntry,
  growMatcher,
  type Matcher,
  type PlainPack,
  readPack,
} from '../../../src/faq/index.ts';
import {describeSpread, median, type Row} from '../render/figures.ts';
import {createBm25, createMiniSearch} from './peers.ts';
import {listQuestions} from './splits.ts';

/** How often everything is drawn, in turns. */
export const ALL_DRAWS = 5;
/** Questions of each draw. */
const QUESTION_COUNT = 300;
/** How much slower than this machine a visitor's may be. */
const SLOWDOWN = 4;
/** How much calibrations may differ, and how often is waited for a machine that keeps still. */
const MAX_SPREAD = 1.3;
const MAX_TRIES = 5;

/** Something whose cost has a limit. */
interface Work {
  name: string;
  limit: number;
  /** How many times what is limited is done by one call. */
  count: number;
  run: () => void;
}

/** Measures the time that this thread computed, in ms. */
function cpuMs(work: () => void): number {
  const from = process.threadCpuUsage();
  work();
  const {user, system} = process.threadCpuUsage(from);
  return (user + system) / 1000;
}

/** Tells whether the machine keeps still: the same loop takes the same time, after some tries at most. */
export function isSteady(): boolean {
  for (let tried = 0; tried < MAX_TRIES; tried++) {
    const costs = Array.from({length: 5}, () =>
      cpuMs(() => {
        let hash = 0;
        for (let at = 0; at < 40_000_000; at++) hash = Math.imul(hash ^ at, 0x9e3779b1);
        if (hash === 1) console.log(hash); // nobody may leave out the loop
      }),
    );
    const spread = Math.max(...costs) / Math.min(...costs);
    console.log(`calibration: ${describeSpread(costs)} ms of CPU, varies ${spread.toFixed(2)} times`);
    if (spread <= MAX_SPREAD) return true;
  }
  return false;
}

/** Measures works in turns, after each was done once. */
function draw(works: readonly Work[], drawCount: number): Row[] {
  for (const {run} of works) run();
  const draws = Array.from({length: drawCount}, () => works.map(({run, count}) => cpuMs(run) / count));
  return works.map(({name, limit}, at) => {
    const own = draws.map((each) => each[at] ?? Number.NaN);
    return {name, value: median(own), limit, unit: 'ms', detail: describeSpread(own)};
  });
}

/** Makes a pack of so many entries with so many phrasings each, of people's questions in any order. */
export function makePack(entryCount: number, phrasingCount = 1): PlainPack {
  const questions = listQuestions(entryCount * phrasingCount);
  const entries = Array.from({length: entryCount}, (_, at): FaqEntry => {
    const [question = '', ...variants] = questions.slice(at * phrasingCount, (at + 1) * phrasingCount);
    return {id: `entry-${at}`, question, variants, answer: '-', topic: `topic-${at % 50}`};
  });
  return {entries};
}

/** What nobody asks, and must cost no more than a question. */
const HOSTILE = [
  'a'.repeat(10_000),
  'ab '.repeat(4_000),
  'the order when how what '.repeat(500),
  'ﷺ'.repeat(400),
  '你好退货'.repeat(200),
  '🙂'.repeat(5_000),
  'wxyzq vbnmk qwrtp lkjhg '.repeat(40),
];

/** So often, because the clock of a thread may count in steps of some ms. */
const HOSTILE_ROUNDS = 40;

/** Lists the work of asking a matcher; its limit is 1 ms for up to 1,000 entries, and 5 ms for 10,000. */
function asking(matcher: Matcher, entryCount: number): Work[] {
  // none is known word for word
  const questions = listQuestions(QUESTION_COUNT).map((text) => `${text} please`);
  const name = `${entryCount} entries`;
  const limit = entryCount > 1_000 ? 5 : 1;
  const count = QUESTION_COUNT;
  return [
    {name: `match, ${name}`, limit, count, run: () => questions.forEach((text) => void matcher.match(text))},
    {
      name: `suggest, ${name}`,
      limit,
      count,
      run: () => questions.forEach((text) => void matcher.suggest(text.slice(0, text.length >> 1))),
    },
    {
      name: `match, ${name}, hostile`,
      limit,
      count: HOSTILE.length * HOSTILE_ROUNDS,
      run: () => {
        for (let round = 0; round < HOSTILE_ROUNDS; round++) HOSTILE.forEach((text) => void matcher.match(text));
      },
    },
  ];
}

/** Measures matching and suggesting, beside others in the same run. */
export function measureAsking(entryCount: number, drawCount: number): Row[] {
  const pack = makePack(entryCount);
  const questions = listQuestions(QUESTION_COUNT).map((text) => `${text} please`);
  const peers = [createBm25(pack), createMiniSearch(pack)].map(
    (peer): Work => ({
      name: `${peer.name}, ${entryCount} entries`,
      limit: Number.POSITIVE_INFINITY,
      count: QUESTION_COUNT,
      run: () => questions.forEach((text) => void peer.find(text)),
    }),
  );
  return draw([...asking(createMatcher(pack), entryCount), ...peers], drawCount);
}

/** Measures opening a compiled pack of 1,000 entries as a page does, from its text on. */
export function measureOpening(phrasingCount: number, drawCount: number): Row[] {
  const text = JSON.stringify(compilePack(makePack(1_000, phrasingCount)));
  const name = `open compiled, 1000 entries x ${phrasingCount}`;
  const run = () => void createMatcher(readPack(JSON.parse(text)));
  return draw([{name, limit: 30, count: 1, run}], drawCount);
}

/** Measures the longest step of making a matcher of a plain pack, on a machine that is four times slower. */
export function measureSteps(entryCount: number, phrasingCount: number, drawCount: number): Row & {matcher: Matcher} {
  const pack = makePack(entryCount, phrasingCount);
  // the last one is enough: those before would be so much more for the garbage collector to look at
  let last: Matcher | undefined;
  const longests = Array.from({length: drawCount}, () => {
    last = undefined;
    const {matcher, step} = growMatcher(pack);
    let longest = 0;
    for (let more = true; more; ) {
      const used = cpuMs(() => {
        more = step();
      });
      longest = Math.max(longest, used * SLOWDOWN);
    }
    last = matcher;
    return longest;
  });
  return {
    name: `longest step, ${entryCount} entries x ${phrasingCount}, ${SLOWDOWN}x slower`,
    value: median(longests),
    limit: 50,
    unit: 'ms',
    detail: describeSpread(longests),
    matcher: last ?? createMatcher(pack),
  };
}

/** Measures asking a matcher that is there. */
export const measureMatcher = (matcher: Matcher, entryCount: number, drawCount: number): Row[] =>
  draw(asking(matcher, entryCount), drawCount);

/**
 * Measures all that takes time, with its limits, and says whether the machine kept still. To be called first: what else is
 * kept in memory is looked through by the garbage collector, in steps that are measured here.
 */
export function measureSpeed(): {rows: Row[]; isStill: boolean} {
  const parts = [
    () => [measureSteps(100, 20, ALL_DRAWS)],
    () => [measureSteps(1_000, 5, ALL_DRAWS)],
    () => [measureSteps(10_000, 1, ALL_DRAWS)],
    ...[1, 20].map((count) => () => measureOpening(count, ALL_DRAWS)),
    ...[100, 1_000, 10_000].map((count) => () => measureAsking(count, ALL_DRAWS)),
  ];
  let isStill = true;
  const rows = parts.flatMap((measure) => {
    isStill = isSteady() && isStill;
    return measure();
  });
  return {rows, isStill};
}

import {createHedgeBudget, percentile} from '../../../src/latency/index.ts';
import {describeSpread, format, median, type Row} from '../render/figures.ts';
import {type Backend, startBackend} from './backend.ts';
import {askTurns, createFullBudget, type Seen} from './pages.ts';

/** What is promised of second attempts. */
export const PROMISED = {
  /** The 99th percentile of the first token with them, times that without. */
  p99Times: 0.8,
  extraPercent: 5.5,
  outagePercent: 2,
} as const;

/** How much is measured: turns a block, repeats, turns of an outage and of a time in which all is slow. */
export interface Draws {
  repeatCount: number;
  turnCount: number;
  outageCount: number;
  slowCount: number;
}

/** What the bench measures; the test suite takes fewer. */
export const ALL_DRAWS: Draws = {repeatCount: 5, turnCount: 4_000, outageCount: 400, slowCount: 400};

/** How long visitors wait in an outage, in ms: twice the hedge delay. */
const GIVE_UP_MS = 600;

const SLOW_MS = 2_000;

interface Block {
  seen: Seen;
  /** Requests beside one for each turn, in percent of the turns. */
  extraPercent: number;
  deniedCount: number;
  /** Attempts that lost, or were given up. */
  lostCount: number;
  /** Attempts that lost and whose end the backend did not see. */
  unseenCount: number;
}

/** Measures what second attempts gain, what they cost, and what they do when the backend is ill. */
export async function measureHedging({repeatCount, turnCount, outageCount, slowCount}: Draws): Promise<Row[]> {
  const backend = await startBackend();
  const budget = createHedgeBudget();
  const plain: Block[] = [];
  const hedged: Block[] = [];
  const outages: Block[] = [];
  try {
    for (let repeat = 0; repeat < repeatCount; repeat++) {
      backend.set({mood: 'drawn', seed: repeat});
      const measurePlain = async () => plain.push(await measureBlock(backend, {turnCount}));
      const measureHedged = async () => hedged.push(await measureBlock(backend, {turnCount, budget}));
      // the delay is learned from the first block; after that each goes first in turn
      for (const measure of repeat % 2 ? [measureHedged, measurePlain] : [measurePlain, measureHedged]) await measure();
    }
    for (let repeat = 0; repeat < repeatCount; repeat++) {
      backend.set({mood: 'silent', seed: repeat});
      const asking = {turnCount: outageCount, budget: createFullBudget(), deadlineMs: GIVE_UP_MS};
      outages.push(await measureBlock(backend, asking));
    }
    backend.set({mood: SLOW_MS, seed: 0});
    const slow = await measureBlock(backend, {turnCount: slowCount, budget: createFullBudget()});
    return writeRows({plain, hedged, outages, slow});
  } finally {
    await backend.close();
  }
}

async function measureBlock(backend: Backend, asking: Omit<Parameters<typeof askTurns>[0], 'url'>): Promise<Block> {
  backend.take();
  const seen = await askTurns({...asking, url: backend.url});
  await drained(backend);
  const {turnCount, deadlineMs} = asking;
  const {requestCount, deniedCount, closedCount} = backend.take();
  const lostCount = requestCount - deniedCount - (deadlineMs === undefined ? turnCount : 0);
  return {
    seen,
    extraPercent: (100 * (requestCount - turnCount)) / turnCount,
    deniedCount,
    lostCount,
    unseenCount: lostCount - closedCount,
  };
}

/** Waits until the backend makes no answer any more, but not for ever: what still runs then was not seen to end. */
async function drained({openCount}: Backend): Promise<void> {
  const untilMs = performance.now() + 5_000;
  while (openCount() > 0 && performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve));
}

function writeRows(blocks: {plain: Block[]; hedged: Block[]; outages: Block[]; slow: Block}): Row[] {
  const {plain, hedged, outages, slow} = blocks;
  const timesOf = (share: number) => hedged.map((block, at) => readMs(block, share) / readMs(plain[at], share));
  const spread = (share: number) =>
    `${describe(plain, share)} ms without, ${describe(hedged, share)} ms with; times ${describeSpread(timesOf(share))}`;
  const extra = ({extraPercent}: Block) => extraPercent;
  const delays = hedged.flatMap(({seen}) => seen.delaysMs);
  const unseen = [...plain, ...hedged, ...outages].reduce((sum, block) => sum + block.unseenCount, 0);
  const lost = hedged.reduce((sum, {lostCount}) => sum + lostCount, 0);
  const denied = hedged.reduce((sum, {deniedCount}) => sum + deniedCount, 0);
  const due = hedged.reduce((sum, {seen}) => sum + seen.dueCount, 0);
  const allowed = hedged.reduce((sum, {seen}) => sum + seen.allowedCount, 0);
  return [
    row('P99 of the first token', median(timesOf(0.99)), PROMISED.p99Times, 'times', spread(0.99)),
    // of the next two nothing is promised
    row('P99.9 of the first token', median(timesOf(0.999)), Number.POSITIVE_INFINITY, 'times', spread(0.999)),
    row('P50 of the first token', median(timesOf(0.5)), Number.POSITIVE_INFINITY, 'times', spread(0.5)),
    row(
      'requests beside one a turn',
      Math.max(...hedged.map(extra)),
      PROMISED.extraPercent,
      '%',
      `${describeSpread(hedged.map(extra))}; ${due} were due, the pages' budget allowed ${allowed}, the backend denied ` +
        `${denied}; after ${describeSpread(delays)} ms, without a floor`,
    ),
    row('losers whose end was not seen', unseen, 0, 'requests', `${lost} lost, and all that was given up in an outage`),
    row(
      'requests beside one a turn, no answer at all',
      Math.max(...outages.map(extra)),
      PROMISED.outagePercent,
      '%',
      `${describeSpread(outages.map(extra))}; given up after ${GIVE_UP_MS} ms`,
    ),
    row(
      `requests beside one a turn, all after ${SLOW_MS} ms`,
      slow.extraPercent,
      PROMISED.extraPercent,
      '%',
      `first token P99 ${format(readMs(slow, 0.99))} ms`,
    ),
  ];
}

function row(name: string, value: number, limit: number, unit: Row['unit'], detail: string): Row {
  return {name, value, limit, unit, detail};
}

const describe = (blocks: readonly Block[], share: number) =>
  describeSpread(blocks.map((block) => readMs(block, share)));

function readMs(block: Block | undefined, share: number): number {
  return percentile(block?.seen.firstTokensMs.toSorted((a, b) => a - b) ?? [], share) ?? Number.NaN;
}

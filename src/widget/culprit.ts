import type {ErrorKind, StageRecord, TurnRecord} from '../latency/index.ts';

/** What most of a turn's wait is owed to; times in ms. */
export type Culprit =
  /** The turn goes on. */
  | {kind: 'open'; ms: number}
  | {kind: 'failed'; error: ErrorKind; ms: number}
  /** Something between backend and page held the answer back. */
  | {kind: 'held'; ms: number}
  /** A stage took more than its budget, of so long a wait. */
  | {kind: 'over'; stage: string; ms: number; ofMs: number; overMs: number}
  /** The page was busy before the question left or when the first word came. */
  | {kind: 'page'; ms: number; ofMs: number}
  /** No stage was told for most of the wait. */
  | {kind: 'untold'; ms: number; ofMs: number}
  /** No stage is over its budget, but the whole is: this one took the most. */
  | {kind: 'longest'; stage: string; ms: number; ofMs: number}
  | {kind: 'within'; ms: number};

/** What less of is nobody's fault, in ms. */
const PAGE_MS = 100;

/** Finds what a turn's wait is owed to, the worst first: a failure, a proxy, a stage, the page, what nobody timed. */
export function findCulprit(record: TurnRecord): Culprit {
  const {t, stages = [], over = [], error, stream, final, age, waited} = record;
  const wholeMs = t.done ?? age;
  const firstMs = t.paint ?? t.token ?? waited ?? wholeMs;
  if (error) return {kind: 'failed', error, ms: wholeMs};
  if (stream?.verdict === 'buffered' || stream?.verdict === 'chunked') return {kind: 'held', ms: firstMs};
  const worst = most(stages, ({ms, b = Number.POSITIVE_INFINITY}) => ms - b);
  if (worst?.b !== undefined && worst.ms > worst.b) {
    const ofMs = worst.s === 'generate' ? wholeMs : firstMs;
    return {kind: 'over', stage: worst.s, ms: worst.ms, ofMs: Math.max(ofMs, worst.ms), overMs: worst.ms - worst.b};
  }
  if (!final) return {kind: 'open', ms: age};
  if (over.length === 0) return {kind: 'within', ms: firstMs};
  const isFirst = over.includes('first-token');
  const ofMs = isFirst ? firstMs : wholeMs;
  const counted = stages.filter(({s}) => !isFirst || s !== 'generate');
  const toldMs = counted.reduce((sum, {ms}) => sum + ms, 0);
  const pageMs = (t.sent ?? 0) + Math.max(0, (t.paint ?? 0) - (t.token ?? t.paint ?? 0));
  if (pageMs > Math.max(PAGE_MS, ofMs / 3)) return {kind: 'page', ms: pageMs, ofMs};
  const longest = most(counted, ({ms}) => ms);
  if (!longest || toldMs < ofMs / 2) return {kind: 'untold', ms: Math.max(0, ofMs - toldMs), ofMs};
  return {kind: 'longest', stage: longest.s, ms: longest.ms, ofMs};
}

function most(stages: readonly StageRecord[], weigh: (stage: StageRecord) => number): StageRecord | undefined {
  return stages.reduce<StageRecord | undefined>(
    (found, stage) => (!found || weigh(stage) > weigh(found) ? stage : found),
    undefined,
  );
}

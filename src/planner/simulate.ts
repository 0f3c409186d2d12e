import {createDraws, type Draws} from './draws.ts';
import {GENERATE, type Plan} from './plan.ts';
import {type TryCounts, trySecond} from './second-tries.ts';
import {type Cast, castTurns, delayOf, type StageTimes, type Timing, type Try, timeStage} from './stage-times.ts';
import {type Running, stepsOf} from './steps.ts';
import {curveOf} from './times.ts';

/** How many turns are simulated where nobody says it. */
export const TURN_COUNT = 200_000;

/** The fewest turns: from there on P99.9 may be shown without reserve. */
export const MIN_TURN_COUNT = 10_000;

/** The seed where nobody names one. */
export const SEED = 1;

/** Why a turn's answer is a degraded one: added up where there is more than one reason. */
export const DEGRADED = {stage: 1, first: 2, complete: 4} as const;

/** What turns cost in requests, each counted over all turns. */
export interface Requests {
  /** Questions that went through the stages because no cache answered. */
  answerCount: number;
  /** Those that went through a route once more. */
  escalatedCount: number;
  /** Second tries of stages and of whole questions. */
  hedgeCount: number;
  hedgeWonCount: number;
  /** Second tries that were due and not allowed. */
  hedgeDeniedCount: number;
  prefetchCount: number;
}

/** What was simulated: a number a turn in every column. */
export interface Simulation {
  readonly turnCount: number;
  /** When the first words of an answer are there, and all of it, in ms: as the visitor waits, deadlines and all. */
  firstMs: Float64Array;
  completeMs: Float64Array;
  /** The same, had no deadline of the turn fallen. */
  unboundFirstMs: Float64Array;
  unboundCompleteMs: Float64Array;
  /** Sums of DEGRADED; 0 for an answer as it was meant. */
  degraded: Uint8Array;
  isHit: Uint8Array;
  /** What ran before the first token, in order. */
  steps: readonly (readonly Running[])[];
  /** By the key of each running, and GENERATE. */
  stages: ReadonlyMap<string, StageTimes>;
  /** How long the first try of a whole question was waited for where the second one was ready first; else 0. */
  hedgeWaitMs: Float64Array;
  requests: Requests;
}

/**
 * Simulates turns of a plan. The same seed gives the same turns; another plan has the same luck on them.
 *
 * @param draws - The luck; what was drawn before is used again.
 */
export function simulate(plan: Plan, draws: Draws): Simulation {
  const cast = castTurns(plan, draws);
  const timing: Timing = {plan, draws, cast};
  const steps = stepsOf(plan);
  const run = runTry({name: 'first', correlation: 0}, {timing, steps});
  const whole = plan.hedge ? hedgeWhole(run, {timing, steps}) : undefined;
  const firstMs = run.firstMs;
  const completeMs = firstMs.map((ms, turn) => ms + (run.generateMs[turn] ?? 0));
  answerFromCache(plan, {firstMs, completeMs, cast, draws});
  if (plan.delivery === 'whole') firstMs.set(completeMs);
  const degraded = degradedBy([...run.stages.values()]);
  return {
    turnCount: draws.turnCount,
    ...holdTo(plan, {firstMs, completeMs, degraded}),
    unboundFirstMs: firstMs,
    unboundCompleteMs: completeMs,
    degraded,
    isHit: cast.isHit,
    steps,
    stages: run.stages,
    hedgeWaitMs: whole?.waitMs ?? new Float64Array(draws.turnCount),
    requests: countRequests(plan, {cast, draws, tries: [...run.tries, ...(whole ? whole.tries : [])]}),
  };
}

/** Simulates turns of a plan once, for whoever compares it with no other. */
export function simulateOnce(plan: Plan, {turnCount = TURN_COUNT, seed = SEED} = {}): Simulation {
  return simulate(plan, createDraws({turnCount, seed}));
}

interface Way {
  timing: Timing;
  steps: readonly (readonly Running[])[];
}

interface Run {
  firstMs: Float64Array;
  generateMs: Float64Array;
  stages: Map<string, StageTimes>;
  tries: TryCounts[];
}

/** Runs one try of all questions, to the first token and from there to the end. */
function runTry(attempt: Try, {timing, steps}: Way): Run {
  const {turnCount} = timing.draws;
  const firstMs = new Float64Array(turnCount);
  const stages = new Map<string, StageTimes>();
  for (const step of steps) {
    const columns = step.map((running) => {
      const times = timeStage(running, attempt, timing);
      stages.set(running.key, times);
      return times.ms;
    });
    const [only] = columns;
    for (let turn = 0; turn < turnCount; turn++) {
      let ms = only?.[turn] ?? 0;
      for (let at = 1; at < columns.length; at++) ms = Math.max(ms, columns[at]?.[turn] ?? 0);
      firstMs[turn] = (firstMs[turn] ?? 0) + ms;
    }
  }
  let generateMs: Float64Array = new Float64Array(turnCount);
  if (Object.hasOwn(timing.plan.stages, GENERATE)) {
    const times = timeStage({key: GENERATE, stage: GENERATE}, attempt, timing);
    stages.set(GENERATE, times);
    generateMs = times.ms;
  }
  return {firstMs, generateMs, stages, tries: [...stages.values()].map(({tries}) => tries)};
}

/** Lets whole questions be asked a second time; the one whose first token is there first is the answer. */
function hedgeWhole(run: Run, way: Way): {waitMs: Float64Array; tries: TryCounts[]} | undefined {
  const {timing} = way;
  const {hedge} = timing.plan;
  if (!hedge) return undefined;
  const {isHit} = timing.cast;
  const second = runTry({name: 'second', correlation: hedge.correlation}, way);
  const afterMs = delayOf(
    hedge,
    run.firstMs.filter((_, turn) => !isHit[turn]),
  );
  const waitMs = new Float64Array(timing.draws.turnCount);
  for (const [key, times] of run.stages) run.stages.set(key, copyOf(times));
  const tries = trySecond({
    ms: run.firstMs,
    secondMs: second.firstMs,
    ...{afterMs, isSkipped: isHit},
    onWon(turn) {
      waitMs[turn] = afterMs;
      for (const [key, times] of run.stages) take(times, second.stages.get(key), turn);
    },
  });
  const {madeCount} = tries;
  // second tries of stages are made only in questions that were asked
  const share = madeCount / Math.max(1, isHit.length);
  return {waitMs, tries: [tries, ...second.tries.map((each) => scaleTries(each, share))]};
}

const copyOf = ({ms, isEnded, ...times}: StageTimes): StageTimes => ({
  ...times,
  ms: ms.slice(),
  ...(isEnded ? {isEnded: isEnded.slice()} : {}),
});

function take(times: StageTimes, other: StageTimes | undefined, turn: number): void {
  times.ms[turn] = other?.ms[turn] ?? 0;
  if (times.isEnded) times.isEnded[turn] = other?.isEnded?.[turn] ?? 0;
}

const scaleTries = ({madeCount, wonCount, deniedCount}: TryCounts, share: number): TryCounts => ({
  madeCount: madeCount * share,
  wonCount: wonCount * share,
  deniedCount: deniedCount * share,
});

function answerFromCache(
  {cache}: Plan,
  {firstMs, completeMs, cast, draws}: {firstMs: Float64Array; completeMs: Float64Array; cast: Cast; draws: Draws},
): void {
  if (!cache) return;
  const curve = curveOf(cache.times);
  const luck = draws.normal('cache time');
  for (let turn = 0; turn < firstMs.length; turn++) {
    if (!cast.isHit[turn]) continue;
    firstMs[turn] = curve(luck[turn] ?? 0);
    completeMs[turn] = firstMs[turn] ?? 0;
  }
}

function degradedBy(stages: readonly StageTimes[]): Uint8Array {
  const degraded = new Uint8Array(stages[0]?.ms.length ?? 0);
  for (const {isEnded} of stages) {
    if (!isEnded) continue;
    for (let turn = 0; turn < degraded.length; turn++) if (isEnded[turn]) degraded[turn] = DEGRADED.stage;
  }
  return degraded;
}

/** Lets the deadlines of a turn fall: what answers then is a fallback, or what there is so far. Adds to `degraded`. */
function holdTo(
  {deadlines}: Plan,
  {firstMs, completeMs, degraded}: {firstMs: Float64Array; completeMs: Float64Array; degraded: Uint8Array},
): {firstMs: Float64Array; completeMs: Float64Array} {
  if (!deadlines) return {firstMs, completeMs};
  const first = firstMs.slice();
  const complete = completeMs.slice();
  const {firstMs: limitMs, completeMs: endMs, fallbackMs} = deadlines;
  for (let turn = 0; turn < first.length; turn++) {
    if ((first[turn] ?? 0) > limitMs) {
      first[turn] = limitMs + fallbackMs;
      complete[turn] = limitMs + fallbackMs;
      degraded[turn] = (degraded[turn] ?? 0) | DEGRADED.first;
    } else if ((complete[turn] ?? 0) > endMs) {
      complete[turn] = endMs;
      degraded[turn] = (degraded[turn] ?? 0) | DEGRADED.complete;
    }
  }
  return {firstMs: first, completeMs: complete};
}

function countRequests(
  {prefetch}: Plan,
  {cast, draws, tries}: {cast: Cast; draws: Draws; tries: readonly TryCounts[]},
): Requests {
  let answerCount = 0;
  let escalatedCount = 0;
  for (let turn = 0; turn < draws.turnCount; turn++) {
    if (cast.isHit[turn]) continue;
    answerCount++;
    if (cast.thenOf[turn] !== 255) escalatedCount++;
  }
  const sum = (read: (counts: TryCounts) => number) => tries.reduce((all, counts) => all + read(counts), 0);
  return {
    answerCount,
    escalatedCount,
    hedgeCount: sum(({madeCount}) => madeCount),
    hedgeWonCount: sum(({wonCount}) => wonCount),
    hedgeDeniedCount: sum(({deniedCount}) => deniedCount),
    prefetchCount: prefetch ? prefetch.requestCount * draws.turnCount : 0,
  };
}

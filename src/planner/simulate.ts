import type {Timing} from './calls.ts';
import {type Cast, castTurns, NO_ROUTE} from './cast.ts';
import {createDraws, type Draws} from './draws.ts';
import {GENERATE, type Plan, type PlannedHedge} from './plan.ts';
import {pick} from './sample.ts';
import {type TryCounts, trySecond} from './second-tries.ts';
import {delayOf, type StageTimes, type Try, timeStage} from './stage-times.ts';
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

/** Second tries of whole questions, each begun so late: in which turns one was ready first, and what ran in it. */
export interface SecondTries {
  afterMs: number;
  isWon: Uint8Array;
  stages: ReadonlyMap<string, StageTimes>;
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
  /** By the key of each running, and GENERATE; of first tries. */
  stages: ReadonlyMap<string, StageTimes>;
  /** The second tries of whole questions, where there are any. */
  second?: SecondTries;
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
  const whole = plan.hedge ? hedgeWhole(run, plan.hedge, {timing, steps}) : undefined;
  const firstMs = run.firstMs;
  const completeMs = firstMs.slice();
  addLongest(completeMs, [run.generateMs]);
  answerFromCache(plan, {firstMs, completeMs, cast, draws});
  if (plan.delivery === 'whole') firstMs.set(completeMs);
  const degraded = degradedBy(run, whole);
  return {
    turnCount: draws.turnCount,
    ...holdTo(plan, {firstMs, completeMs, degraded}),
    unboundFirstMs: firstMs,
    unboundCompleteMs: completeMs,
    degraded,
    isHit: cast.isHit,
    steps,
    stages: run.stages,
    ...(whole ? {second: whole} : {}),
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
      const times = timeStage(running, {attempt, timing});
      stages.set(running.key, times);
      return times.ms;
    });
    addLongest(firstMs, columns);
  }
  let generateMs: Float64Array = new Float64Array(turnCount);
  if (Object.hasOwn(timing.plan.stages, GENERATE)) {
    const times = timeStage({key: GENERATE, stage: GENERATE}, {attempt, timing});
    stages.set(GENERATE, times);
    generateMs = times.ms;
  }
  return {firstMs, generateMs, stages, tries: [...stages.values()].map(({tries}) => tries)};
}

/** Adds the longest of some columns, turn by turn. */
function addLongest(sumMs: Float64Array, [first, ...others]: readonly Float64Array[]): void {
  let longest = first ?? new Float64Array(sumMs.length);
  if (others.length > 0) longest = longest.slice();
  for (const other of others) {
    for (let turn = 0; turn < longest.length; turn++) {
      const ms = other[turn] ?? 0;
      if (ms > (longest[turn] ?? 0)) longest[turn] = ms;
    }
  }
  for (let turn = 0; turn < sumMs.length; turn++) sumMs[turn] = (sumMs[turn] ?? 0) + (longest[turn] ?? 0);
}

/** Lets whole questions be asked a second time; the one whose first token is there first is the answer. Changes `run`. */
function hedgeWhole(run: Run, hedge: PlannedHedge, way: Way): SecondTries & {tries: TryCounts[]} {
  const {cast, draws} = way.timing;
  const {isHit} = cast;
  const {firstMs, generateMs, stages, tries} = runTry({name: 'second', correlation: hedge.correlation}, way);
  const afterMs = delayOf(
    hedge,
    pick(run.firstMs, (turn) => !isHit[turn]),
  );
  const isWon = new Uint8Array(draws.turnCount);
  run.generateMs = run.generateMs.slice();
  const made = trySecond({
    ms: run.firstMs,
    secondMs: firstMs,
    ...{afterMs, isSkipped: isHit},
    onWon(turn) {
      isWon[turn] = 1;
      run.generateMs[turn] = generateMs[turn] ?? 0;
    },
  });
  // second tries of stages are made only in questions that were asked again
  const share = made.madeCount / Math.max(1, isHit.length);
  return {afterMs, isWon, stages, tries: [made, ...tries.map((each) => scaleTries(each, share))]};
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

function degradedBy({stages, firstMs}: Run, second: SecondTries | undefined): Uint8Array {
  const degraded = new Uint8Array(firstMs.length);
  for (const [key, {isEnded}] of stages) {
    if (!isEnded) continue;
    const other = second?.stages.get(key)?.isEnded;
    for (let turn = 0; turn < degraded.length; turn++) {
      if (other && second.isWon[turn] ? other[turn] : isEnded[turn]) degraded[turn] = DEGRADED.stage;
    }
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
    if (cast.thenOf[turn] !== NO_ROUTE) escalatedCount++;
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

import {type Calls, drawCalls, type Timing} from './calls.ts';
import {fill} from './cast.ts';
import type {Draws} from './draws.ts';
import type {PlannedHedge, PlannedStage} from './plan.ts';
import {percentileOf, sampleOf} from './sample.ts';
import {type TryCounts, trySecond} from './second-tries.ts';
import type {Running} from './steps.ts';
import {curveOf} from './times.ts';

/** Which try of a whole question it is, and how alike its luck is to the first one's. */
export interface Try {
  name: 'first' | 'second';
  correlation: number;
}

/** How long a stage takes in each turn, 0 where it does not run, and in which turns it was ended by its deadline. */
export interface StageTimes {
  ms: Float64Array;
  isRun: Uint8Array;
  isEnded?: Uint8Array;
  tries: TryCounts;
}

/**
 * Times a stage in every turn: its calls, its second try, its deadline, and what was done of it ahead. Nobody may change
 * what it gives: the same stage is timed once.
 */
export function timeStage(running: Running, {attempt, timing}: {attempt: Try; timing: Timing}): StageTimes {
  const {plan, draws} = timing;
  const {key, stage: name} = running;
  const stage = plan.stages[name];
  if (!stage) throw new RangeError(`there is no stage ${name}`);
  const anew = () => timeAnew(running, {stage, attempt, timing});
  if (stage.factor !== undefined) return anew(); // factors are tried by the dozen, and not again
  const {routes = {}, cache, correlation, prefetch} = plan;
  const ahead = prefetch?.stages.includes(name) ? prefetch : undefined;
  const routed = Object.values(routes).some(({stages}) => Object.hasOwn(stages, name)) ? routes : undefined;
  return draws.kept(`stage ${JSON.stringify([attempt, key, stage, routed, cache?.share, correlation, ahead])}`, anew);
}

function timeAnew(
  {key, stage: name}: Running,
  {stage, attempt, timing}: {stage: PlannedStage; attempt: Try; timing: Timing},
): StageTimes {
  const {draws, cast} = timing;
  const {hedge, deadlineMs, runShare = 1} = stage;
  const luck = readLuck({key, attempt, draws});
  const calls: Calls = {key, name, stage, attempt: attempt.name, luck: {own: luck, from: attempt.correlation}};
  const plain = drawCalls(calls, timing);
  const ms = plain.slice();
  const isRun = new Uint8Array(draws.turnCount);
  if (runShare === 1) fillWith(isRun, cast.isHit);
  else {
    const of = (share: number, turn: number) => (cast.isHit[turn] || share >= runShare ? 0 : 1);
    fill(isRun, {luck: draws.even(`${key} runs`), of});
  }
  let tries: TryCounts = {madeCount: 0, wonCount: 0, deniedCount: 0};
  if (hedge) {
    const own = blend(luck, draws.normal(`${attempt.name} ${key} again`), hedge.correlation);
    const from = [attempt.correlation, hedge.correlation];
    const secondMs = drawCalls({...calls, attempt: `${attempt.name} again`, luck: {own, from}}, timing);
    tries = trySecond({ms, secondMs, afterMs: delayOf(hedge, plain), isSkipped: isRun.map((runs) => 1 - runs)});
  }
  for (let turn = 0; turn < ms.length; turn++) if (!isRun[turn]) ms[turn] = 0;
  const isEnded = deadlineMs === undefined ? undefined : endAt(deadlineMs, ms);
  startAhead(name, ms, timing);
  return {ms, isRun, tries, ...(isEnded ? {isEnded} : {})};
}

/** Says after how long a second try starts; a percentile is that of the times without one. */
export function delayOf({after}: PlannedHedge, ms: Float64Array): number {
  return after.kind === 'time' ? after.ms : percentileOf(sampleOf(ms), after.share);
}

function fillWith(isRun: Uint8Array, isHit: Uint8Array): void {
  for (let turn = 0; turn < isRun.length; turn++) isRun[turn] = 1 - (isHit[turn] ?? 0);
}

function endAt(deadlineMs: number, ms: Float64Array): Uint8Array {
  const isEnded = new Uint8Array(ms.length);
  for (let turn = 0; turn < ms.length; turn++) {
    if ((ms[turn] ?? 0) <= deadlineMs) continue;
    ms[turn] = deadlineMs;
    isEnded[turn] = 1;
  }
  return isEnded;
}

function startAhead(name: string, ms: Float64Array, {plan: {prefetch}, draws}: Timing): void {
  if (!prefetch?.stages.includes(name)) return;
  const used = draws.even('prefetch');
  const luck = draws.normal('prefetch lead');
  const lead = curveOf(prefetch.lead);
  for (let turn = 0; turn < ms.length; turn++) {
    if ((used[turn] ?? 1) < prefetch.share) ms[turn] = Math.max(0, (ms[turn] ?? 0) - lead(luck[turn] ?? 0));
  }
}

/** Reads the luck of a stage in a try of the whole question. */
function readLuck({key, attempt, draws}: {key: string; attempt: Try; draws: Draws}): Float64Array {
  const first = draws.normal(`first ${key}`);
  return attempt.name === 'first' ? first : blend(first, draws.normal(`${attempt.name} ${key}`), attempt.correlation);
}

/** Mixes two kinds of normal luck into one that is correlated with the first. */
function blend(luck: Float64Array, other: Float64Array, correlation: number): Float64Array {
  if (correlation === 0) return other;
  const rest = Math.sqrt(1 - correlation ** 2);
  return luck.map((value, turn) => correlation * value + rest * (other[turn] ?? 0));
}

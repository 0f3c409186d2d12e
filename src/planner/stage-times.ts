import type {Draws} from './draws.ts';
import {normalQuantile, normalShare} from './normal.ts';
import {GENERATE, type Plan, type PlannedHedge, type PlannedRoute, type PlannedStage, type Times} from './plan.ts';
import {percentileOf, sampleOf} from './sample.ts';
import {type TryCounts, trySecond} from './second-tries.ts';
import type {Running} from './steps.ts';
import {curveOf} from './times.ts';

/** What a turn is before anything of it runs: whether a cache answers, on which route it goes, whether it goes on another. */
export interface Cast {
  isHit: Uint8Array;
  /** Number of the route, as `routes` lists them. */
  routeOf: Uint8Array;
  routes: readonly (PlannedRoute | undefined)[];
  /** Number of the route that does it once more, and 255 where none does. */
  thenOf: Uint8Array;
}

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

/** No route. */
const NONE = 255;

/** What stages are timed by. */
export interface Timing {
  plan: Plan;
  draws: Draws;
  cast: Cast;
}

/** Draws what each turn is. */
export function castTurns({cache, routes = {}}: Plan, draws: Draws): Cast {
  const names = Object.keys(routes);
  const list: (PlannedRoute | undefined)[] = names.length > 0 ? Object.values(routes) : [undefined];
  const isHit = new Uint8Array(draws.turnCount);
  const routeOf = new Uint8Array(draws.turnCount);
  const thenOf = new Uint8Array(draws.turnCount).fill(NONE);
  if (cache) fill(isHit, draws.even('cache'), (luck) => (luck < cache.share ? 1 : 0));
  if (names.length > 0) {
    const luckOf = draws.even('escalates');
    fill(routeOf, draws.even('route'), (luck) => {
      let left = luck;
      for (const [number, route] of list.entries()) {
        left -= route?.share ?? 0;
        if (left < 0) return number;
      }
      return list.length - 1; // shares add up to 1 but for rounding
    });
    fill(thenOf, luckOf, (luck, turn) => {
      const {escalates} = list[routeOf[turn] ?? 0] ?? {};
      return escalates && luck < escalates.share ? names.indexOf(escalates.to) : NONE;
    });
  }
  return {isHit, routeOf, routes: list, thenOf};
}

function fill(column: Uint8Array, luck: Float64Array, of: (luck: number, turn: number) => number): void {
  for (let turn = 0; turn < column.length; turn++) column[turn] = of(luck[turn] ?? 0, turn);
}

/**
 * Times a stage in every turn: its calls, its second try, its deadline, and what was done of it ahead. Nobody may change
 * what it gives: the same stage is timed once.
 */
export function timeStage(running: Running, attempt: Try, timing: Timing): StageTimes {
  const {plan, draws} = timing;
  const {key, stage: name} = running;
  const stage = plan.stages[name];
  if (!stage) throw new RangeError(`there is no stage ${name}`);
  // factors are tried by the dozen, and not again
  if (stage.factor !== undefined) return timeAnew(running, {stage, attempt, timing});
  const {routes, cache, correlation, prefetch} = plan;
  const ahead = prefetch?.stages.includes(name) ? prefetch : undefined;
  const whole = JSON.stringify([attempt, key, stage, routes, cache?.share, correlation, ahead]);
  return draws.kept(`stage ${whole}`, () => timeAnew(running, {stage, attempt, timing}));
}

function timeAnew(
  {key, stage: name}: Running,
  {stage, attempt, timing}: {stage: PlannedStage; attempt: Try; timing: Timing},
): StageTimes {
  const {draws, cast} = timing;
  const {hedge, deadlineMs, runShare = 1} = stage;
  const luck = readLuck({key, attempt, draws});
  const plain = drawTimes({key, name, attempt: attempt.name, luck}, timing);
  const ms = plain.slice();
  const isRun = new Uint8Array(draws.turnCount);
  fill(isRun, draws.even(`${key} runs`), (share, turn) => (cast.isHit[turn] || share >= runShare ? 0 : 1));
  let tries: TryCounts = {madeCount: 0, wonCount: 0, deniedCount: 0};
  if (hedge) {
    const again = blend(luck, draws.normal(`${attempt.name} ${key} again`), hedge.correlation);
    const secondMs = drawTimes({key, name, attempt: `${attempt.name} again`, luck: again}, timing);
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

/** Draws how long the calls of a stage take in every turn, whether it runs or not. */
function drawTimes(
  {key, name, attempt, luck}: {key: string; name: string; attempt: string; luck: Float64Array},
  {plan, draws, cast}: Timing,
): Float64Array {
  const stage = plan.stages[name];
  if (!stage) throw new RangeError(`there is no stage ${name}`);
  const routed = cast.routes.map((route) => route?.stages[name] ?? stage.times);
  const {correlation = 0} = plan;
  const {cold, fanOutCount = 1, factor = 1} = stage;
  const shapes = [
    routed,
    cold,
    fanOutCount,
    correlation,
    plan.routes,
    plan.hedge?.correlation,
    stage.hedge?.correlation,
  ];
  const times = draws.kept(`times ${attempt} ${key} ${JSON.stringify(shapes)}`, () => {
    const lucky = (own: Float64Array) => slowTogether(slowestOf(own, fanOutCount), draws, correlation);
    const column = new Float64Array(draws.turnCount);
    addRouted({column, curves: routed.map(curveOf), luck: lucky(luck), cast});
    if (cast.routes.some((route) => route?.escalates && Object.hasOwn(route.stages, name))) {
      const again = lucky(draws.normal(`${attempt} ${key} escalated`));
      addEscalated({column, curves: routed.map(curveOf), luck: again, cast, name});
    }
    if (cold)
      addCold({
        column,
        cold,
        luck: draws.normal(`${attempt} ${key} cold`),
        is: draws.even(`${attempt} ${key} is cold`),
      });
    return column;
  });
  return factor === 1 ? times : times.map((ms) => ms * factor);
}

/** Turns the luck of one call into that of the slowest of several, which know nothing of each other. */
function slowestOf(luck: Float64Array, count: number): Float64Array {
  if (count === 1) return luck;
  return luck.map((value) => normalQuantile(Math.min(1 - Number.EPSILON, normalShare(value) ** (1 / count))));
}

function slowTogether(luck: Float64Array, draws: Draws, correlation: number): Float64Array {
  if (correlation === 0) return luck;
  const all = draws.normal('all stages');
  const [shared, own] = [Math.sqrt(correlation), Math.sqrt(1 - correlation)];
  return luck.map((value, turn) => shared * (all[turn] ?? 0) + own * value);
}

interface Added {
  column: Float64Array;
  luck: Float64Array;
}

function addRouted({column, curves, luck, cast}: Added & {curves: readonly ((luck: number) => number)[]; cast: Cast}) {
  const [only] = curves;
  for (let turn = 0; turn < column.length; turn++) {
    const curve = curves.length === 1 ? only : curves[cast.routeOf[turn] ?? 0];
    column[turn] = curve?.(luck[turn] ?? 0) ?? 0;
  }
}

/** What is not good enough comes before what is; its words are not shown. */
function addEscalated(
  options: Added & {curves: readonly ((luck: number) => number)[]; cast: Cast; name: string},
): void {
  const {column, curves, luck, cast, name} = options;
  for (let turn = 0; turn < column.length; turn++) {
    const then = cast.thenOf[turn] ?? NONE;
    if (then === NONE) continue;
    const ms = curves[then]?.(luck[turn] ?? 0) ?? 0;
    column[turn] = name === GENERATE ? ms : (column[turn] ?? 0) + ms;
  }
}

function addCold({column, luck, cold, is}: Added & {cold: {share: number; times: Times}; is: Float64Array}): void {
  const curve = curveOf(cold.times);
  for (let turn = 0; turn < column.length; turn++) {
    if ((is[turn] ?? 1) < cold.share) column[turn] = (column[turn] ?? 0) + curve(luck[turn] ?? 0);
  }
}

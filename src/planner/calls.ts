import {type Cast, NO_ROUTE} from './cast.ts';
import type {Draws} from './draws.ts';
import {normalQuantile, normalShare} from './normal.ts';
import {GENERATE, type Plan, type PlannedStage} from './plan.ts';
import {curveOf} from './times.ts';

/** The calls of a stage in one try: their luck, and names for what it is kept and for what else is drawn. */
export interface Calls {
  /** The running's key. */
  key: string;
  /** The stage's name. */
  name: string;
  stage: PlannedStage;
  /** Which try it is, told apart from others of the same running. */
  attempt: string;
  /** Normal luck, a number a turn, and what it was made from beside the try. */
  luck: {own: Float64Array; from: unknown};
}

/** What calls are drawn for. */
export interface Timing {
  plan: Plan;
  draws: Draws;
  cast: Cast;
}

type Curve = (luck: number) => number;

/** Draws how long the calls of a stage take in every turn, whether it runs or not. Nobody may change what it gives. */
export function drawCalls({key, name, stage, attempt, luck}: Calls, {plan, draws, cast}: Timing): Float64Array {
  const {cold, fanOutCount = 1, factor = 1, times} = stage;
  const {correlation = 0} = plan;
  const isRouted = cast.routes.some(({stages}) => Object.hasOwn(stages, name));
  const whole = [attempt, key, luck.from, times, cold, fanOutCount, correlation, isRouted ? plan.routes : undefined];
  const drawn = draws.kept(`calls ${JSON.stringify(whole)}`, () => {
    const column = slowTogether(slowestOf(luck.own, fanOutCount), {draws, correlation});
    if (isRouted) {
      const curves = cast.routes.map(({stages}) => curveOf(stages[name] ?? times));
      takeRoutes(column, {curves, cast});
      const again = () =>
        slowTogether(slowestOf(draws.normal(`${attempt} ${key} escalated`), fanOutCount), {draws, correlation});
      if (cast.routes.some(({escalates, stages}) => escalates && Object.hasOwn(stages, name))) {
        escalate(column, {luck: again(), curves, cast, isLast: name === GENERATE});
      }
    } else takeTimes(column, curveOf(times));
    if (cold) {
      const luckOf = draws.normal(`${attempt} ${key} cold`);
      const is = draws.even(`${attempt} ${key} is cold`);
      const curve = curveOf(cold.times);
      for (let turn = 0; turn < column.length; turn++) {
        if ((is[turn] ?? 1) < cold.share) column[turn] = (column[turn] ?? 0) + curve(luckOf[turn] ?? 0);
      }
    }
    return column;
  });
  return factor === 1 ? drawn : drawn.map((ms) => ms * factor);
}

/** Turns the luck of one call into that of the slowest of several, which know nothing of each other. */
function slowestOf(luck: Float64Array, count: number): Float64Array {
  const slowest = luck.slice();
  if (count === 1) return slowest;
  for (let turn = 0; turn < slowest.length; turn++) {
    const share = normalShare(slowest[turn] ?? 0) ** (1 / count);
    slowest[turn] = normalQuantile(Math.min(1 - Number.EPSILON, share));
  }
  return slowest;
}

/** Mixes what all stages of a turn share into luck, which it changes. */
function slowTogether(luck: Float64Array, {draws, correlation}: {draws: Draws; correlation: number}): Float64Array {
  if (correlation === 0) return luck;
  const all = draws.normal('all stages');
  const [shared, own] = [Math.sqrt(correlation), Math.sqrt(1 - correlation)];
  for (let turn = 0; turn < luck.length; turn++) luck[turn] = shared * (all[turn] ?? 0) + own * (luck[turn] ?? 0);
  return luck;
}

function takeTimes(column: Float64Array, curve: Curve): void {
  for (let turn = 0; turn < column.length; turn++) column[turn] = curve(column[turn] ?? 0);
}

function takeRoutes(column: Float64Array, {curves, cast}: {curves: readonly Curve[]; cast: Cast}): void {
  const {routeOf} = cast;
  for (let turn = 0; turn < column.length; turn++) {
    column[turn] = curves[routeOf[turn] ?? 0]?.(column[turn] ?? 0) ?? 0;
  }
}

/** What is not good enough comes before what is; its words are not shown. */
function escalate(
  column: Float64Array,
  options: {luck: Float64Array; curves: readonly Curve[]; cast: Cast; isLast: boolean},
): void {
  const {luck, curves, cast, isLast} = options;
  for (let turn = 0; turn < column.length; turn++) {
    const then = cast.thenOf[turn] ?? NO_ROUTE;
    if (then === NO_ROUTE) continue;
    const ms = curves[then]?.(luck[turn] ?? 0) ?? 0;
    column[turn] = isLast ? ms : (column[turn] ?? 0) + ms;
  }
}

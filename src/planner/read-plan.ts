import {type Budget, type Critical, type Limit, plannedNames, readDeadlines} from '../latency/index.ts';
import {
  GENERATE,
  type Plan,
  type PlannedDeadlines,
  type PlannedPrefetch,
  type PlannedRoute,
  type PlannedStage,
} from './plan.ts';
import {assumeStages, leftForWords, TAIL_RATIO, TYPING} from './presets.ts';
import {
  cut,
  needShare,
  needTimes,
  PlanFault,
  readHedge,
  readMs,
  readNames,
  readObject,
  readShare,
  readTimes,
  type Written,
} from './read-values.ts';

/** A budget with the names that were declared, and what was written of the plan. */
export interface WrittenPlan {
  budget: Budget;
  /** Names of the stages with a limit of their own; none: those of every budget. */
  declared: readonly string[];
  critical: Critical;
  /** What stands under `plan` in a budget file; undefined: nothing is known beside the limits. */
  plan: unknown;
  /** How many times the median the 99th percentile is where one percentile is known; default what the plan says, or TAIL_RATIO. */
  tailRatio?: number;
}

const KEYS = ['stages', 'ratio', 'cache', 'routes', 'hedge', 'deadlines', 'prefetch', 'delivery', 'correlation'];
const STAGE_KEYS = ['time', 'p50', 'p99', 'runs', 'cold', 'fan-out', 'hedge', 'deadline'];

/**
 * Makes a plan of a budget and of what is written of its stages.
 *
 * A stage of which only its limit is known just holds it, with an assumed tail. `generate`, where nothing is known of it,
 * just holds what the limit of the whole answer leaves after that of the first token. Deadlines are those that the widget
 * has without a word (`readDeadlines`), unless they are written, or "none".
 *
 * @returns The plan, or a sentence's part that says what is wrong.
 */
export function readPlan(written: WrittenPlan): Plan | string {
  try {
    return planOf(written);
  } catch (error) {
    if (error instanceof PlanFault) return error.message;
    throw error;
  }
}

function planOf({budget, declared, critical, plan: given = {}, tailRatio: wanted}: WrittenPlan): Plan {
  const plan = readObject(given, {place: 'plan', keys: KEYS});
  const tailRatio = wanted ?? readRatio(plan);
  const milestones = {firstToken: budget.firstToken, complete: budget.complete};
  const stages = readStages(plan, {limits: limitsOf({budget, declared, plan: given}), milestones, tailRatio});
  const known = Object.keys(stages);
  const {cache, routes, hedge, prefetch, delivery} = plan.fields;
  const correlation = readShare(plan, 'correlation');
  const deadlines = readPlannedDeadlines(plan, budget);
  if (delivery !== undefined && delivery !== 'streamed' && delivery !== 'whole') {
    throw new PlanFault('plan.delivery is neither "streamed" nor "whole"');
  }
  return {
    ...{stages, critical, budget: milestones, delivery: delivery ?? 'streamed'},
    ...(cache === undefined ? {} : {cache: readCache(cache, tailRatio)}),
    ...(routes === undefined ? {} : {routes: readRoutes(routes, {known, tailRatio})}),
    ...(hedge === undefined ? {} : {hedge: readHedge(hedge, 'plan.hedge')}),
    ...(prefetch === undefined ? {} : {prefetch: readPrefetch(prefetch, {known, tailRatio})}),
    ...(deadlines ? {deadlines} : {}),
    ...(correlation === undefined ? {} : {correlation}),
  };
}

function readRatio({fields}: Written): number {
  const {ratio = TAIL_RATIO} = fields;
  if (typeof ratio === 'number' && ratio > 1 && ratio <= 1000) return ratio;
  throw new PlanFault('plan.ratio is no number above 1, the 99th percentile over the median');
}

/** The limits of stages that are meant: what neither budget nor plan names is no stage, unless nothing is named at all. */
function limitsOf({budget, declared, plan}: Pick<WrittenPlan, 'budget' | 'declared' | 'plan'>): Record<string, Limit> {
  const planned = plannedNames(plan);
  const names = declared.length > 0 ? declared : planned.length > 0 ? [] : Object.keys(budget.stages);
  return Object.fromEntries(
    names.flatMap((name) => {
      const limit = budget.stages[name];
      return limit ? [[name, limit]] : [];
    }),
  );
}

function readStages(
  {fields}: Written,
  options: {limits: Record<string, Limit>; milestones: Plan['budget']; tailRatio: number},
): Record<string, PlannedStage> {
  const {limits, milestones, tailRatio} = options;
  const written = fields['stages'] === undefined ? {} : readObject(fields['stages'], {place: 'plan.stages'}).fields;
  const words = limits[GENERATE] ? undefined : leftForWords(milestones);
  const assumed = assumeStages({...limits, ...(words ? {[GENERATE]: words} : {})}, {tailRatio});
  const stages: Record<string, PlannedStage> = {...assumed};
  for (const [name, value] of Object.entries(written)) {
    if (!/^[a-z][a-z0-9._-]{0,31}$/.test(name))
      throw new PlanFault(`plan.stages has "${cut(name)}", which is no name of a stage`);
    const stage = readStage(value, {place: `plan.stages.${name}`, tailRatio, assumed: assumed[name]});
    const limit = limits[name];
    stages[name] = {...stage, ...(limit ? {limit} : {})};
  }
  return stages;
}

function readStage(
  value: unknown,
  {place, tailRatio, assumed}: {place: string; tailRatio: number; assumed: PlannedStage | undefined},
): PlannedStage {
  const isPlain = typeof value === 'string' || typeof value === 'number';
  const stage = readObject(isPlain ? {time: value} : value, {place, keys: STAGE_KEYS});
  const {time, cold, hedge} = stage.fields;
  const own = time === undefined ? readTimes(stage.fields, {place, tailRatio}) : readTimes(time, {place, tailRatio});
  const times = own?.times ?? assumed?.times;
  const anchor = own ? own.anchor : assumed?.anchor;
  if (!times) throw new PlanFault(`${place} has neither times nor a limit in "stages"`);
  const runShare = readShare(stage, 'runs');
  const deadlineMs = readMs(stage, 'deadline');
  const fanOutCount = readCount(stage, 'fan-out');
  return {
    times,
    known: anchor ? 'assumed' : 'declared',
    ...(anchor ? {anchor} : {}),
    ...(runShare === undefined ? {} : {runShare}),
    ...(deadlineMs === undefined ? {} : {deadlineMs}),
    ...(fanOutCount === undefined ? {} : {fanOutCount}),
    ...(hedge === undefined ? {} : {hedge: readHedge(hedge, `${place}.hedge`)}),
    ...(cold === undefined ? {} : {cold: readCold(cold, {place: `${place}.cold`, tailRatio})}),
  };
}

function readCount({place, fields}: Written, key: string): number | undefined {
  const value = fields[key];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 100_000) return value;
  throw new PlanFault(`${place}.${key} is no whole number from 1`);
}

function readCold(
  value: unknown,
  options: {place: string; tailRatio: number},
): {share: number; times: PlannedStage['times']} {
  const cold = readObject(value, {place: options.place, keys: ['share', 'time']});
  return {share: needShare(cold, 'share'), times: needTimes(cold.fields['time'] ?? value, options)};
}

function readCache(value: unknown, tailRatio: number): NonNullable<Plan['cache']> {
  const cache = readObject(value, {place: 'plan.cache', keys: ['share', 'time']});
  const times = needTimes(cache.fields['time'] ?? value, {place: 'plan.cache', tailRatio});
  return {share: needShare(cache, 'share'), times};
}

function readRoutes(
  value: unknown,
  {known, tailRatio}: {known: readonly string[]; tailRatio: number},
): Record<string, PlannedRoute> {
  const {fields} = readObject(value, {place: 'plan.routes'});
  const names = Object.keys(fields);
  if (names.length === 0 || names.length > 100) throw new PlanFault('plan.routes has no routes, or more than 100');
  const routes = names.map((name): [string, PlannedRoute] => {
    const place = `plan.routes.${cut(name)}`;
    const route = readObject(fields[name], {place, keys: ['share', 'stages', 'escalates']});
    const stages = readObject(route.fields['stages'] ?? {}, {place: `${place}.stages`, keys: known});
    const times = Object.entries(stages.fields).map(([stage, written]) => [
      stage,
      needTimes(written, {place: `${place}.stages.${stage}`, tailRatio}),
    ]);
    const {escalates} = route.fields;
    return [
      name,
      {
        share: needShare(route, 'share'),
        stages: Object.fromEntries(times),
        ...(escalates === undefined ? {} : {escalates: readEscalation(escalates, {place, names, name})}),
      },
    ];
  });
  const sum = routes.reduce((all, [, {share}]) => all + share, 0);
  if (Math.abs(sum - 1) > 0.001)
    throw new PlanFault(`plan.routes have shares that add up to ${+sum.toFixed(3)}, not 1`);
  return Object.fromEntries(routes.map(([name, route]) => [name, {...route, share: route.share / sum}]));
}

function readEscalation(
  value: unknown,
  {place, names, name}: {place: string; names: readonly string[]; name: string},
): {share: number; to: string} {
  const escalates = readObject(value, {place: `${place}.escalates`, keys: ['share', 'to']});
  const to = String(escalates.fields['to']);
  if (to === name || !names.includes(to)) throw new PlanFault(`${place}.escalates.to is no other route`);
  return {share: needShare(escalates, 'share'), to};
}

function readPrefetch(
  value: unknown,
  {known, tailRatio}: {known: readonly string[]; tailRatio: number},
): PlannedPrefetch {
  const place = 'plan.prefetch';
  const prefetch = readObject(value, {place, keys: ['share', 'stages', 'lead', 'requests']});
  const {requests = 1, lead} = prefetch.fields;
  if (typeof requests !== 'number' || !(requests >= 0 && requests <= 100)) {
    throw new PlanFault(`${place}.requests is no number of requests a question`);
  }
  return {
    share: needShare(prefetch, 'share'),
    stages: readNames(prefetch, {key: 'stages', known}),
    lead: lead === undefined ? TYPING : needTimes(lead, {place: `${place}.lead`, tailRatio}),
    requestCount: requests,
  };
}

function readPlannedDeadlines({fields}: Written, budget: Budget): PlannedDeadlines | undefined {
  const {deadlines} = fields;
  if (deadlines === 'none' || budget.complete.length === 0) return undefined;
  const written = readObject(deadlines ?? {}, {
    place: 'plan.deadlines',
    keys: ['soft', 'first', 'complete', 'fallback'],
  });
  const fallbackMs = readMs(written, 'fallback') ?? 0;
  const named = ['soft', 'first', 'complete'].flatMap((name) => {
    const ms = readMs(written, name);
    return ms === undefined ? [] : [`${name}=${ms}`];
  });
  const read = readDeadlines(named.join(' '), budget);
  if (typeof read === 'string') throw new PlanFault(`plan.deadlines: ${read}`);
  return {...read, fallbackMs};
}

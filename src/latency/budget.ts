import {readPercentile, readTime, roundMs} from './units.ts';

/** A declared limit: `ms` must hold at the percentile `share` (0 to 1). */
export interface Limit {
  ms: number;
  share: number;
}

/** Declared budgets: two milestones (limits in ascending percentile) and any stages. */
export interface Budget {
  firstToken: Limit[];
  complete: Limit[];
  stages: Record<string, Limit>;
}

/** Which stages follow each other before the first token; those of an inner list run in parallel. */
export type Critical = readonly (string | readonly string[])[];

/** The percentile at which a budget holds when none is named. */
export const DEFAULT_SHARE = 0.95;

/** The part of the first-token budget that a stage gets when the site declared none for it. */
export const STAGE_SHARES = {retrieval: 2 / 15, model: 1 / 2, tools: 4 / 15, overhead: 1 / 10} as const;

/** The budget of a site that declares nothing, as the attribute would write it. */
export const DEFAULT_BUDGET = 'first-token=3s complete=8s retrieval=400ms model=1500ms tools=800ms overhead=300ms';

/** The fast budget of `data-preset="chat"`. */
export const CHAT_BUDGET = 'first-token=800ms complete=4s retrieval=150ms tools=150ms model=400ms overhead=100ms';

/**
 * Reads a budget declaration such as `first-token=800ms complete=3s@p80,5s@p95 retrieval=400ms`.
 *
 * What is not named has its default: the milestones those of DEFAULT_BUDGET, a stage its share of the first-token
 * budget. The critical path of the stages that the declaration names must fit into the first-token budget.
 *
 * @param critical - The order of the stages, as `criticalMs` takes it; without one they follow each other.
 * @returns The budget, or a sentence that says what is wrong.
 */
export function readBudget(text: string, critical?: Critical): Budget | string {
  const named = new Map<string, Limit[]>();
  for (const part of text.trim().split(/\s+/)) {
    const [, name, values] = /^([a-z][a-z0-9._-]{0,31})=(.+)$/.exec(part) ?? [];
    if (!name || !values) return `"${part.slice(0, 40)}" is not name=time`;
    const limits = values.split(',').map(readLimit);
    if (!limits.every((limit) => limit !== undefined)) return `"${part.slice(0, 40)}" has no such time`;
    named.set(
      name,
      limits.sort((a, b) => a.share - b.share),
    );
  }
  const firstToken = named.get('first-token') ?? [{ms: 3000, share: DEFAULT_SHARE}];
  const complete = named.get('complete') ?? [{ms: 8000, share: DEFAULT_SHARE}];
  const firstTokenMs = highest(firstToken).ms;
  const stages: Record<string, Limit> = {};
  for (const [stage, share] of Object.entries(STAGE_SHARES)) {
    stages[stage] = {ms: Math.round(firstTokenMs * share), share: DEFAULT_SHARE};
  }
  const declared: Record<string, number> = {};
  for (const [name, limits] of named) {
    if (name === 'first-token' || name === 'complete') continue;
    const limit = highest(limits);
    stages[name] = limit;
    declared[name] = limit.ms;
  }
  const path = criticalPath(declared, critical);
  if (path.ms > firstTokenMs) {
    return `${path.words} ms on the critical path, more than the ${firstTokenMs} ms of first-token`;
  }
  if (highest(complete).ms < firstTokenMs) return 'complete is shorter than first-token';
  return {firstToken, complete, stages};
}

/**
 * Picks the limit of the highest percentile: the one that records, deadlines and reports use.
 *
 * @param limits - At least one limit, in ascending percentile.
 */
export function highest(limits: readonly Limit[]): Limit {
  const last = limits.at(-1);
  if (!last) throw new RangeError('a budget has at least one limit');
  return last;
}

/**
 * Sums stages along the critical path to the first token: those of an inner list of `critical` count as the longest.
 *
 * Stages that `critical` does not name come one after the other before those that it names, as all do without it. A name
 * without a time counts nothing, a name that stands twice counts twice, `generate` never counts: it comes later.
 *
 * @param stages - Times in ms by stage name.
 */
export function criticalMs(stages: Readonly<Record<string, number>>, critical?: Critical): number {
  return criticalPath(stages, critical).ms;
}

/**
 * Reads the order of stages as `critical` of a budget file declares it.
 *
 * @param given - Anything; undefined is an order in which nothing is parallel.
 * @param declared - Names of the stages that the budget declares; those of every budget are known too.
 * @returns The order, or a sentence that says what is wrong.
 */
export function readCritical(given: unknown, declared: readonly string[]): Critical | string {
  if (given === undefined) return [];
  const known = new Set([...Object.keys(STAGE_SHARES), 'network', 'generate', ...declared]);
  const isOrder = Array.isArray(given) && given.every((step) => isName(step) || (isList(step) && step.every(isName)));
  if (!isOrder) return '"critical" is no list of stage names and of lists of stage names';
  const critical: Critical = given;
  const stranger = critical.flat().find((name) => !known.has(name));
  return stranger === undefined ? critical : `"critical" names "${stranger.slice(0, 40)}", which is no declared stage`;
}

const isName = (value: unknown) => typeof value === 'string';
const isList = (value: unknown): value is unknown[] => Array.isArray(value) && value.length > 0;

/** Sums the path, and says how. */
function criticalPath(stages: Readonly<Record<string, number>>, critical: Critical = []): {ms: number; words: string} {
  const named = critical.flat();
  const words: string[] = [];
  let sumMs = 0;
  for (const step of [...Object.keys(stages).filter((name) => !named.includes(name)), ...critical]) {
    const counted = Object.entries(stages).filter(([name]) => name !== 'generate' && [step].flat().includes(name));
    sumMs += Math.max(0, ...counted.map(([, ms]) => ms));
    const said = counted.map((stage) => stage.join(' ')).join(', ');
    if (said) words.push(counted[1] ? `max(${said})` : said);
  }
  const sum = words.join(' + ');
  return {ms: sumMs, words: /[+,]/.test(sum) ? `${sum} = ${roundMs(sumMs)}` : sum};
}

function readLimit(text: string): Limit | undefined {
  const [time = '', at] = text.split('@');
  const ms = readTime(time);
  const share = at === undefined ? DEFAULT_SHARE : readPercentile(at);
  return ms === undefined || share === undefined ? undefined : {ms, share};
}

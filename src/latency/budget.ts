import {readPercentile, readTime} from './units.ts';

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
 * budget. Stages that the declaration names and that run one after the other must fit into the first-token budget.
 *
 * @returns The budget, or a sentence that says what is wrong.
 */
export function readBudget(text: string): Budget | string {
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
  let declaredMs = 0;
  for (const [name, limits] of named) {
    if (name === 'first-token' || name === 'complete') continue;
    stages[name] = highest(limits);
    if (name !== 'generate') declaredMs += highest(limits).ms;
  }
  if (declaredMs > firstTokenMs) {
    return `its stages add up to ${declaredMs} ms, more than the ${firstTokenMs} ms of first-token`;
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

function readLimit(text: string): Limit | undefined {
  const [time = '', at] = text.split('@');
  const ms = readTime(time);
  const share = at === undefined ? DEFAULT_SHARE : readPercentile(at);
  return ms === undefined || share === undefined ? undefined : {ms, share};
}

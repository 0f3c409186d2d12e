import {
  type Budget,
  CHAT_BUDGET,
  type Critical,
  DEFAULT_BUDGET,
  highest,
  type Limit,
  readBudget,
} from '../latency/index.ts';
import {GENERATE, type Plan, type PlannedStage, type Times} from './plan.ts';
import {logNormalAt, spread} from './times.ts';

/** A published budget. */
export interface Preset {
  /** What it is for, and where it was published, in words. */
  words: string;
  /** As an attribute would write it. */
  declaration: string;
  /** The milestones that it says something of. */
  milestones: readonly ('first-token' | 'complete')[];
}

/** Budgets by name. */
export const PRESETS = {
  production: {
    words: 'first token in 3 s, all in 8 s ("Latency budgets you don\'t see until production")',
    declaration: DEFAULT_BUDGET,
    milestones: ['first-token', 'complete'],
  },
  chat: {
    words: 'first token in 800 ms, all in 4 s ("The 4-second budget that decides if your AI agent ships")',
    declaration: CHAT_BUDGET,
    milestones: ['first-token', 'complete'],
  },
  voice: {
    words: 'first words in 1.5 s, before the silence feels wrong (the same text; it says nothing of the end)',
    declaration: 'first-token=1500ms retrieval=200ms model=750ms tools=400ms overhead=150ms',
    milestones: ['first-token'],
  },
} as const satisfies Readonly<Record<string, Preset>>;

/** How many times its median a stage's 99th percentile is where nobody says it: published ones of services go from 5 to 10. */
export const TAIL_RATIO = 8;

/**
 * How long before a question its first key is pressed, on a desktop: 52 words a minute, and the lengths of 3,080 questions
 * of customers. On phones it is longer.
 */
export const TYPING: Times = spread([
  {share: 0.05, ms: 5_000},
  {share: 0.5, ms: 11_400},
]);

/** Reads a published budget. */
export function readPreset(name: keyof typeof PRESETS): {budget: Budget; milestones: Preset['milestones']} {
  const {declaration, milestones} = PRESETS[name];
  const budget = readBudget(declaration);
  if (typeof budget === 'string') throw new TypeError(budget);
  return {budget, milestones};
}

/**
 * Makes stages of which only a limit is known: each just holds it at its percentile.
 *
 * @param tailRatio - How many times the median the 99th percentile is, assumed.
 */
export function assumeStages(
  limits: Readonly<Record<string, Limit>>,
  {tailRatio = TAIL_RATIO} = {},
): Record<string, PlannedStage> {
  return Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => [
      name,
      {times: logNormalAt(limit, tailRatio), known: 'assumed' as const, anchor: limit, limit},
    ]),
  );
}

/** Says what is left of a budget for the words after the first; undefined where there is none for the whole answer. */
export function leftForWords({firstToken, complete}: Plan['budget']): Limit | undefined {
  if (complete.length === 0 || firstToken.length === 0) return undefined;
  const end = highest(complete);
  const ms = end.ms - highest(firstToken).ms;
  return ms > 0 ? {ms, share: end.share} : undefined;
}

/** Makes a plan of a budget alone: every stage just holds its limit, the words take what is left. */
export function planOfBudget(
  {
    budget,
    milestones = ['first-token', 'complete'],
    critical = [],
  }: {
    budget: Budget;
    milestones?: Preset['milestones'];
    critical?: Critical;
  },
  {tailRatio = TAIL_RATIO} = {},
): Plan {
  const asked = {
    firstToken: milestones.includes('first-token') ? budget.firstToken : [],
    complete: milestones.includes('complete') ? budget.complete : [],
  };
  const words = leftForWords(asked);
  const limits = {...budget.stages, ...(words && !budget.stages[GENERATE] ? {[GENERATE]: words} : {})};
  return {stages: assumeStages(limits, {tailRatio}), critical, budget: asked, delivery: 'streamed'};
}

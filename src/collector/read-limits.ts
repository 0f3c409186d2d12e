import {type BudgetFile, DEFAULT_SHARE, declaredNames, readDeclaredBudget} from '../latency/index.ts';
import type {ReadLimit} from './burn-reading.ts';

const MILESTONES = {'first-token': 'firstToken', complete: 'complete'} as const;

/**
 * Reads the limits that turns are held against: what is declared, and of the milestones that are not, the records' own
 * budgets at DEFAULT_SHARE.
 *
 * @param given - The text of `data-budget`, or the parsed budget file. Default: nothing is declared.
 * @throws TypeError that says what is wrong with it.
 */
export function readLimits(given: string | BudgetFile | undefined): ReadLimit[] {
  const budget = given === undefined ? undefined : readDeclaredBudget(given);
  if (typeof budget === 'string') throw new TypeError(`budget: ${budget}`);
  const names = given === undefined ? [] : declaredNames(given);
  const milestones = Object.entries(MILESTONES).flatMap(([name, key]): ReadLimit[] =>
    budget && names.includes(name)
      ? budget[key].map(({ms, share}) => ({kind: 'milestone', name, targetShare: share, ms}))
      : [{kind: 'milestone', name, targetShare: DEFAULT_SHARE}],
  );
  const stages = names.flatMap((name): ReadLimit[] => {
    const limit = budget && !Object.hasOwn(MILESTONES, name) ? budget.stages[name] : undefined;
    return limit ? [{kind: 'stage', name, targetShare: limit.share, ms: limit.ms}] : [];
  });
  return [...milestones, ...stages];
}

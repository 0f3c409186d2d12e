import {
  type Budget,
  type BudgetFile,
  DEFAULT_BUDGET,
  declaredNames,
  highest,
  readBudget,
  readDeclaredBudget,
} from '../latency/index.ts';

export type {BudgetFile, BudgetTime} from '../latency/index.ts';

/**
 * Reads a budget as a handler is given it: the text of `data-budget` or the parsed budget file.
 *
 * @param given - Absent means the default budget.
 * @param warn - Is told why a declaration fell back to the default.
 */
export function readBudgetOption(given: string | BudgetFile | undefined, warn: (line: string) => void): Budget {
  const budget = readDeclaredBudget(given ?? DEFAULT_BUDGET);
  if (typeof budget !== 'string') return budget;
  warn(`budget: ${budget}; the default budget holds`);
  const fallback = readBudget(DEFAULT_BUDGET);
  if (typeof fallback === 'string') throw new TypeError(fallback);
  return fallback;
}

/**
 * Reads how long the stages may take that a budget names, in ms. What it does not name has a default to be judged by, not
 * one to be ended at.
 *
 * @param given - As above; one that is wrong names none.
 */
export function readStageLimits(given: string | BudgetFile | undefined): Readonly<Record<string, number>> {
  if (given === undefined) return {};
  const budget = readDeclaredBudget(given);
  if (typeof budget === 'string') return {};
  return Object.fromEntries(
    declaredNames(given).flatMap((name) => {
      const limit = budget.stages[name];
      return limit ? [[name, limit.ms] as const] : [];
    }),
  );
}

/** Writes a budget in attribute names with milliseconds, as hello carries it; the highest percentile of each counts. */
export function writeBudget(budget: Budget): Record<string, number> {
  const written: Record<string, number> = {
    'first-token': highest(budget.firstToken).ms,
    complete: highest(budget.complete).ms,
  };
  for (const [stage, limit] of Object.entries(budget.stages)) written[stage] = limit.ms;
  return written;
}

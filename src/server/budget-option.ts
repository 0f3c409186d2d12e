import {type Budget, type Critical, DEFAULT_BUDGET, highest, readBudget, readCritical} from '../latency/index.ts';

/** A declared time: `800ms`, `3s@p95`, several with commas, or a bare number of milliseconds. */
export type BudgetTime = string | number;

/** What `firstword.budget.json` holds. */
export interface BudgetFile {
  'first-token'?: BudgetTime;
  complete?: BudgetTime;
  /** Stage names with their times. */
  stages?: Readonly<Record<string, BudgetTime>>;
  /** Which stages follow each other, an inner list running in parallel: the longest counts against first-token. */
  critical?: Critical;
}

/**
 * Reads a budget as a handler is given it: the text of `data-budget` or the parsed budget file.
 *
 * @param given - Absent means the default budget.
 * @param warn - Is told why a declaration fell back to the default.
 */
export function readBudgetOption(given: string | BudgetFile | undefined, warn: (line: string) => void): Budget {
  const budget = typeof given === 'object' ? readFile(given) : readBudget(given ?? DEFAULT_BUDGET);
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
  const budget = typeof given === 'object' ? readFile(given) : readBudget(given ?? DEFAULT_BUDGET);
  if (typeof budget === 'string' || given === undefined) return {};
  const names = typeof given === 'object' ? Object.keys(given.stages ?? {}) : given.match(/\S+(?==)/g);
  return Object.fromEntries(
    (names ?? []).flatMap((name) => {
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

function readFile(file: BudgetFile): Budget | string {
  const critical = readCritical(file.critical, Object.keys(file.stages ?? {}));
  return typeof critical === 'string' ? critical : readBudget(writeDeclaration(file), critical);
}

function writeDeclaration({stages, 'first-token': firstToken, complete}: BudgetFile): string {
  const declared = Object.entries({'first-token': firstToken, complete, ...stages})
    .filter(([, time]) => time !== undefined)
    .map(([name, time]) => `${name}=${String(time)}`);
  return declared.length > 0 ? declared.join(' ') : DEFAULT_BUDGET;
}

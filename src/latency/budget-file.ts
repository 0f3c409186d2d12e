import {type Budget, type Critical, DEFAULT_BUDGET, plannedNames, readBudget, readCritical} from './budget.ts';

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
  /** How long stages take, and what else `firstword plan` simulates; it is no part of the budget. */
  plan?: unknown;
}

/**
 * Reads a budget in either of its forms.
 *
 * @param given - The text of `data-budget`, or the parsed budget file.
 * @returns The budget, or a sentence that says what is wrong.
 */
export function readDeclaredBudget(given: string | BudgetFile): Budget | string {
  if (typeof given === 'string') return readBudget(given);
  const critical = readCritical(given.critical, [...Object.keys(given.stages ?? {}), ...plannedNames(given.plan)]);
  return typeof critical === 'string' ? critical : readBudget(writeDeclaration(given), critical);
}

/** Lists the names for which a budget in either of its forms declares a time itself; the others have defaults. */
export function declaredNames(given: string | BudgetFile): string[] {
  return writeDeclared(given).map((part) => part.split('=', 1)[0] ?? '');
}

function writeDeclaration(file: BudgetFile): string {
  return writeDeclared(file).join(' ') || DEFAULT_BUDGET;
}

function writeDeclared(given: string | BudgetFile): string[] {
  if (typeof given === 'string') return given.match(/\S+=\S+/g) ?? [];
  const {stages, 'first-token': firstToken, complete} = given;
  return Object.entries({'first-token': firstToken, complete, ...stages})
    .filter(([, time]) => time !== undefined)
    .map(([name, time]) => `${name}=${String(time)}`);
}

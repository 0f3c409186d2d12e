import {existsSync, readFileSync} from 'node:fs';
import {readBudget, readCritical} from '../latency/index.ts';
import type {BudgetFile} from '../server/index.ts';
import {CommandError, firstLine} from './command-error.ts';

/** The budget file that commands read when none is named. */
export const BUDGET_FILE = 'firstword.budget.json';

const KEYS = ['first-token', 'complete', 'stages', 'critical'];

/**
 * Reads a budget file and looks whether it holds.
 *
 * @param path - Default: BUDGET_FILE in the working folder, where it may be absent.
 * @returns undefined when no file was named and there is none, or when it declares no time.
 * @throws CommandError `budget` that names the file and the first thing wrong with it.
 */
export function readBudgetFile(path?: string): BudgetFile | undefined {
  if (path === undefined && !existsSync(BUDGET_FILE)) return undefined;
  const file = path ?? BUDGET_FILE;
  const fail = (reason: string, cause?: unknown) => new CommandError('budget', `${file}: ${reason}`, {cause});
  const budgetFile = checkShape(readJson(file, fail), fail);
  const {stages = {}, critical: order, ...milestones} = budgetFile;
  const critical = readCritical(order, Object.keys(stages));
  if (typeof critical === 'string') throw fail(critical);
  const times = Object.entries({...milestones, ...stages});
  if (times.length === 0) return undefined;
  const budget = readBudget(times.map(([name, time]) => `${name}=${String(time)}`).join(' '), critical);
  if (typeof budget === 'string') throw fail(budget);
  return budgetFile;
}

type Fail = (reason: string, cause?: unknown) => CommandError;

function readJson(file: string, fail: Fail): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'; // readFileSync throws nothing else
    throw fail(missing ? 'there is no such file' : 'it cannot be read', cause);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fail(`it is not JSON (${firstLine(cause)})`, cause);
  }
}

function checkShape(given: unknown, fail: Fail): BudgetFile {
  if (!isObject(given)) throw fail('it holds no JSON object');
  for (const key of Object.keys(given)) {
    if (!KEYS.includes(key)) throw fail(`"${key.slice(0, 40)}" is not known; it may hold ${KEYS.join(', ')}`);
  }
  const {stages = {}, critical: _, ...milestones} = given;
  if (!isObject(stages)) throw fail('"stages" holds no JSON object');
  for (const [name, time] of Object.entries({...milestones, ...stages})) {
    const isTime = typeof time === 'number' || (typeof time === 'string' && /^\S+$/.test(time));
    if (!isTime) throw fail(`"${name.slice(0, 40)}" is no time such as "400ms" or "3s@p95"`);
  }
  return given;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import {existsSync} from 'node:fs';
import {type Plan, PRESETS, planOfBudget, readPlan, readPreset} from '../planner/index.ts';
import type {BudgetFile} from '../server/index.ts';
import {BUDGET_FILE, budgetOf, readBudgetFile} from './budget-file.ts';
import {CommandError} from './command-error.ts';
import type {PlanArguments, PresetName} from './plan-arguments.ts';

/** A plan with what is said of where it comes from. */
export interface PlanInput {
  name: string;
  plan: Plan;
  /** Lines on what is assumed, or was fitted. */
  notes: readonly string[];
}

/**
 * Makes the plan of a budget file, of a published budget, or of both: then the published limits of the milestones count,
 * and the file's stages.
 *
 * @param file - Default: the budget file of the working folder, when there is one and no preset.
 * @throws CommandError `budget` when there is nothing to read, or limits clash.
 */
export function readPlanInput(
  file: string | undefined,
  {preset, ratio}: Pick<PlanArguments, 'preset' | 'ratio'>,
): PlanInput {
  const tail = ratio === undefined ? {} : {tailRatio: ratio};
  if (file === undefined && preset)
    return {name: `preset ${preset}`, plan: planOfBudget(readPreset(preset), tail), notes: []};
  if (file === undefined && !existsSync(BUDGET_FILE)) {
    throw new CommandError(
      'budget',
      `there is no ${BUDGET_FILE} here: name a budget file, a collector, --preset or --scenario`,
    );
  }
  const path = file ?? BUDGET_FILE;
  const fail = (reason: string) => new CommandError('budget', `${path}: ${reason}`);
  const written = readBudgetFile(path);
  if (!written) throw fail('it declares nothing to simulate');
  const held = preset ? underPreset(written, preset) : written;
  const read = budgetOf(held);
  if (typeof read === 'string') throw fail(preset ? `under the budget ${preset}, ${read}` : read);
  const {budget, critical} = read;
  const complete = preset && !isOf(preset, 'complete') ? [] : budget.complete;
  const declared = Object.keys(written.stages ?? {});
  const plan = readPlan({budget: {...budget, complete}, declared, critical, plan: written.plan, ...tail});
  if (typeof plan === 'string') throw fail(plan);
  return {name: preset ? `${path} under the budget ${preset}` : path, plan, notes: []};
}

const isOf = (preset: PresetName, milestone: 'first-token' | 'complete') =>
  PRESETS[preset].milestones.some((name) => name === milestone);

/** Puts the milestones of a published budget into a file. */
function underPreset({'first-token': _, complete: __, ...file}: BudgetFile, preset: PresetName): BudgetFile {
  const {budget} = readPreset(preset);
  const write = (limits: readonly {ms: number; share: number}[]) =>
    limits.map(({ms, share}) => `${ms}@p${+(share * 100).toFixed(2)}`).join(',');
  return {...file, 'first-token': write(budget.firstToken), complete: write(budget.complete)};
}

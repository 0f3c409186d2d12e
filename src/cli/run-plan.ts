import {
  type Allocation,
  allocate,
  type PlanReport,
  type PlanSteps,
  reportOn,
  runScenario,
  SCENARIOS,
  type ScenarioReport,
} from '../planner/index.ts';
import {CommandError} from './command-error.ts';
import {createProgress, type Output} from './faq-progress.ts';
import {pace} from './pace.ts';
import {writeAllocation} from './plan-allocation-text.ts';
import {PLAN_EXIT, type PlanArguments} from './plan-arguments.ts';
import {type PlanInput, readPlanInput} from './plan-input.ts';
import {readRecorded} from './plan-recorded.ts';
import {writeScenario} from './plan-scenario-text.ts';
import {writePlan} from './plan-text.ts';

/** What the command reaches the world by. */
export interface PlanSurroundings {
  /** Stops it, between two steps. */
  signal: AbortSignal;
  stdout: Output;
  stderr: Output;
}

/**
 * Simulates what was asked for, and prints what it comes to.
 *
 * @returns One of PLAN_EXIT.
 * @throws CommandError `plan` when there is nothing that can be simulated.
 */
export async function runPlan(
  {input, given}: {input: string | undefined; given: PlanArguments},
  surroundings: PlanSurroundings,
): Promise<number> {
  const {signal, stdout} = surroundings;
  const say = (lines: readonly string[]) => print(stdout, `${lines.join('\n')}\n`);
  const options = {turnCount: given.turns, seed: given.seed};
  if (given.scenario) {
    const tail = given.ratio === undefined ? {} : {tailRatio: given.ratio};
    const steps = runScenario(SCENARIOS[given.scenario], {...options, ...tail});
    const report = await work<ScenarioReport>(steps, {given, surroundings});
    if (report) await say(given.json ? [JSON.stringify(report, null, 1)] : writeScenario(report));
    return report ? PLAN_EXIT.fine : PLAN_EXIT.stopped;
  }
  const read = await readInput(input, {given, signal});
  if (!read) return PLAN_EXIT.stopped;
  const {plan} = read;
  if (given.target) {
    const {milestone, limit: target} = given.target;
    const keep = readKept(given.keep, Object.keys(plan.stages));
    const result = await work<Allocation>(allocate(plan, {milestone, target, keep, ...options}), {given, surroundings});
    if (!result) return PLAN_EXIT.stopped;
    await say(given.json ? [JSON.stringify({...read, allocation: result}, null, 1)] : writeAllocation(result, read));
    return result.kind === 'allocated' || !given.check ? PLAN_EXIT.fine : PLAN_EXIT.missed;
  }
  const report = await work<PlanReport>(reportOn(plan, options), {given, surroundings});
  if (!report) return PLAN_EXIT.stopped;
  await say(given.json ? [JSON.stringify({...read, report}, null, 1)] : writePlan(report, read));
  const missed = [...report.firstToken.limits, ...report.complete.limits].some(({state}) => state === 'missed');
  return given.check && missed ? PLAN_EXIT.missed : PLAN_EXIT.fine;
}

/** Reads what is to be simulated; undefined when it was stopped. */
async function readInput(
  input: string | undefined,
  {given, signal}: {given: PlanArguments; signal: AbortSignal},
): Promise<PlanInput | undefined> {
  try {
    if (input === undefined || !/^https?:\/\//.test(input)) return readPlanInput(input, given);
    if (!URL.canParse(input)) throw new CommandError('address', `${input.slice(0, 60)} is no address`);
    return await readRecorded(input, {given, signal});
  } catch (error) {
    if (signal.aborted) return undefined;
    // of this command it is all the same: nothing was simulated
    throw error instanceof CommandError ? new CommandError('plan', error.message, {cause: error}) : error;
  }
}

function readKept(keep: readonly string[] = [], known: readonly string[]): readonly string[] {
  const stranger = keep.find((name) => !known.includes(name));
  if (stranger === undefined) return keep;
  const words = `--keep ${stranger.slice(0, 40)} is no stage of it: ${known.join(', ')}`;
  throw new CommandError('plan', words);
}

async function work<Result>(
  steps: PlanSteps<Result>,
  {given, surroundings}: {given: PlanArguments; surroundings: PlanSurroundings},
): Promise<Result | undefined> {
  const {signal, stderr} = surroundings;
  const what = `simulating ${given.turns.toLocaleString('en')} turns`;
  const progress = createProgress({output: stderr, what, clock: () => performance.now()});
  const result = await pace(steps, {signal, onShare: progress.show});
  progress.end();
  return result;
}

/** Writes, and waits until it is through: what is printed last must not be lost when the process ends. */
const print = (output: Output, text: string) => new Promise<void>((done) => output.write(text, () => done()));

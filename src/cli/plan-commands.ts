import {type Command, InvalidArgumentError, Option} from 'commander';
import {readPercentile, readTime} from '../latency/index.ts';
import {MIN_TURN_COUNT, PRESETS, SCENARIOS, SEED, TAIL_RATIO, TURN_COUNT} from '../planner/index.ts';
import {SUMMARY_WINDOWS} from '../protocol/index.ts';
import {BUDGET_FILE} from './budget-file.ts';
import {PLAN_EXIT, type PlanArguments} from './plan-arguments.ts';

/** The most turns: they are all kept. */
const MAX_TURN_COUNT = 1_000_000;

const named = (all: Readonly<Record<string, {words?: string; title?: string}>>) =>
  Object.entries(all)
    .map(([name, {words, title}]) => `  ${name.padEnd(12)}${words ?? title}`)
    .join('\n');

const HELP = `
Examples:
  firstword plan                                     ./${BUDGET_FILE}
  firstword plan --preset chat                       a published budget
  firstword plan http://127.0.0.1:3000 --since 7d    what a collector recorded
  firstword plan --target 2s@p95 --keep overhead     what each stage may take
  firstword plan --scenario agent                    published arithmetic again
  firstword plan --check                             in CI: code 1 when one is missed

A budget file may say under "plan" how long its stages take:

  {"first-token": "3s@p95", "complete": "8s@p95",
   "stages": {"retrieval": "400ms", "tools": "800ms", "model": "1500ms"},
   "critical": [["retrieval", "tools"], "model"],
   "plan": {
     "stages": {
       "retrieval": {"p50": "120ms", "p99": "900ms"},
       "tools": {"p50": "300ms", "p99": "2s", "runs": 0.4, "deadline": "800ms",
                 "cold": {"share": 0.05, "p50": "1.5s", "p99": "4s"}},
       "model": {"p50": "700ms", "p99": "5s"},
       "generate": {"p50": "1.8s", "p99": "12s"}},
     "cache": {"share": 0.35, "time": "80ms"},
     "routes": {
       "fast": {"share": 0.7, "stages": {"model": {"p50": "200ms", "p99": "2s"}},
                "escalates": {"share": 0.03, "to": "powerful"}},
       "powerful": {"share": 0.3}},
     "prefetch": {"share": 0.67, "stages": ["retrieval"], "requests": 1.3},
     "hedge": "p95",
     "deadlines": {"soft": "1.5s", "first": "4s", "complete": "12s"}}}

  A time alone is a constant; two percentiles or more make a log-normal spread;
  of one, or of the limit alone, P99 is taken to be ${TAIL_RATIO} times the median
  ("ratio" under "plan", or --ratio). A stage may have "fan-out" (calls at once) and
  "hedge"; a hedge may be {"after": "p95", "correlation": 0.5}; "correlation" under
  "plan" says how much slow stages are slow together, "delivery": "whole" that
  nothing is streamed, "deadlines": "none" that nothing falls.

Budgets (--preset):
${named(PRESETS)}

Published arithmetic (--scenario):
${named(SCENARIOS)}

Exit codes: 0 simulated, 1 with --check a budget is missed, 2 nothing was simulated:
limits clash, or something cannot be read.`;

/**
 * Adds `plan` to the program.
 *
 * @param signal - Stops what is under way.
 */
export function addPlanCommand(program: Command, signal: AbortSignal): void {
  program
    .command('plan')
    .description('simulate whether latency budgets hold, and what each lever would buy')
    .argument('[input]', `a budget file, or the address of a collector (default: ./${BUDGET_FILE})`)
    .exitOverride(({exitCode}) => process.exit(exitCode === 0 ? PLAN_EXIT.fine : PLAN_EXIT.unusable))
    .addOption(
      new Option('--preset <name>', 'a published budget, alone or in place of the one of the input').choices(
        Object.keys(PRESETS),
      ),
    )
    .addOption(
      new Option('--scenario <name>', 'published arithmetic, with and without a tail').choices(Object.keys(SCENARIOS)),
    )
    .option('--budget <file>', "limits and order for a collector's stages")
    .addOption(new Option('--since <window>', 'how far back a collector looks').choices(SUMMARY_WINDOWS).default('24h'))
    .option('--turns <n>', 'turns to simulate', readTurns, TURN_COUNT)
    .option('--seed <n>', 'seed of the luck: the same one gives the same figures', readSeed, SEED)
    .option('--ratio <n>', 'P99 over the median, where only one of them is known', readRatio)
    .option('--target <time@pNN>', 'divide it among the stages; complete=8s@p95 for the whole answer', readTarget)
    .option('--keep <stage...>', 'stages that the target leaves as they are')
    .option('--check', 'fail when a budget is missed')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', HELP)
    .action(async (input: string | undefined, given: PlanArguments) => {
      const {runPlan} = await import('./run-plan.ts');
      const {stdout, stderr} = process;
      // whoever reads a part of it has read enough
      stdout.on('error', () => process.exit(PLAN_EXIT.unusable));
      process.exitCode = await runPlan({input, given}, {signal, stdout, stderr});
    });
}

function readTurns(text: string): number {
  const count = Number(text.replace(/[,_]/g, ''));
  if (Number.isInteger(count) && count >= MIN_TURN_COUNT && count <= MAX_TURN_COUNT) return count;
  const [least, most] = [MIN_TURN_COUNT, MAX_TURN_COUNT].map((bound) => bound.toLocaleString('en'));
  throw new InvalidArgumentError(`Turns are from ${least}, for P99.9 to mean something, to ${most}.`);
}

function readSeed(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A seed is a whole number.');
}

function readRatio(text: string): number {
  const ratio = Number(text);
  if (/^[\d.]+$/.test(text) && ratio > 1 && ratio <= 1000) return ratio;
  throw new InvalidArgumentError('A ratio is a number above 1.');
}

function readTarget(text: string): PlanArguments['target'] {
  const [, name = 'first-token', time = '', at] =
    /^(?:(first-token|complete)=)?([\d.]+m?s)@(p[\d.]+)$/.exec(text) ?? [];
  const ms = readTime(time);
  const share = readPercentile(at ?? '');
  if (ms && share) return {milestone: name === 'complete' ? 'complete' : 'firstToken', limit: {ms, share}};
  throw new InvalidArgumentError('A target is a time at a percentile, such as 3s@p95 or complete=8s@p95.');
}

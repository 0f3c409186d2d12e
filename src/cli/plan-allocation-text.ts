import type {Allocation} from '../planner/index.ts';
import type {PlanInput} from './plan-input.ts';
import {row, wrap, writeCertain, writeLimit, writeMs, writePercentile} from './plan-words.ts';

const WIDTHS = [18, 10, 10, 9, 10, 10, 13];

/** Says how a target is divided, for people. */
export function writeAllocation(allocation: Allocation, {name, notes}: Pick<PlanInput, 'name' | 'notes'>): string[] {
  const {target} = allocation;
  if (allocation.kind === 'impossible') {
    return wrap(
      `${name}: ${writeLimit(target)} cannot be met: what stays as it is takes ${writeMs(allocation.leastMs)} at ` +
        `${writePercentile(target.share)} already.`,
    );
  }
  const {milestone, stages, check} = allocation;
  const what = milestone === 'firstToken' ? 'first token' : 'complete';
  const [first] = stages;
  const sumWords = first
    ? `The limits along the critical path add up to no more than the target. Each holds at ${writePercentile(first.limit.share)}: stages are seldom slow together, so that is enough.`
    : '';
  return [
    ...wrap(`${name}: ${what} in ${writeLimit(target)}, divided among the stages`),
    '',
    row(['', 'now: P50', 'P99', 'times', 'then: P50', 'P99', 'declare'], WIDTHS),
    ...stages.map(({stage, factor, now, after, limit}) =>
      row(
        [
          `  ${stage}`,
          writeMs(now.p50Ms),
          writeMs(now.p99Ms),
          factor.toFixed(2),
          writeMs(after.p50Ms),
          writeMs(after.p99Ms),
          `${limit.ms}ms`,
        ],
        WIDTHS,
      ),
    ),
    '',
    ...wrap(
      `Held against other turns: ${writePercentile(target.share)} is ${writeMs(check.figure.valueMs)} ` +
        `(${writeMs(check.figure.lowMs)} to ${writeMs(check.figure.highMs)}), ${writeCertain(check.within)} within.`,
    ),
    ...wrap(sumWords),
    ...wrap(
      'Of all ways to meet the target this changes the stages least: the sum of the squared logarithms of "times" is smallest. Deadlines are left out: a fallback meets no target.',
    ),
    ...notes.flatMap((note) => wrap(note)),
    '',
    `For the budget file:`,
    ...wrap(writeDeclaration(allocation), {indent: 2, next: 4}),
  ];
}

function writeDeclaration({milestone, target, stages}: Extract<Allocation, {kind: 'allocated'}>): string {
  const percentile = (share: number) => `p${+(share * 100).toFixed(2)}`;
  const key = milestone === 'firstToken' ? 'first-token' : 'complete';
  const limits = stages.map(({stage, limit}) => `"${stage}": "${limit.ms}ms@${percentile(limit.share)}"`);
  return `"${key}": "${target.ms}ms@${percentile(target.share)}", "stages": {${limits.join(', ')}}`;
}

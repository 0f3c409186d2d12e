import {HONEST_COUNT, PERCENTILES} from '../latency/index.ts';
import type {ArmComparison, ArmFigures, ArmsReport, ExperimentReport} from '../protocol/index.ts';
import {
  DECIDING_SHARE,
  decisionOf,
  type ExperimentPlan,
  FALSE_ALARM_SHARE,
  LOOK_COUNT,
  type Measured,
  splitOf,
  verdictOf,
} from './arm-plan.ts';
import {differenceOf, type Resampled, resampledOf, type ShareDraws, shareDifferenceOf} from './differences.ts';
import type {ArmKind, ArmsReading} from './readings.ts';
import {taskFiguresOf} from './report-tasks.ts';
import {clusteredProportion, figuresOfRows, type PageShares, pageSharesOf} from './row-figures.ts';
import {type KindRows, pickRows, sortedRows} from './rows.ts';

/** Percentiles at which arms are held against each other. */
const COMPARED_SHARES = [0.5, 0.95, 0.99] as const;

/** What a verdict rests on, each with its part of the false alarms: the wait for the first word, and for the end of a task. */
const MEASURE_COUNT = 2;

/** What was read of some experiments. */
export interface ArmsInput {
  reading: ArmsReading;
  /** The turns that were read began from `fromAt` to `untilAt`, epoch ms. */
  fromAt: number;
  untilAt: number;
  nowAt: number;
  /** Whether only turns of some kind were read. */
  isNarrowed: boolean;
  /** The experiment that was read, with its plan; without it all that are not in `without`. */
  planned?: {name: string; plan: ExperimentPlan} | undefined;
  without?: readonly string[];
  drawCount?: number;
}

/** Compares the arms of every experiment. */
export function armsOf(inputs: readonly ArmsInput[]): ArmsReport {
  const experiments = inputs.flatMap((input) => {
    const {reading, planned, without = []} = input;
    const told = reading.turns.kinds.flatMap(({arms}) => arms.split(' ').map((each) => each.split('=')[0] ?? ''));
    const names = [...new Set(told)].filter((name) => (planned ? name === planned.name : !without.includes(name)));
    const sorted = {turns: sortedRows(reading.turns), tasks: sortedRows(reading.tasks)};
    return names.map((name) => experimentOf(name, {...input, sorted}));
  });
  return {experiments: experiments.sort((a, b) => (a.name < b.name ? -1 : 1))};
}

type Sorted = ArmsInput & {sorted: {turns: KindRows; tasks: KindRows}};

function experimentOf(name: string, input: Sorted): ExperimentReport {
  const {fromAt, untilAt, nowAt, isNarrowed, reading, planned} = input;
  const plan = planned?.plan;
  const arms = armsIn(name, input);
  const reference = arms[0]?.figures.arm ?? '';
  const split = splitOf({
    arms: arms.map(({figures}) => figures),
    plan,
    isSampled: reading.turns.weights.some((weight) => weight !== 1),
  });
  const turnCount = arms.reduce((sum, {figures}) => sum + figures.turnCount, 0);
  const decision = decisionOf({plan, turnCount, nowAt, isNarrowed, armCount: arms.length, split});
  const isDecided = decision.state === 'decided';
  const looks = isDecided ? 1 : Math.max(1, plan?.lookCount ?? LOOK_COUNT);
  const alpha = FALSE_ALARM_SHARE / MEASURE_COUNT / Math.max(1, arms.length - 1) / looks;
  return {
    ...{name, fromAt, untilAt, reference, split, decision},
    arms: arms.map(({figures}) => figures),
    levelShare: 1 - alpha,
    comparisons: comparisonsOf(arms, {...input, alpha}).map(({measured, ...comparison}) => ({
      ...comparison,
      ...(isDecided ? {verdict: verdictOf(measured)} : {}),
    })),
  };
}

/** Shares of turns that are told of each arm. */
const RATES = ['over', 'leftBeforeFirst', 'leftBeforeEnd'] as const;
type Rate = (typeof RATES)[number];

interface Arm {
  figures: ArmFigures;
  turns: KindRows;
  tasks: KindRows;
  pageShares: Record<Rate, PageShares>;
}

/** Tells of each arm, the reference first. */
function armsIn(experiment: string, {reading, sorted, planned}: Sorted): Arm[] {
  const {turns, tasks} = reading;
  const told = turns.kinds.flatMap(({arms}) => arms.split(' ').filter((each) => each.startsWith(`${experiment}=`)));
  const names = [...new Set(told)].map((each) => each.slice(experiment.length + 1)).sort();
  const reference = [planned?.plan.reference, 'off', 'control'].find((name) => names.includes(name ?? '')) ?? names[0];
  const ordered = [...names.filter((name) => name === reference), ...names.filter((name) => name !== reference)];
  return ordered.map((arm) => {
    const isIn = ({arms}: {arms: string}) => arms.split(' ').includes(`${experiment}=${arm}`);
    const sharesOf = (isPart: (kind: ArmKind) => boolean | undefined) =>
      pageSharesOf(
        turns,
        turns.kinds.map((kind) => (isIn(kind) ? isPart(kind) : undefined)),
      );
    const pageShares = {
      over: sharesOf(({over}) => over ?? undefined),
      leftBeforeFirst: sharesOf(({fate}) => fate === 'left-first'),
      leftBeforeEnd: sharesOf(({fate}) => fate !== 'stayed'),
    };
    const turnRows = pickRows(sorted.turns, turns.kinds.map(isIn));
    return {
      figures: {
        arm,
        pageCount: pageShares.leftBeforeEnd.pageCount,
        turnCount: pageShares.leftBeforeEnd.rowCount,
        firstToken: figuresOfRows(turnRows, PERCENTILES),
        tasks: taskFiguresOf({rows: sorted.tasks, kinds: tasks.kinds, isIn}),
        over: clusteredProportion(pageShares.over),
        leftBeforeFirst: clusteredProportion(pageShares.leftBeforeFirst),
        leftBeforeEnd: clusteredProportion(pageShares.leftBeforeEnd),
      },
      turns: turnRows,
      tasks: pickRows(sorted.tasks, tasks.kinds.map(isIn)),
      pageShares,
    };
  });
}

/** Holds every arm but the first against the first. */
function comparisonsOf(
  arms: readonly Arm[],
  {reading, planned, drawCount, alpha}: Sorted & {alpha: number},
): (ArmComparison & {measured: {firstToken: Measured; task: Measured}})[] {
  if (arms.length < 2) return [];
  const drawn = resampledOf({
    groups: arms.map(({turns}) => turns),
    pageCount: reading.turns.pageCount,
    shares: COMPARED_SHARES,
    sums: arms.flatMap(({pageShares}) => RATES.flatMap((rate) => [pageShares[rate].parts, pageShares[rate].wholes])),
    drawCount,
  });
  const tasks = resampledOf({
    groups: arms.map((arm) => arm.tasks),
    pageCount: reading.tasks.pageCount,
    shares: COMPARED_SHARES,
    drawCount,
  });
  const rateOf = (arm: number, rate: Rate): ShareDraws => {
    const place = 2 * (arm * RATES.length + RATES.indexOf(rate));
    const parts = drawn.sums[place] ?? new Float64Array();
    const proportion = arms[arm]?.figures[rate] ?? {state: 'none'};
    return {proportion, draws: parts.map((part, draw) => part / (drawn.sums[place + 1]?.[draw] ?? 0))};
  };
  const deciding = planned?.plan.share ?? DECIDING_SHARE;
  return arms.slice(1).map(({figures}, before) => {
    const at = before + 1;
    const firstToken = comparedOf(drawn.groups, {at, alpha});
    const task = comparedOf(tasks.groups, {at, alpha});
    const differenceIn = (rate: Rate) => shareDifferenceOf({of: rateOf(at, rate), than: rateOf(0, rate), alpha});
    return {
      arm: figures.arm,
      firstToken: firstToken.map(({difference}) => difference),
      task: task.map(({difference}) => difference),
      over: differenceIn('over'),
      leftBeforeFirst: differenceIn('leftBeforeFirst'),
      leftBeforeEnd: differenceIn('leftBeforeEnd'),
      measured: {firstToken: decidingOf(firstToken, deciding), task: decidingOf(task, deciding)},
    };
  });
}

/** Holds one of the groups against the first, at every percentile. */
function comparedOf(groups: readonly Resampled[], {at, alpha}: {at: number; alpha: number}): Measured[] {
  const [than] = groups;
  const of = groups[at];
  if (!of || !than) return [];
  return COMPARED_SHARES.map((share, place) => {
    const reference = than.figures[place];
    return {
      difference: differenceOf({of, than, at: place, alpha}).difference,
      referenceMs: reference && 'valueMs' in reference ? reference.valueMs : undefined,
      isFirm: Math.min(of.pageCount, than.pageCount) >= (HONEST_COUNT.get(share)?.firm ?? Number.POSITIVE_INFINITY),
    };
  });
}

function decidingOf(measured: readonly Measured[], share: number): Measured {
  const none: Measured = {
    difference: {state: 'hidden', share, words: 'no such percentile'},
    referenceMs: undefined,
    isFirm: false,
  };
  return measured.find(({difference}) => difference.share === share) ?? none;
}

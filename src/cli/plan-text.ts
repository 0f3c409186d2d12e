import type {
  DeletionReport,
  Effect,
  Fit,
  LeverReport,
  LimitVerdict,
  MilestoneReport,
  PlanFigure,
  PlanReport,
  StageReport,
} from '../planner/index.ts';
import type {PlanInput} from './plan-input.ts';
import {
  row,
  wrap,
  writeCertain,
  writeHalf,
  writeLimit,
  writeLimitMs,
  writeMs,
  writePercentile,
  writePoints,
  writeSaved,
  writeShare,
} from './plan-words.ts';

const FIGURE_WIDTHS = [18, 11, 11, 11, 11, 11];
const STAGE_WIDTHS = [18, 10, 10, 9, 17, 8, 8];
const LEVER_WIDTHS = [18, 14, 15, 15, 15];
const DELETION_WIDTHS = [18, 14, 15, 15, 15];

const STATES = {held: 'holds', missed: 'MISSED', close: 'too close to call'} as const;

/** Says what a plan comes to, for people. */
export function writePlan(report: PlanReport, {name, plan, notes, fit}: PlanInput & {fit?: Fit}): string[] {
  const {turnCount, seed, firstToken, complete} = report;
  const isAssumed = report.stages.some(({known}) => known === 'assumed');
  return [
    ...wrap(`${name}: ${turnCount.toLocaleString('en')} simulated turns, seed ${seed}`),
    '',
    row(['', ...firstToken.figures.map(({share}) => writePercentile(share))], FIGURE_WIDTHS),
    ...writeMilestone('first token', firstToken),
    ...writeMilestone('complete', complete),
    '',
    ...writeLimits(report),
    ...writeDegraded(report),
    ...writeCost(report),
    '',
    ...writeStages(report.stages),
    '',
    ...writeLevers(report.levers),
    ...writeDeletions(report.deletions),
    '',
    ...writeDoubts(report),
    ...(fit ? writeFit(fit) : []),
    ...notes.flatMap((note) => wrap(note)),
    ...(isAssumed ? wrap(`* Only a limit or one percentile is known: it just holds, and the tail is assumed.`) : []),
    ...wrap('± is the luck of these draws (95 %). How well the stages are known is not in it.'),
    ...(Object.keys(plan.stages).length === 0 ? ['There are no stages.'] : []),
  ];
}

function writeMilestone(name: string, {figures, misses, unbound}: MilestoneReport): string[] {
  const times = (words: string, all: readonly PlanFigure[]) =>
    row([words, ...all.map(({valueMs}) => writeMs(valueMs))], FIGURE_WIDTHS);
  return [
    times(name, figures),
    row(['', ...figures.map(writeHalf)], FIGURE_WIDTHS),
    ...(misses ? [times('  misses only', misses)] : []),
    ...(unbound ? [times('  no deadlines', unbound)] : []),
  ];
}

function writeLimits({firstToken, complete}: PlanReport): string[] {
  const line = (name: string) => (verdict: LimitVerdict) =>
    `  ${`${name} in ${writeLimit(verdict.limit)}:`.padEnd(30)} ${writeCertain(verdict.within)} within, ${STATES[verdict.state]}`;
  const lines = [...firstToken.limits.map(line('first token')), ...complete.limits.map(line('complete'))];
  return lines.length > 0 ? ['Budget', ...lines] : ['Budget: none is declared.'];
}

function writeDegraded({degraded, soothedShare}: PlanReport): string[] {
  const {any, stage, first, complete} = degraded;
  const reasons = [
    [first.share, 'a fallback in place of a first token'],
    [complete.share, 'cut at the end'],
    [stage.share, 'a stage ended'],
  ] as const;
  const said = reasons.filter(([share]) => share > 0).map(([share, words]) => `${words} ${writeShare(share)}`);
  const words = `Degraded answers: ${writeCertain(any)}${said.length > 0 ? `: ${said.join(', ')}` : ''}.`;
  const soothed =
    soothedShare === undefined ? '' : ` Nothing to read yet at the soft deadline: ${writeShare(soothedShare)}.`;
  return wrap(`${words}${soothed}`);
}

function writeCost({cost}: PlanReport): string[] {
  const parts = [
    [cost.answersPerTurn, 'through the stages'],
    [cost.escalatedPerTurn, 'escalated'],
    [cost.hedgesPerTurn, 'second tries'],
    [cost.prefetchesPerTurn, 'ahead of questions'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, words]) => `${count.toFixed(3)} ${words}`);
  const denied = cost.hedgesDeniedPerTurn > 0 ? `; ${cost.hedgesDeniedPerTurn.toFixed(3)} second tries refused` : '';
  return wrap(`Requests a turn: ${cost.requestsPerTurn.toFixed(3)} (${said.join(', ')}${denied}).`);
}

function writeStages(stages: readonly StageReport[]): string[] {
  const heads = [
    row(['Stages', '', '', '', 'within its', 'part of', 'P99'], STAGE_WIDTHS),
    row(['', 'P50', 'P99', 'ran in', 'limit', 'first', 'whole'], STAGE_WIDTHS),
  ];
  const tail = (share: number | undefined) => (share === undefined ? '-' : `${(share * 100).toFixed(0)} %`);
  return [
    ...heads,
    ...stages.map(({stage, known, runShare, figures, limit, within, firstTokenTailShare, completeTailShare}) => {
      const at = (wanted: number) => figures.find(({share}) => share === wanted)?.valueMs;
      const [p50Ms, p99Ms] = [at(0.5), at(0.99)];
      const held = limit && within ? `${writeLimitMs(limit.ms)}: ${writeShare(within.share)}` : '-';
      const cells = [
        `  ${stage}${known === 'assumed' ? '*' : ''}`,
        p50Ms === undefined ? '-' : writeMs(p50Ms),
        p99Ms === undefined ? '-' : writeMs(p99Ms),
        tail(runShare),
        held,
        tail(firstTokenTailShare),
        tail(completeTailShare),
      ];
      return row(cells, STAGE_WIDTHS);
    }),
  ];
}

function writeLevers(levers: readonly LeverReport[]): string[] {
  const lines = (state: LeverReport['state'], words: string) => {
    const some = levers.filter((lever) => lever.state === state);
    return some.length === 0 ? [] : [words, ...some.flatMap(writeLever)];
  };
  return [
    'What levers buy: seconds less, ± 95 %, on the same turns',
    row(['', 'first: P50', 'P99', 'complete: P50', 'P99'], LEVER_WIDTHS),
    ...lines('planned', ' in the plan, against the plan without it'),
    ...lines('possible', ' not in the plan, if it did what is assumed'),
  ];
}

function writeLever(lever: LeverReport): string[] {
  const {name, words, firstToken, complete} = lever;
  const saved = [firstToken.p50, firstToken.p99, complete.p50, complete.p99].map(writeSaved);
  return [row([`  ${name}`, ...saved], LEVER_WIDTHS), ...wrap(`${words}${writeSides(lever)}`, {indent: 4})];
}

/** Writes what a change does beside times. */
function writeSides({withinShare = 0, degradedShare, requestsPerTurn}: Effect): string {
  const within = writePoints(withinShare);
  const degraded = writePoints(degradedShare);
  const requests = requestsPerTurn.toFixed(3);
  const said = [
    ...(within ? [`${within} within the budget`] : []),
    ...(degraded ? [`${degraded} degraded`] : []),
    ...(Number(requests) === 0 ? [] : [`${requestsPerTurn > 0 ? '+' : ''}${requests} requests a turn`]),
  ];
  return said.length > 0 ? `; ${said.join(', ')}` : '';
}

function writeDeletions(deletions: readonly DeletionReport[]): string[] {
  if (deletions.length === 0) return [];
  return [
    '',
    'Without a stage: seconds less to the first token',
    row(['', 'P50', 'P99', 'within budget', 'the budget'], DELETION_WIDTHS),
    ...deletions.map(({stage, firstToken, withinShare, state}) =>
      row(
        [
          `  ${stage}`,
          writeSaved(firstToken.p50),
          writeSaved(firstToken.p99),
          withinShare === undefined ? '-' : (writePoints(withinShare) ?? '0'),
          state ? (state === 'close' ? 'close' : STATES[state]) : '-',
        ],
        DELETION_WIDTHS,
      ),
    ),
  ];
}

function writeDoubts({doubts, firstToken, complete}: PlanReport): string[] {
  const at = (figures: readonly PlanFigure[]) => figures.find(({share}) => share === 0.99)?.valueMs ?? 0;
  return doubts.flatMap((doubt) =>
    wrap(
      `If ${doubt.words}: first token P99 ${writeMs(doubt.firstToken.p99.valueMs)}, not ${writeMs(at(firstToken.figures))}; ` +
        `complete P99 ${writeMs(doubt.complete.p99.valueMs)}, not ${writeMs(at(complete.figures))}.`,
    ),
  );
}

function writeFit({recorded, alone, fitted, unattributedMs, correlation}: Fit): string[] {
  const both = ({p50Ms, p99Ms}: Fit['alone']) => `${writeMs(p50Ms)} and ${writeMs(p99Ms)}`;
  return wrap(
    `First token without cache, P50 and P99: recorded ${both(recorded)}; of the stages as if they knew nothing of each ` +
      `other ${both(alone)}; fitted ${both(fitted)}, by ${writeMs(unattributedMs)} that no stage explains and a ` +
      `correlation of ${correlation.toFixed(2)}.`,
  );
}

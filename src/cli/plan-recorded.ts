import type {Critical, Limit} from '../latency/index.ts';
import {
  type Fit,
  fitRecorded,
  isBlind,
  planOfRecorded,
  type Quantile,
  type Recorded,
  type RecordedStage,
  readPreset,
} from '../planner/index.ts';
import {type Figure, type StageSummary, SUMMARY_VERSION, type Summary} from '../protocol/index.ts';
import {budgetOf, readBudgetFile} from './budget-file.ts';
import {CommandError, firstLine} from './command-error.ts';
import type {PlanArguments} from './plan-arguments.ts';
import type {PlanInput} from './plan-input.ts';

/** How long a collector may take to answer, in ms. */
const PATIENCE_MS = 30_000;
/** Where a collector tells its summary, seen from its own address. */
const SUMMARY_PATH = 'v1/summary';
/** The percentile that a record's own limits are for. */
const RECORDED_SHARE = 0.95;

/**
 * Makes a plan of what a collector recorded, fitted to the first token that it recorded.
 *
 * @param address - Of the collector, or of its summary with what narrows it.
 * @throws CommandError `address` when no collector answers there, or it recorded too little.
 */
export async function readRecorded(
  address: string,
  {given, signal}: {given: PlanArguments; signal: AbortSignal},
): Promise<PlanInput & {fit?: Fit}> {
  const url = summaryAddress(address, given.since);
  const summary = await fetchSummary(url, signal);
  const fail = (reason: string) => new CommandError('address', `${url}: ${reason}`);
  const {critical, budget, stageLimits, notes: budgetNotes} = limitsFor(given, summary);
  const stages = summary.stages.map((stage) => readStage(stage, stageLimits));
  const unknown = stages.filter(({quantiles}) => quantiles.length === 0).map(({stage}) => stage);
  const recorded: Recorded = {stages, critical, budget, ...readHits(summary), firstToken: readMisses(summary)};
  const plan = planOfRecorded(recorded, given.ratio === undefined ? {} : {tailRatio: given.ratio});
  if (isBlind(plan)) {
    throw fail(`it has recorded ${summary.turns.count} turns, and of no stage before the first token enough`);
  }
  const fitted = fitRecorded(plan, recorded.firstToken);
  const {simulatedCount} = summary.turns;
  const notes = [
    ...budgetNotes,
    ...(unknown.length > 0 ? [`Left out, too few turns with them: ${unknown.join(', ')}.`] : []),
    ...(simulatedCount > 0
      ? [`${simulatedCount} of these turns were made up by a program (?simulated=no leaves them out).`]
      : []),
    ...(fitted ? [] : ['Not fitted to the recorded first token: too few turns for its P99.']),
  ];
  const name = `${url.origin}, ${summary.turns.count.toLocaleString('en')} turns of ${summary.window.since ?? 'a window'}`;
  return fitted ? {name, plan: fitted.plan, fit: fitted.fit, notes} : {name, plan, notes};
}

function summaryAddress(address: string, since: string | undefined): URL {
  const given = new URL(address);
  const isWhole = given.pathname.endsWith(`/${SUMMARY_PATH}`);
  const url = isWhole ? given : new URL(SUMMARY_PATH, new URL(given.pathname.replace(/(dashboard\/)?$/, ''), given));
  if (!isWhole) url.search = given.search;
  if (!url.searchParams.has('since') && !url.searchParams.has('from') && since) url.searchParams.set('since', since);
  return url;
}

async function fetchSummary(url: URL, signal: AbortSignal): Promise<Summary> {
  const fail = (reason: string, cause?: unknown) => new CommandError('address', `${url}: ${reason}`, {cause});
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(url, {signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])});
    answer = await response.json().catch(() => undefined);
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw fail(
      `no collector answers there (${firstLine(cause instanceof Error && cause.cause ? cause.cause : cause)})`,
      cause,
    );
  }
  if (!response.ok) throw fail(`the collector answers with ${response.status}`);
  if (!isSummary(answer)) throw fail('what answers there is no collector of this version');
  return answer;
}

function isSummary(answer: unknown): answer is Summary {
  if (typeof answer !== 'object' || answer === null) return false;
  const {v, stages, firstToken}: {v?: unknown; stages?: unknown; firstToken?: unknown} = answer;
  // the version says the rest
  return v === SUMMARY_VERSION && Array.isArray(stages) && typeof firstToken === 'object';
}

function readStage(
  {stage, turnShare, figures, budget}: StageSummary,
  limits: Readonly<Record<string, Limit>> | undefined,
): RecordedStage {
  const limit = limits ? limits[stage] : budget && {ms: budget.ms, share: RECORDED_SHARE};
  return {stage, runShare: turnShare, quantiles: known(figures), ...(limit ? {limit} : {})};
}

const known = (figures: readonly Figure[]): Quantile[] =>
  figures.flatMap((figure) => ('valueMs' in figure ? [{share: figure.share, ms: figure.valueMs}] : []));

function readMisses({firstToken: {all, misses}}: Summary): Quantile[] {
  return known(misses.count > 0 ? misses.figures : all.figures);
}

/** Reads how long hits take off the curve of their distribution; there are no percentiles of them alone. */
function readHits({firstToken: {all, misses, shape}}: Summary): Pick<Recorded, 'hits'> {
  const share = all.count > 0 ? 1 - misses.count / all.count : 0;
  const quantiles = [0.5, 0.9, 0.99].flatMap((wanted): Quantile[] => {
    const point = shape.curve.find(({hitShare = 0}) => hitShare >= wanted);
    return point ? [{share: wanted, ms: point.ms}] : [];
  });
  return share > 0 && quantiles.length > 0 ? {hits: {share, quantiles}} : {};
}

/** Decides which limits count: a published budget, a file's, or those that most turns declared. */
function limitsFor(
  {preset, budget: path}: PlanArguments,
  {firstToken, complete}: Summary,
): {
  critical: Critical;
  budget: Recorded['budget'];
  stageLimits: Readonly<Record<string, Limit>> | undefined;
  notes: string[];
} {
  const file = path === undefined ? undefined : readBudgetFile(path);
  const read = file && budgetOf(file);
  if (typeof read === 'string') throw new CommandError('budget', `${path}: ${read}`);
  const notes = read?.critical.length
    ? []
    : ['Taken to run one after the other: a collector does not tell the order (--budget names a file that does).'];
  const critical = read?.critical ?? [];
  if (preset) {
    const {budget, milestones} = readPreset(preset);
    const complete = milestones.includes('complete') ? budget.complete : [];
    return {critical, budget: {firstToken: budget.firstToken, complete}, stageLimits: read?.budget.stages, notes};
  }
  if (read) return {critical, budget: read.budget, stageLimits: read.budget.stages, notes};
  const limit = (declared: {ms: number} | undefined): Limit[] =>
    declared ? [{ms: declared.ms, share: RECORDED_SHARE}] : [];
  const budget = {firstToken: limit(firstToken.budget), complete: limit(complete.budget)};
  if (firstToken.budget) notes.push('Budgets are those that most turns declared, at P95.');
  return {critical, budget, stageLimits: undefined, notes};
}

import {COMPLETE_RATIO, type Critical, FIRST_RATIO, highest, SOFT_MS} from '../latency/index.ts';
import {GENERATE, type Plan, type PlannedStage} from './plan.ts';
import {TYPING} from './presets.ts';
import {stepsOf} from './steps.ts';
import {scaleTimes} from './times.ts';

/** Something that makes answers faster: what a plan has is taken out of it, what it has not is put in. */
export interface Lever {
  name: string;
  /** What it is here, or what is assumed of it. */
  words: string;
  /** Whether the plan has it. */
  state: 'planned' | 'possible';
  /** The plan without what it has, or with what it has not. */
  changed: Plan;
}

/** What is assumed of levers that a plan does not have: published figures, none of them the site's own. */
export const ASSUMED = {
  /** "30-40 % hit rate" and "< 100 ms" ("Agent Latency Optimization System"). */
  cache: {share: 0.35, ms: 100},
  /** 70 % of questions to a model of 0.5 s beside one of 2.5 s (the same text). */
  routing: {share: 0.7, factor: 0.2},
  /** After the 95th percentile ("Latency Budgets for Multi-Step Agents"). */
  hedge: {share: 0.95},
  /** Two tries of three topics each, guessed from what is typed by a FAQ with five phrasings an entry. */
  prefetch: {share: 0.67, requestCount: 1.32},
} as const;

/** Stages that need what those before them found, or that nobody can do ahead. */
const ORDERED = new Set(['network', 'classify', 'cache', 'model', 'overhead', GENERATE]);
/** Stages of which the topic says enough to look up ahead. */
const AHEAD = new Set(['retrieval', 'context']);

/** Lists the levers of a plan: those that it has, and those that it could have. */
export function leversOf(plan: Plan): Lever[] {
  const levers = [
    ...[streaming(plan), parallel(plan), routing(plan), cache(plan), prefetch(plan), warmth(plan)],
    ...[hedge(plan), ...hedgedStages(plan), turnDeadlines(plan), stageDeadlines(plan)],
  ];
  return levers.filter((lever) => lever !== undefined);
}

function streaming(plan: Plan): Lever | undefined {
  if (!Object.hasOwn(plan.stages, GENERATE)) return undefined;
  const isStreamed = plan.delivery === 'streamed';
  return {
    name: 'streaming',
    words: isStreamed ? 'words are shown as they come' : 'show words as they come',
    state: isStreamed ? 'planned' : 'possible',
    changed: {...plan, delivery: isStreamed ? 'whole' : 'streamed'},
  };
}

function parallel(plan: Plan): Lever | undefined {
  const groups = plan.critical.filter((step) => typeof step !== 'string' && step.length > 1);
  if (groups.length > 0) {
    const names = groups.map((group) => [group].flat().join(' beside ')).join(', ');
    return {name: 'parallel', words: names, state: 'planned', changed: {...plan, critical: plan.critical.flat()}};
  }
  const {critical, joined} = besideNeighbours(plan);
  if (joined.length === 0) return undefined;
  const words = `${joined.join(', ')}, if they do not need each other`;
  return {name: 'parallel', words, state: 'possible', changed: {...plan, critical}};
}

/** Puts neighbours beside each other that may know nothing of each other. */
function besideNeighbours(plan: Plan): {critical: Critical; joined: string[]} {
  const critical: string[][] = [];
  for (const [running] of stepsOf(plan)) {
    const name = running?.stage ?? '';
    const last = critical.at(-1);
    const mayJoin = last && !ORDERED.has(name) && !last.includes(name) && last.every((other) => !ORDERED.has(other));
    if (mayJoin) last.push(name);
    else critical.push([name]);
  }
  const joined = critical.filter((group) => group.length > 1).map((group) => group.join(' beside '));
  return {critical, joined};
}

function routing(plan: Plan): Lever | undefined {
  const {routes, ...rest} = plan;
  if (routes) {
    const words = Object.entries(routes).map(([name, {share}]) => `${percent(share)} ${name}`);
    return {name: 'routing', words: words.join(', '), state: 'planned', changed: rest};
  }
  const {share, factor} = ASSUMED.routing;
  const routed = ['model', GENERATE].flatMap((name) => {
    const stage = plan.stages[name];
    return stage ? [[name, scaleTimes(stage.times, factor)] as const] : [];
  });
  if (routed.length === 0) return undefined;
  return {
    name: 'routing',
    words: `${percent(share)} of the questions to a model ${1 / factor} times as fast`,
    state: 'possible',
    changed: {
      ...plan,
      routes: {fast: {share, stages: Object.fromEntries(routed)}, powerful: {share: 1 - share, stages: {}}},
    },
  };
}

function cache(plan: Plan): Lever {
  const {cache: own, ...rest} = plan;
  if (own) return {name: 'cache', words: `answers ${percent(own.share)}`, state: 'planned', changed: rest};
  const {share, ms} = ASSUMED.cache;
  const words = `if it answers ${percent(share)}, each in ${ms} ms`;
  return {name: 'cache', words, state: 'possible', changed: {...plan, cache: {share, times: {kind: 'constant', ms}}}};
}

function prefetch(plan: Plan): Lever | undefined {
  const {prefetch: own, ...rest} = plan;
  if (own) {
    const words = `${own.stages.join(', ')} ahead in ${percent(own.share)}`;
    return {name: 'prefetch', words, state: 'planned', changed: rest};
  }
  const stages = Object.keys(plan.stages).filter((name) => AHEAD.has(name));
  if (stages.length === 0) return undefined;
  const {share, requestCount} = ASSUMED.prefetch;
  return {
    name: 'prefetch',
    words: `${stages.join(', ')} while they type, the right topic in ${percent(share)}`,
    state: 'possible',
    changed: {...plan, prefetch: {share, stages, requestCount, lead: TYPING}},
  };
}

function warmth(plan: Plan): Lever | undefined {
  const cold = Object.keys(plan.stages).filter((name) => plan.stages[name]?.cold);
  if (cold.length === 0) return undefined;
  const changed = withStages(plan, ({cold: _, ...stage}) => stage);
  return {name: 'warm', words: `${cold.join(', ')} never cold`, state: 'possible', changed};
}

function hedge(plan: Plan): Lever | undefined {
  const {hedge: own, ...rest} = plan;
  if (own) {
    const after = own.after.kind === 'time' ? `${own.after.ms} ms` : `P${+(own.after.share * 100).toFixed(2)}`;
    return {name: 'hedge', words: `a second try of the question after ${after}`, state: 'planned', changed: rest};
  }
  if (Object.values(plan.stages).some((stage) => stage.hedge)) return undefined;
  const after = {kind: 'percentile', share: ASSUMED.hedge.share} as const;
  return {
    name: 'hedge',
    words: 'a second try of the question after P95, with luck of its own',
    state: 'possible',
    changed: {...plan, hedge: {after, correlation: 0}},
  };
}

function hedgedStages(plan: Plan): Lever[] {
  return Object.entries(plan.stages).flatMap(([name, {hedge: own, ...stage}]) => {
    if (!own) return [];
    const changed = {...plan, stages: {...plan.stages, [name]: stage}};
    return [{name: `hedge ${name}`, words: `a second try of ${name} when late`, state: 'planned' as const, changed}];
  });
}

function turnDeadlines(plan: Plan): Lever | undefined {
  const {deadlines, budget, ...rest} = plan;
  if (deadlines) {
    const {firstMs, completeMs} = deadlines;
    const words = `a fallback at ${firstMs} ms, the end at ${completeMs} ms: degraded answers`;
    return {name: 'deadlines', words, state: 'planned', changed: {...rest, budget}};
  }
  if (budget.firstToken.length === 0 || budget.complete.length === 0) return undefined;
  const firstMs = FIRST_RATIO * highest(budget.firstToken).ms;
  const completeMs = COMPLETE_RATIO * highest(budget.complete).ms;
  const softMs = Math.min(SOFT_MS, highest(budget.firstToken).ms);
  return {
    name: 'deadlines',
    words: `a fallback at ${firstMs} ms, the end at ${completeMs} ms: degraded answers`,
    state: 'possible',
    changed: {...plan, deadlines: {softMs, firstMs, completeMs, fallbackMs: 0}},
  };
}

function stageDeadlines(plan: Plan): Lever | undefined {
  const ended = Object.keys(plan.stages).filter((name) => plan.stages[name]?.deadlineMs !== undefined);
  if (ended.length === 0) return undefined;
  const changed = withStages(plan, ({deadlineMs: _, ...stage}) => stage);
  const words = `${ended.join(', ')} ended when late: degraded answers`;
  return {name: 'stage deadlines', words, state: 'planned', changed};
}

function withStages(plan: Plan, change: (stage: PlannedStage) => PlannedStage): Plan {
  return {
    ...plan,
    stages: Object.fromEntries(Object.entries(plan.stages).map(([name, stage]) => [name, change(stage)])),
  };
}

const percent = (share: number) => `${+(share * 100).toFixed(1)} %`;

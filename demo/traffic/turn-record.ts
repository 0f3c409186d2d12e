import type {StageRecord, TurnRecord} from 'firstword/latency';
import type {Work} from './backend-work.ts';
import type {Draw} from './draw.ts';
import {tenth, type Visit} from './visit.ts';

/** The budgets of the demo, as its pages and its backend declare them. */
const BUDGET = {token: 3000, done: 8000};
const STAGE_BUDGETS: Readonly<Record<string, number>> = {
  classify: 50,
  cache: 10,
  retrieval: 400,
  model: 1500,
  tools: 800,
  overhead: 150,
};

/** An answer of the FAQ in the page stands after so long. */
const FAQ_MS = 14;

/** Most stages of a record begin here: what went before is the visitor's own key. */
const SENT_MS = 3;

/** A turn as it would go if nobody left it: its record without what tells it from others, and its last instant. */
export type Course = Pick<TurnRecord, 't' | 'stages' | 'source' | 'stream' | 'cache' | 'speed' | 'silence'> & {
  endMs: number;
  /** When the first word is on screen. */
  firstMs: number;
};

/** Lays out on the page's clock what the backend does. */
export function courseOf(draw: Draw, {work, visit}: {work: Work; visit: Visit}): Course {
  return work.source === 'faq' ? faqCourse(draw) : answeredCourse(draw, {work, visit});
}

function faqCourse(draw: Draw): Course {
  const paint = tenth(draw.waitMs(FAQ_MS, 0.35));
  const t = {echo: tenth(paint * 0.8), token: tenth(paint * 0.7), paint, last: paint, done: tenth(paint + 1)};
  return {
    t,
    source: 'faq',
    cache: {hit: draw.chance(0.3) ? 'exact' : 'semantic', at: 'browser', ms: 2},
    speed: paint,
    silence: paint,
    endMs: t.done,
    firstMs: paint,
  };
}

function answeredCourse(draw: Draw, {work, visit}: {work: Work; visit: Visit}): Course {
  const isKept = work.source === 'cache';
  const stages: StageRecord[] = [];
  const stage = (s: string, {at, ms, ...more}: Omit<StageRecord, 's'> & {at: number}): number => {
    const b = STAGE_BUDGETS[s];
    stages.push({s, at: tenth(at), ms: tenth(ms), ...(b ? {b} : {}), ...more});
    return at + ms;
  };
  const arrivedMs = stage('network', {at: SENT_MS, ms: work.networkMs, src: 'derived'});
  let clockMs = stage('overhead', {at: arrivedMs, ms: work.overheadMs, src: 'header'});
  clockMs = stage('classify', {at: clockMs, ms: work.classifyMs, src: 'header'});
  clockMs = stage('cache', {at: clockMs, ms: work.cacheMs, src: 'header'});
  const headersMs = clockMs;
  if (!isKept) {
    const prepared = work.prefetch === 'used' ? {st: 'cached' as const} : {};
    clockMs = stage('retrieval', {at: clockMs, ms: work.retrievalMs, src: 'stream', ...prepared});
    if (work.toolsMs) clockMs = stage('tools', {at: clockMs, ms: work.toolsMs, src: 'stream', st: 'ok'});
    clockMs = stage('model', {at: clockMs, ms: work.modelMs, src: 'stream'});
  }
  const madeMs = clockMs;
  const generateMs = isKept ? 20 : work.generateMs;
  const lastMadeMs = stage('generate', {at: madeMs, ms: generateMs, src: 'stream'});
  const token = work.isHeld ? lastMadeMs : madeMs;
  const paint = token + draw.between(8, visit.page.device === 'mobile' ? 34 : 18);
  const last = Math.max(paint, lastMadeMs + 10);
  const done = last + draw.between(2, 6);
  const {tokenCount} = work;
  const chunkCount = work.isHeld || isKept ? 1 : Math.max(8, Math.round(tokenCount / 1.6));
  const gapMs = work.isHeld ? 0 : (generateMs / chunkCount) * draw.between(1.5, 6);
  const hasStatus = !isKept && paint > 900;
  return {
    t: {
      sent: SENT_MS,
      headers: tenth(work.isHeld ? token - 1 : headersMs),
      byte: tenth(work.isHeld ? token - 1 : headersMs + 1),
      ...(hasStatus && !work.isHeld ? {status: tenth(headersMs + 20)} : {}),
      token: tenth(token),
      paint: tenth(paint),
      last: tenth(last),
      done: tenth(done),
      echo: tenth(draw.between(6, 16)),
    },
    stages,
    source: isKept ? 'cache' : 'model',
    cache: isKept
      ? {hit: draw.pick({exact: 60, semantic: 32, stale: 8} as const), at: 'server', ms: tenth(work.cacheMs)}
      : {hit: 'none', at: 'server', ms: tenth(work.cacheMs)},
    stream: {
      verdict: work.isHeld ? (draw.chance(0.8) ? 'buffered' : 'chunked') : isKept ? 'single' : 'streamed',
      chunks: chunkCount,
      tokens: tokenCount,
      chars: Math.round(tokenCount * 4.1),
      stalls: gapMs > 500 ? 1 : 0,
      gap: tenth(gapMs),
    },
    silence: tenth(hasStatus ? Math.max(headersMs + 20, paint - headersMs) : paint),
    speed: tenth(paint + (last - paint) / 2),
    endMs: done,
    firstMs: paint,
  };
}

/** Names the budgets that a turn exceeded, as the widget does. */
export function budgetsOf({t, stages = [], waited}: Pick<TurnRecord, 't' | 'stages' | 'waited'>): {
  budget: {token: number; done: number};
  over?: string[];
} {
  const first = t.paint ?? t.token ?? waited;
  const over = [
    ...(first !== undefined && first > BUDGET.token ? ['first-token'] : []),
    ...(t.done !== undefined && t.done > BUDGET.done ? ['complete'] : []),
    ...stages.filter(({ms, b}) => b !== undefined && ms > b).map(({s}) => s),
  ];
  return {budget: BUDGET, ...(over.length > 0 ? {over: [...new Set(over)]} : {})};
}

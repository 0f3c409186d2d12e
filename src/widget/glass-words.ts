import type {Milestone, TurnRecord} from '../latency/index.ts';
import {type Culprit, findCulprit} from './culprit.ts';

/** The words of the latency glass, which engineers read: in English only. */
export const GLASS = {
  title: 'Latency glass',
  fold: 'Fold',
  unfold: 'Unfold',
  copy: 'Copy report',
  copied: 'Copied: times and names, without a word of the conversation.',
  select: 'The clipboard is closed to this page: here is the report to copy.',
  close: 'Close',
  levers: 'Switches, for turns from now on',
  turns: 'Turns, the newest first',
  empty: 'Ask something: its turn is drawn here as it goes.',
  over: '▲ over',
  unplaced: 'from when is not known',
} as const;

const MILESTONES: Readonly<Record<Milestone, string>> = {
  echo: 'question shown',
  sent: 'sent',
  headers: 'headers',
  byte: 'first byte',
  status: 'status shown',
  token: 'first token',
  paint: 'first word shown',
  last: 'last word shown',
  done: 'done',
};

const HEDGES: Readonly<Record<NonNullable<TurnRecord['hedge']>['won'], string>> = {
  primary: 'second attempt lost',
  hedge: 'second attempt won',
  none: 'two attempts, none won',
  denied: 'second attempt denied',
};

/** What is tried first against a cause, by the stage or the kind of the culprit. */
const FIXES: Readonly<Record<string, string>> = {
  network: 'preconnect to the endpoint, keep connections alive, move it nearer to visitors.',
  held: 'switch buffering off in the proxy (nginx: proxy_buffering off, or X-Accel-Buffering: no) and leave text/event-stream uncompressed.',
  model: 'a smaller model on this route, a prompt that can be cached, data-hedge="auto".',
  tools: 'run tools side by side, give each a timeout, cache what they find.',
  retrieval: 'cache what is found, begin while the visitor types, fetch fewer passages.',
  generate: 'shorter answers, a faster model; what is read first should come first.',
  overhead: 'look for sessions, rate limits and logging that are waited for before the model is asked.',
  cold: 'keep an instance warm, load models at start.',
  queue: 'more instances, or keep them warm; a limit on how many wait.',
  page: 'break up long tasks of the page; the record says for how long it was busy.',
  untold: 'time the stages of the backend, so that the wait has names.',
  failed: 'the backend’s log under this turn’s id; data-fallback for what answers meanwhile.',
  other: 'name this stage in data-budget, so that it has a budget of its own.',
};

/** Writes ms as engineers read them: whole, with a comma for thousands. */
export const inMs = (ms: number): string => `${Math.round(ms).toLocaleString('en-US')} ms`;

/** Says in one sentence what a turn's wait is owed to. */
export function sayCulprit({budget}: Pick<TurnRecord, 'budget'>, culprit: Culprit): string {
  const {ms} = culprit;
  switch (culprit.kind) {
    case 'open':
      return `On its way for ${inMs(ms)}.`;
    case 'failed':
      return `It failed after ${inMs(ms)}: ${culprit.error}.`;
    case 'held':
      return `The answer was held back on its way: it was made bit by bit and came at once, after ${inMs(ms)}.`;
    case 'over':
      return `${culprit.stage} took ${inMs(ms)} of ${inMs(culprit.ofMs)}: ${inMs(culprit.overMs)} over its budget.`;
    case 'page':
      return `The page itself was busy for ${inMs(ms)} of ${inMs(culprit.ofMs)}.`;
    case 'untold':
      return `No stage was told for ${inMs(ms)} of ${inMs(culprit.ofMs)}.`;
    case 'longest':
      return `No stage is over its budget, the whole is: ${culprit.stage} took ${inMs(ms)} of ${inMs(culprit.ofMs)}.`;
    case 'within':
      return budget ? `Within its budgets: ${inMs(ms)} of ${inMs(budget.token)} to the first word.` : inMs(ms);
  }
}

/** Says what to try against it; undefined where nothing is wrong. */
export function sayFix({cold}: Pick<TurnRecord, 'cold'>, culprit: Culprit): string | undefined {
  if (culprit.kind === 'open' || culprit.kind === 'within') return undefined;
  const stage = 'stage' in culprit ? culprit.stage : culprit.kind;
  const key = cold && ['model', 'overhead'].includes(stage) ? 'cold' : stage;
  return Object.hasOwn(FIXES, key) ? FIXES[key] : FIXES['other'];
}

/** Names a turn: which it is, how it ended, and the instants that it reached. */
export function nameTurn({n = 0, outcome, source, hedge, fallback}: TurnRecord): string {
  const more = [source !== 'model' && source, hedge && HEDGES[hedge.won], fallback && `fallback ${fallback.kind}`];
  return [`Turn ${n}`, outcome === 'open' ? 'on its way' : outcome, ...more].filter(Boolean).join(' · ');
}

/** Lists the instants that a turn reached, in their order. */
export function listMilestones({t}: Pick<TurnRecord, 't'>): {name: string; ms: number}[] {
  return (Object.keys(MILESTONES) as Milestone[]) // the keys of MILESTONES are those
    .flatMap((milestone) => {
      const ms = t[milestone];
      return ms === undefined ? [] : [{name: MILESTONES[milestone], ms}];
    })
    .sort((a, b) => a.ms - b.ms);
}

/** Writes a report of turns to send to somebody: what records hold, which is no word of a conversation. */
export function writeReport(turns: readonly TurnRecord[], version: string): string {
  const told = turns.map((record) => {
    const culprit = findCulprit(record);
    return {culprit: sayCulprit(record, culprit), fix: sayFix(record, culprit), ...record};
  });
  return JSON.stringify({firstword: version, turns: told}, null, 2);
}

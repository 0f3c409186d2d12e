import {type Budget, highest} from './budget.ts';
import {createFelt} from './felt.ts';
import type {ErrorKind, Left, Milestone, Outcome, StageRecord, TurnRecord} from './record.ts';
import {roundMs} from './units.ts';
import {createVerdict} from './verdict.ts';

/** A stage part as it arrived. `atMs` counts from when the server got the request. */
export interface StagePart {
  /** The stage's name. */
  stage: string;
  state: 'start' | 'end' | 'timeout' | 'error' | 'skipped';
  ms?: number | undefined;
  atMs?: number | undefined;
  /** Whether a cache did its work. */
  hit?: boolean | undefined;
  /** Where the number came from: `client` where the page timed what the backend only named. */
  src: 'stream' | 'header' | 'client';
}

/** How a turn ended: `error` says why one failed, `left` how a visitor went. */
export interface Ending {
  outcome: Exclude<Outcome, 'open'>;
  error?: ErrorKind | undefined;
  left?: Left | undefined;
}

/** Facts about a turn that are not times; undefined ones are left out. */
export type TurnFacts = {
  [K in
    | 'class'
    | 'model'
    | 'route'
    | 'run'
    | 'source'
    | 'proto'
    | 'cold'
    | 'cache'
    | 'cached_tokens'
    | 'lang'
    | 'again'
    | 'retries'
    | 'resumes'
    | 'busy'
    | 'inp'
    | 'task'
    | 'hedge'
    | 'prefetch'
    | 'arms'
    | 'fallback']?: TurnRecord[K] | undefined;
};

/** One turn's stopwatch. All instants are readings of one monotonic clock in ms. */
export interface Turn {
  /** Notes an instant; the first reading of a milestone stands, `last` may move on. */
  mark(milestone: Milestone, nowMs: number): void;
  /** Counts a chunk of the body, whatever was in it. */
  chunk(nowMs: number): void;
  /** Counts answer text that arrived now, in characters. */
  text(charCount: number, nowMs: number): void;
  /**
   * Notes that there was something new to see, such as words on what is being done. Painted milestones count by
   * themselves, and so does text once the first of it is painted.
   */
  progress(nowMs: number): void;
  /**
   * Takes an event that arrived now, with the server's own emission time where it says one: with it server times find
   * their place, and what held the event back on its way is seen.
   */
  emitted(eMs: number | undefined, nowMs: number): void;
  /** Takes a span in which the page could not read; spans must not overlap. */
  busy(fromMs: number, toMs: number): void;
  /** Takes a stage of the server's work. A stage may run more than once; its end replaces its start, a part its header. */
  stage(part: StagePart): void;
  /** Another attempt answers: what the backend said of its work, and how that came, counts no more. */
  restart(): void;
  /** Takes facts; words that are no slug are made one. */
  note(facts: TurnFacts): void;
  /** Counts time in which nobody could see the page. */
  visibility(state: {hidden: boolean}, nowMs: number): void;
  /** Ends the turn; only the first ending counts. */
  settle(ending: Ending, nowMs: number): void;
  /** Writes the record as it stands and raises its `rev` by one. */
  record(nowMs: number): TurnRecord;
  /** Writes the record as `record` would, for somebody who looks on: `rev` stays. */
  peek(nowMs: number): TurnRecord;
}

/** Stage names that every record may carry; others must be declared in the budget. */
export const STANDARD_STAGES = ['network', 'retrieval', 'tools', 'model', 'generate', 'overhead'] as const;

const MAX_MS = 600_000;
/** One fewer than the schema takes: with the longest names, twelve and all else would be more than a record may weigh. */
const MAX_STAGES = 11;
/** Gaps kept for the median; a longer answer's later gaps only count towards the longest. */
const MAX_GAPS = 4096;
const CENSORED: ReadonlySet<Outcome> = new Set(['open', 'abandoned', 'stopped', 'error', 'offline', 'cut']);
const BACKWARD: ReadonlySet<Milestone> = new Set(['sent', 'headers', 'byte']);

/**
 * Starts a turn.
 *
 * @param options.id - 32 hex digits, the idempotency key.
 * @param options.n - Ordinal of the turn on this page, from 1.
 * @param options.startedMs - When the visitor's own event happened.
 * @param options.budget - Declared limits that the turn is held against.
 */
export function createTurn(options: {id: string; n: number; startedMs: number; budget: Budget}): Turn {
  const {id, n, startedMs, budget} = options;
  const marks = new Map<Milestone, number>();
  const parts: StagePart[] = [];
  let facts: Partial<TurnRecord> = {};
  let ending: Ending | undefined;
  let rev = 0;
  let chunkCount = 0;
  let charCount = 0;
  let lastChunkMs = 0;
  let longestGapMs = 0;
  const gaps: number[] = [];
  const felt = createFelt(startedMs);
  let verdict = createVerdict();
  let serverStartMs = Number.POSITIVE_INFINITY;
  let hiddenSinceMs: number | undefined;
  let firstHiddenMs: number | undefined;
  let hiddenMs = 0;

  function stages(): StageRecord[] {
    const sentMs = marks.get('sent');
    const list: StageRecord[] = [];
    const placed = sentMs !== undefined && Number.isFinite(serverStartMs);
    if (placed)
      list.push({s: 'network', at: offset(sentMs - startedMs), ms: bounded(serverStartMs - sentMs), src: 'derived'});
    for (const part of parts) {
      if (part.state === 'start' || part.ms === undefined) continue;
      const limit = Object.hasOwn(budget.stages, part.stage) ? budget.stages[part.stage] : undefined;
      const standard = STANDARD_STAGES.some((name) => name === part.stage);
      const state = part.state === 'end' ? (part.hit ? 'cached' : undefined) : part.state;
      list.push({
        s: limit || standard ? part.stage : 'other',
        ms: bounded(part.ms),
        src: part.src,
        ...defined({
          at: placed && part.atMs !== undefined ? offset(serverStartMs - startedMs + part.atMs) : undefined,
          b: limit?.ms,
          st: state,
        }),
      });
    }
    return list.slice(0, MAX_STAGES);
  }

  function exceeded(record: StageRecord[]): string[] {
    const over = new Set<string>();
    const endedMs = (nowMs: number | undefined) => (nowMs ?? startedMs) - startedMs;
    if (endedMs(marks.get('paint') ?? marks.get('token')) > highest(budget.firstToken).ms) over.add('first-token');
    if (endedMs(marks.get('done')) > highest(budget.complete).ms) over.add('complete');
    for (const {s, ms, b = Infinity} of record) if (ms > b) over.add(s);
    return [...over];
  }

  function arrivals(): NonNullable<TurnRecord['stream']> {
    const sorted = gaps.toSorted((a, b) => a - b);
    const longMs = Math.max(500, 5 * (sorted[sorted.length >> 1] ?? 0));
    // a replay comes as if it had been held, and a hidden page reads when it is let
    const judged = facts.resumes || firstHiddenMs !== undefined ? 'unknown' : verdict.judge();
    return {
      chunks: Math.min(chunkCount, 65_535),
      tokens: Math.min(Math.ceil(charCount / 4), 1_000_000),
      est: true,
      chars: charCount,
      stalls: Math.min(gaps.filter((gapMs) => gapMs > longMs).length, 999),
      ...defined({gap: chunkCount > 1 ? bounded(longestGapMs) : undefined, verdict: judged}),
    };
  }

  function write(nowMs: number): TurnRecord {
    const outcome = ending?.outcome ?? 'open';
    const endMs = marks.get('done') ?? nowMs;
    const recordStages = stages();
    const over = exceeded(recordStages);
    const speedMs = ending && felt.speedMs();
    const unseenMs = hiddenMs + (hiddenSinceMs === undefined ? 0 : endMs - hiddenSinceMs);
    const t: TurnRecord['t'] = {};
    for (const [milestone, atMs] of marks) {
      t[milestone] = BACKWARD.has(milestone) ? offset(atMs - startedMs) : bounded(atMs - startedMs);
    }
    return {
      id,
      rev: Math.min(rev + 1, 99),
      final: ending !== undefined,
      n: Math.min(n, 999),
      age: Math.min(roundMs(Math.max(0, nowMs - startedMs)), 86_400_000),
      outcome,
      t,
      ...facts,
      budget: {token: highest(budget.firstToken).ms, done: highest(budget.complete).ms},
      ...defined({
        waited: CENSORED.has(outcome) ? bounded(endMs - startedMs) : undefined,
        left: ending?.left,
        error: ending?.error,
        stages: recordStages.length > 0 ? recordStages : undefined,
        stream: chunkCount > 0 ? arrivals() : undefined,
        silence: firstHiddenMs === undefined ? bounded(felt.silenceMs(endMs)) : undefined,
        speed: speedMs === undefined ? undefined : bounded(speedMs),
        hidden: firstHiddenMs === undefined ? undefined : bounded(Math.max(unseenMs, 0.1)),
        hid: firstHiddenMs === undefined ? undefined : bounded(firstHiddenMs - startedMs),
        over: over.length > 0 ? over : undefined,
      }),
    };
  }

  return {
    mark(milestone, nowMs) {
      if (!ending) felt.mark(milestone, nowMs);
      if (milestone === 'last' || !marks.has(milestone)) marks.set(milestone, nowMs);
    },
    chunk(nowMs) {
      if (chunkCount > 0 && gaps.length < MAX_GAPS) gaps.push(nowMs - lastChunkMs);
      longestGapMs = Math.max(longestGapMs, chunkCount > 0 ? nowMs - lastChunkMs : 0);
      chunkCount++;
      lastChunkMs = nowMs;
      verdict.read(nowMs);
    },
    text(count, nowMs) {
      charCount = Math.min(charCount + count, 10_000_000);
      if (!ending) felt.text(count, nowMs);
    },
    progress(nowMs) {
      if (!ending) felt.progress(nowMs);
    },
    emitted(eMs, nowMs) {
      verdict.event(eMs);
      if (eMs === undefined) return;
      serverStartMs = Math.max(Math.min(serverStartMs, nowMs - eMs), marks.get('sent') ?? startedMs);
    },
    busy: (fromMs, toMs) => verdict.busy(fromMs, toMs),
    stage(part) {
      const at = parts.findIndex(
        ({stage, state, src, atMs}) =>
          stage === part.stage && (state === 'start' || src === 'header' || (atMs !== undefined && atMs === part.atMs)),
      );
      const known = parts[at];
      if (known) parts[at] = {...known, ...part, atMs: part.atMs ?? known.atMs};
      else if (parts.length < MAX_STAGES) parts.push(part);
    },
    restart() {
      parts.length = gaps.length = chunkCount = longestGapMs = 0;
      serverStartMs = Number.POSITIVE_INFINITY;
      verdict = createVerdict();
      for (const milestone of ['headers', 'byte'] as const) marks.delete(milestone);
      for (const fact of ['run', 'route', 'model', 'class', 'cold', 'cache', 'cached_tokens'] as const)
        delete facts[fact];
    },
    note(more) {
      facts = {...facts, ...defined(more)};
      for (const key of ['class', 'model', 'route'] as const) {
        const value = facts[key];
        if (value !== undefined) facts[key] = slug(value);
      }
      if (facts.run !== undefined && !/^[\w-]{1,40}$/.test(facts.run)) delete facts.run;
    },
    visibility({hidden}, nowMs) {
      if (ending) return;
      if (hidden && hiddenSinceMs === undefined) {
        hiddenSinceMs = nowMs;
        firstHiddenMs ??= nowMs;
      } else if (!hidden && hiddenSinceMs !== undefined) {
        hiddenMs += nowMs - hiddenSinceMs;
        hiddenSinceMs = undefined;
      }
    },
    settle(end, nowMs) {
      if (ending) return;
      ending = end;
      marks.set('done', nowMs);
    },
    record(nowMs) {
      const record = write(nowMs);
      ({rev} = record);
      return record;
    },
    peek: write,
  };
}

const bounded = (timeMs: number) => roundMs(Math.min(Math.max(0, timeMs), MAX_MS));
const offset = (timeMs: number) => roundMs(Math.min(Math.max(-60_000, timeMs), MAX_MS));
const slug = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 32) || 'other';

/** Leaves out what is undefined, so that a record has no empty places. */
function defined<T extends object>(value: T): {[K in keyof T]?: Exclude<T[K], undefined>} {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>; // Object.fromEntries forgets the keys
  };
}

import {
  CHAT_BUDGET,
  createTurn,
  DEFAULT_BUDGET,
  highest,
  type Protocol,
  readBudget,
  type Turn,
  type TurnRecord,
} from '../latency/index.ts';
import type {AnswerEvent} from '../protocol/index.ts';
import {createRum, describePage} from '../rum/index.ts';
import {writeJson} from '../stream/index.ts';
import type {Consent} from './api.ts';
import {randomHex} from './random-hex.ts';

/** A turn as the chat sees it: a stopwatch that also reads the answer's events and headers. */
export type MeasuredTurn = Turn & {
  event(event: AnswerEvent, nowMs: number): void;
  /** Reads the answer's headers: who speaks, and the stages in `Server-Timing`. */
  head(headers: Headers): void;
};

/** Turns what happened into records, and sends them where the site wants them. */
export interface Measure {
  createTurn(start: {id: string; n: number; startedMs: number}): MeasuredTurn;
  /** How long anybody waits for an answer, in ms since the turn began. */
  deadlineMs: number;
  /** Takes the record of a turn that has ended. */
  take(record: TurnRecord): void;
  /** The visitor's verdict on a turn that has ended: one more record of it. Nothing for turns of an earlier page. */
  feedback(turnId: string, fb: NonNullable<TurnRecord['fb']>): void;
  /** The visitor's need was met, or is somebody else's now: what is asked next is another task. */
  endTask(): void;
  /** The page is hidden or goes: sends what waits and a snapshot of an open turn, in a way that survives it. */
  leave(snapshot?: TurnRecord): void;
  consent(answer: 'granted' | 'denied'): void;
  stop(): void;
}

/** What a measure is made of. */
export interface MeasureOptions {
  /** As the site declared it. */
  budget: string | undefined;
  preset: 'chat' | undefined;
  protocol: Protocol | 'auto';
  language: string | undefined;
  /** The collector's address, or `off`. */
  rum: string;
  rumSample: number;
  site: string | undefined;
  route: string | undefined;
  consent: Consent;
  gpc: 'first-party' | 'off';
  sdk: string;
  /** Gets a line for the site's developer. */
  onLine: (line: string) => void;
}

/** The deadline for a whole answer, as a multiple of the budget for one. */
export const DEADLINE_SHARE = 1.5;

/** How long after a turn the next one still serves the same need, in ms. */
export const TASK_MS = 90_000;

/** How many ended turns can still be judged by the visitor. */
const JUDGED_COUNT = 20;

/** A metric of `Server-Timing` with a duration: its name and the time. */
const TIMING = /(?:^|,)\s*([\w.-]+)\s*;(?:[^,]*;)?\s*dur="?(\d+\.?\d*)/g;

/** Starts measuring; nothing is sent before the first turn. */
export function createMeasure(options: MeasureOptions): Measure {
  const {rum: url, consent, gpc, sdk, protocol, language} = options;
  const standard = options.preset ? CHAT_BUDGET : DEFAULT_BUDGET;
  let budget = readBudget(options.budget ?? standard);
  if (typeof budget === 'string') {
    options.onLine(`data-budget: ${budget}; using the default.`);
    budget = readBudget(standard);
  }
  const limits = budget;
  if (typeof limits === 'string') throw new TypeError(limits);
  const sender =
    url === 'off'
      ? undefined
      : createRum({
          url,
          site: options.site ?? location.hostname,
          sdk,
          page: describePage({id: randomHex(16), route: options.route}),
          consent,
          gpc,
          sample: options.rumSample,
          now: () => performance.now(),
          toText: writeJson,
        });
  let latest: Turn | undefined;
  let task = 1;
  let endedMs = 0;
  const ended = new Map<string, {record: TurnRecord; atMs: number}>();
  const endTask = () => {
    task = Math.min(task + 1, 999);
  };
  const tasks = watchLongTasks((fromMs, toMs) => latest?.busy(fromMs, toMs));
  return {
    deadlineMs: DEADLINE_SHARE * highest(limits.complete).ms,
    createTurn(start) {
      const turn = createTurn({...start, budget: limits});
      if (ended.size > 0 && start.startedMs - endedMs > TASK_MS) endTask();
      turn.note({source: 'model', lang: language, proto: protocol === 'auto' ? 'ai-sdk' : protocol, task});
      latest = turn;
      const begunMs = new Map<string, number>();
      return {
        ...turn,
        record(nowMs) {
          tasks.flush();
          return turn.record(nowMs);
        },
        event: (event, nowMs) => noteEvent(turn, event, {nowMs, begunMs}),
        head(headers) {
          if (headers.get('x-firstword') === '1') turn.note({proto: 'firstword'});
          for (const [, stage = '', ms] of headers.get('server-timing')?.matchAll(TIMING) ?? []) {
            turn.stage({stage, ms: Number(ms), state: 'end', src: 'header'});
          }
        },
      };
    },
    take(record) {
      endedMs = performance.now();
      ended.set(record.id, {record, atMs: endedMs});
      for (const id of ended.keys()) if (ended.size > JUDGED_COUNT) ended.delete(id);
      sender?.take(record);
    },
    feedback(turnId, fb) {
      const judged = ended.get(turnId);
      if (!judged) return;
      const {record, atMs} = judged;
      judged.record = {...record, rev: Math.min(record.rev + 1, 99), fb};
      sender?.take({...judged.record, age: record.age + Math.round(performance.now() - atMs)});
      if (fb === 'up') endTask();
    },
    endTask,
    leave: (snapshot) => sender?.leave(snapshot),
    consent: (answer) => sender?.consent(answer),
    stop() {
      tasks.stop();
      sender?.stop();
    },
  };
}

/** Notes an event. A stage of which the backend tells only when it began and ended is timed here. */
function noteEvent(
  turn: Turn,
  event: AnswerEvent,
  {nowMs, begunMs}: {nowMs: number; begunMs: Map<string, number>},
): void {
  turn.emitted(event.e, nowMs);
  switch (event.kind) {
    case 'start': {
      const {run, route, model, promptClass, cold, cacheHit, cacheAgeS} = event;
      turn.note({run, route, model, class: promptClass, cold: cold || undefined});
      if (!cacheHit) break;
      const age = cacheAgeS === undefined ? {} : {age_s: whole(cacheAgeS, 31_536_000)};
      turn.note({cache: {hit: cacheHit, at: 'server', ...age}, source: cacheHit === 'none' ? 'model' : 'cache'});
      break;
    }
    case 'stage': {
      const {stage, state, ms} = event;
      const sinceMs = begunMs.get(stage);
      if (state === 'start') begunMs.set(stage, nowMs);
      else if (ms === undefined && sinceMs !== undefined) turn.stage({...event, ms: nowMs - sinceMs, src: 'client'});
      if (state === 'start' || ms !== undefined) turn.stage({...event, src: 'stream'});
      break;
    }
    case 'text':
      turn.mark('token', nowMs);
      turn.text(event.text.length);
      break;
    case 'end':
      turn.note({
        route: event.route,
        cached_tokens: event.cachedTokens === undefined ? undefined : whole(event.cachedTokens, 10_000_000),
      });
  }
}

/** Watches for tasks that kept the page from reading, where the browser tells of them. */
function watchLongTasks(onTask: (fromMs: number, toMs: number) => void): {flush(): void; stop(): void} {
  const take = (entries: PerformanceEntryList) => {
    for (const {startTime, duration} of entries) onTask(startTime, startTime + duration);
  };
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  if (PerformanceObserver.supportedEntryTypes.includes('longtask')) observer.observe({type: 'longtask'});
  return {flush: () => take(observer.takeRecords()), stop: () => observer.disconnect()};
}

const whole = (value: number, most: number) => Math.min(Math.max(0, Math.round(value)), most);

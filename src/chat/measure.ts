import {createTurn, type Protocol, type Turn, type TurnRecord} from '../latency/index.ts';
import {type AnswerEvent, type Hello, readFallback, readHedge} from '../protocol/index.ts';
import {createRum, describePage} from '../rum/index.ts';
import {writeJson} from '../stream/index.ts';
import type {Consent} from './api.ts';
import type {Contract, Lever, Terms} from './contract.ts';
import type {Core} from './core.ts';
import {createContract} from './create-contract.ts';
import {createDeclared, type Declaration} from './declared.ts';
import type {MeasuredTurn} from './measured-turn.ts';
import {createOverruns, type Overrun} from './overruns.ts';
import {randomHex} from './random-hex.ts';
import {watchBusy} from './watch-busy.ts';

/** Turns what happened into records, and sends them where the site wants them. */
export interface Measure {
  createTurn(start: {id: string; n: number; startedMs: number; budget?: string | undefined}): MeasuredTurn;
  /** Starts holding the turns of a chat to what was declared. */
  createContract(core: Core): Contract;
  /** Takes what the endpoint says of itself. */
  learn(hello: Hello): void;
  /** Lists the budgets that a turn exceeded, and says so to the site's developer where that is who looks. */
  overruns(record: TurnRecord): Overrun[];
  /** The record of the turn that is on its way, as it stands; undefined where there is none. */
  live(): TurnRecord | undefined;
  levers(): Lever[];
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
export interface MeasureOptions
  extends Declaration,
    Pick<Terms, 'fallback' | 'hasContact' | 'hedge' | 'hedgeEndpoint'> {
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
  /** The arms of the site's experiments by their names. */
  arms?: Record<string, string> | undefined;
  /** The id of the page view, where its arms follow from it; made by default. */
  pageId?: string | undefined;
  /** Gets a line for the site's developer. */
  onLine: (line: string) => void;
}

const LEVERS: readonly Lever['name'][] = ['hedge', 'deadlines', 'breaker'];

/** How long after a turn the next one still serves the same need, in ms. */
export const TASK_MS = 90_000;

/** How many ended turns can still be judged by the visitor. */
const JUDGED_COUNT = 20;

/** The longest time that a record may hold, in ms. */
const MAX_MS = 600_000;

/** A metric of `Server-Timing` with a duration: its name and the time. */
const TIMING = /(?:^|,)\s*([\w.-]+)\s*;(?:[^,]*;)?\s*dur="?(\d+\.?\d*)/g;

/** Starts measuring; nothing is sent before the first turn. */
export function createMeasure(options: MeasureOptions): Measure {
  const {rum: url, consent, gpc, sdk, protocol, language} = options;
  const declared = createDeclared(options);
  const sender =
    url === 'off'
      ? undefined
      : createRum({
          url,
          site: options.site ?? location.hostname,
          sdk,
          page: describePage({id: options.pageId ?? randomHex(16), route: options.route}),
          consent,
          gpc,
          sample: options.rumSample,
          now: () => performance.now(),
          toText: writeJson,
        });
  let latest: {turn: Turn; startedMs: number; busyMs: number; inpMs: number} | undefined;
  let contract: Contract | undefined;
  const off = new Set<Lever['name']>();
  let task = 1;
  let endedMs = 0;
  const ended = new Map<string, {record: TurnRecord; atMs: number}>();
  const endTask = () => {
    task = Math.min(task + 1, 999);
  };
  const watched = watchBusy({
    longtask: (fromMs, toMs) => latest?.turn.busy(fromMs, toMs),
    'long-animation-frame'(fromMs, toMs, {blockingDuration = 0}) {
      if (!latest) return;
      latest.busyMs += Math.max(0, Math.min(blockingDuration, toMs - Math.max(fromMs, latest.startedMs)));
      latest.turn.note({busy: whole(latest.busyMs, MAX_MS)});
    },
    event(fromMs, toMs) {
      if (!latest || Math.abs(fromMs - latest.startedMs) > 1) return;
      latest.inpMs = Math.max(latest.inpMs, toMs - fromMs); // the key, what it typed and its click are one interaction
      latest.turn.note({inp: whole(latest.inpMs, MAX_MS)});
    },
  });
  return {
    createContract(core) {
      contract = createContract(core, {...options, ...declared, isOff: (lever) => off.has(lever)});
      return contract;
    },
    learn({budget, hedge, speculate}) {
      if (budget) declared.learn(budget);
      contract?.learn({hedge: readHedge(hedge), speculate: speculate !== false});
    },
    overruns: createOverruns(options.onLine),
    levers: () =>
      LEVERS.map((name) => ({
        name,
        on: !off.has(name),
        set: (on) => void (on ? off.delete(name) : off.add(name)),
      })),
    createTurn(start) {
      const turn = createTurn({...start, budget: declared.budget(start.budget)});
      if (ended.size > 0 && start.startedMs - endedMs > TASK_MS) endTask();
      turn.note({
        source: 'model',
        lang: language,
        proto: protocol === 'auto' ? 'ai-sdk' : protocol,
        task,
        arms: options.arms,
      });
      // a frame in a page is told nothing of its own
      if (watched.has('long-animation-frame') && parent === window) turn.note({busy: 0});
      latest = {turn, startedMs: start.startedMs, busyMs: 0, inpMs: 0};
      const begunMs = new Map<string, number>();
      return {
        ...turn,
        record(nowMs) {
          watched.flush();
          return turn.record(nowMs);
        },
        event(event, nowMs) {
          const hedge = event.kind === 'hedge' && readHedge(event.hedge);
          if (hedge) contract?.learn({hedge});
          noteEvent(turn, event, {nowMs, begunMs});
        },
        head(headers) {
          if (headers.get('x-firstword') === '1') turn.note({proto: 'firstword'});
          for (const [, stage = '', ms] of headers.get('server-timing')?.matchAll(TIMING) ?? []) {
            turn.stage({stage, ms: Number(ms), state: 'end', src: 'header'});
          }
        },
      };
    },
    live() {
      const record = latest?.turn.peek(performance.now());
      return record?.final ? undefined : record;
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
      contract?.dropLate();
      watched.stop();
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
      const {run, route, model, promptClass, cold, contextHit, cacheHit, cacheAgeS} = event;
      turn.note({run, route, model, class: promptClass, cold: cold || undefined});
      const {prefetch} = turn.peek(nowMs);
      // hello's own context needs no more than being there; one that the server did not use was asked for in vain
      if (contextHit && !prefetch) turn.note({prefetch: {r: 'used', count: 1}});
      if (contextHit === false && prefetch?.r === 'used') {
        const {lead: _, ...asked} = prefetch;
        turn.note({prefetch: {...asked, r: 'wasted'}});
      }
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
    case 'fallback': {
      const fallback = readFallback(event.fallback);
      if (fallback) turn.note({source: 'fallback', fallback});
      break;
    }
    case 'text':
      turn.mark('token', nowMs);
      turn.text(event.text.length, nowMs);
      break;
    case 'end':
      turn.note({
        route: event.route,
        cached_tokens: event.cachedTokens === undefined ? undefined : whole(event.cachedTokens, 10_000_000),
      });
  }
}

const whole = (value: number, most: number) => Math.min(Math.max(0, Math.round(value)), most);

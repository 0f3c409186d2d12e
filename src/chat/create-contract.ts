import {
  createHedgeBudget,
  createWaiting,
  type Deadlines,
  type HedgeEnd,
  readTime,
  type Waiting,
  withHedge,
} from '../latency/index.ts';
import type {HedgeTerms} from '../protocol/index.ts';
import {explainBlocked} from '../stream/index.ts';
import type {Attempting, Contract, Terms} from './contract.ts';
import type {Core} from './core.ts';
import {createFallbacks} from './fallbacks.ts';
import type {MeasuredTurn} from './measured-turn.ts';
import {isSick, judge} from './problem.ts';
import {retryDelayMs} from './retry.ts';
import type {Finished, Sink} from './run-turn.ts';
import {createSharedBreaker} from './shared-breaker.ts';
import {createStandIn} from './stand-in.ts';
import type {Words} from './state.ts';

/** No second attempt is made earlier than this after the question, in ms, whatever a server says. */
export const HEDGE_FLOOR_MS = 400;

const NEVER: Deadlines = {softMs: Infinity, firstMs: Infinity, completeMs: Infinity};

const now = () => performance.now();

/** Starts holding the turns of a chat to what its site declared. */
export function createContract(core: Core, terms: Terms): Contract {
  const {emit, afterPaint, name, endpoint} = core.options;
  const breaker = createSharedBreaker(name, core.signal);
  const tokens = createHedgeBudget();
  const fallbacks = createFallbacks(core, {terms, wait});
  let welcome: HedgeTerms = {allowed: true};
  let isSpeculationWelcome = true;

  /** Says what there is to say while a turn waits, until it is over. */
  function wait(
    {mine, changeAnswer}: Attempting,
    {
      deadlines,
      startedMs,
      onDue,
    }: {deadlines: Deadlines; startedMs: number; onDue: (due: 'first' | 'complete') => void},
  ): Waiting<Words> {
    const {turn, answerId, id: turnId, abort} = mine;
    let hasWords = false;
    const waiting = createWaiting<Words>({
      deadlines,
      startedMs,
      now,
      hear(sign) {
        if (sign.kind !== 'words') return onDue(sign.kind);
        const words = {...sign.doing, waitedS: sign.waitedS};
        hasWords = true;
        changeAnswer(answerId, () => ({words}));
        emit({kind: 'sign', turnId, words});
        afterPaint((paintedMs = now()) => {
          if (!mine.text) turn.mark('status', paintedMs);
          turn.progress(paintedMs);
        });
      },
    });
    abort.signal.addEventListener('abort', waiting.stop);
    return {
      ...waiting,
      progress(nowMs) {
        if (hasWords) changeAnswer(answerId, () => ({words: undefined}));
        hasWords = false;
        waiting.progress(nowMs);
      },
    };
  }

  /** Stops an answer that is longer on its way than anybody waits; what came of it stays. */
  function stopLong({mine, settle}: Attempting): void {
    const rest = mine.rest();
    const {id: key, turn, startedMs, late} = mine;
    if (!mine.text || late) return;
    turn.note({fallback: {why: 'deadline-done', kind: 'partial', at: now() - startedMs}});
    emit({kind: 'fallback', turnId: key, why: 'deadline-done', step: 'partial', problem: 'unfinished'});
    settle({outcome: 'partial', next: {state: 'cut', problem: 'unfinished', goesOn: rest && {key, rest}}});
  }

  function hedgeAfterMs(): number | undefined {
    const afterMs = terms.hedge === 'auto' ? welcome.afterMs : readTime(terms.hedge);
    if (!afterMs || savesData() || terms.isOff('hedge')) return undefined;
    return Math.max(afterMs, HEDGE_FLOOR_MS);
  }

  /** Reads a second attempt beside the first; nothing of it is to be seen before its first word. */
  function readSecond(
    {mine, read, sink}: Attempting,
    {signal, claim}: {signal: AbortSignal; claim: () => void},
  ): Promise<Finished> {
    const turn = createStandIn<MeasuredTurn>();
    const into = createStandIn<Sink>();
    return read({
      ...{turn: turn.proxy, sink: into.proxy, signal, response: undefined, begun: undefined},
      again: {attempt: mine.attemptCount++, signal, url: terms.hedgeEndpoint},
      retryMs: async () => undefined,
      claim() {
        claim();
        mine.turn.restart();
        turn.arrive(mine.turn);
        into.arrive(sink);
      },
    });
  }

  return {
    explain: explainBlocked({endpoint, signal: core.signal}),
    admit: () => terms.isOff('breaker') || breaker.admit(),
    refuse: async (attempting) => void (await fallbacks.take(attempting, {why: 'breaker', problem: 'busy'})),
    leftMs: (startedMs) => Math.max(1, Math.round(startedMs + terms.deadlines().completeMs - now())),
    maySpeculate: () =>
      isSpeculationWelcome && navigator.onLine !== false && !savesData() && breaker.state().remainingMs === 0,
    async hold(attempting, first) {
      const {mine} = attempting;
      const {turn, startedMs} = mine;
      const settled = () => {
        mine.first = undefined;
      };
      mine.first = first;
      first.then(settled, settled);
      const waiting = wait(attempting, {
        deadlines: terms.isOff('deadlines') ? NEVER : terms.deadlines(),
        startedMs: mine.told ? now() : startedMs,
        onDue(due) {
          if (due === 'complete') return stopLong(attempting);
          breaker.fail();
          void fallbacks.take(attempting, {why: 'deadline-token', problem: 'late'});
        },
      });
      const answered = () => {
        breaker.succeed();
        waiting.answered();
      };
      mine.claim = answered;
      mine.held.arrive(waiting);
      // what an earlier page read says nothing of how the endpoint is now
      if (mine.text) (mine.told ? waiting.answered : answered)();
      const afterMs = mine.text ? undefined : hedgeAfterMs();
      if (afterMs === undefined) return first;
      const begunMs = now();
      const delayMs = Math.max(0, startedMs + afterMs - begunMs);
      return withHedge(
        (lane) => {
          if (lane.attempt === 1) {
            const claim = () => {
              lane.claim();
              answered();
            };
            return readSecond(attempting, {...lane, claim});
          }
          lane.signal.addEventListener('abort', () => mine.late || mine.reading.abort());
          mine.claim = () => {
            if (!mine.late) lane.claim();
            if (now() - startedMs < afterMs) tokens.earn();
            answered();
          };
          return first;
        },
        {
          now,
          afterMs: delayMs,
          signal: mine.abort.signal,
          allow() {
            const isOwn = !mine.late && mine.attemptCount === 1; // neither answered otherwise nor asked again
            mine.isHedged = isOwn && welcome.allowed && navigator.onLine !== false && tokens.ask();
            return mine.isHedged;
          },
          onEnd({won, atMs}: HedgeEnd) {
            const at = atMs + begunMs - startedMs;
            turn.note({hedge: {won, at}});
            emit({kind: 'hedge', turnId: mine.id, won, atMs: at});
          },
        },
      );
    },
    retryMs(cause, {mine, retries}) {
      if (navigator.onLine === false || mine.isHedged) return undefined;
      const leftMs = mine.startedMs + terms.deadlines().firstMs - now();
      const delayMs = retryDelayMs(cause, {retries, leftMs, random: Math.random()});
      if (delayMs !== undefined) mine.attemptCount++;
      return delayMs;
    },
    async fail(attempting, cause) {
      const {mine, settle} = attempting;
      const {problem, state, ending, ...facts} = judge(cause);
      emit({kind: 'trouble', problem, ...facts});
      if (!mine.text) {
        if (isSick(ending)) breaker.fail();
        const why = ending.outcome === 'offline' ? 'offline' : problem === 'busy' ? 'overload' : 'error';
        if (await fallbacks.take(attempting, {why, problem, ending})) return;
      }
      settle({...ending, next: {state, problem}, kind: 'error'});
    },
    showLate: fallbacks.showLate,
    dropLate: fallbacks.dropLate,
    learn({hedge = welcome, speculate = isSpeculationWelcome}) {
      welcome = hedge;
      isSpeculationWelcome = speculate;
    },
  };
}

/** Whether the visitor's connection is one to be spared. */
function savesData(): boolean {
  const {saveData, effectiveType = ''} =
    (navigator as {connection?: {saveData?: boolean; effectiveType?: string}}).connection ?? {};
  return Boolean(saveData) || effectiveType.endsWith('2g');
}

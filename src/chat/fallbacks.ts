import type {Ending, Waiting} from '../latency/index.ts';
import {isVendor} from '../protocol/index.ts';
import type {Attempting, Terms} from './contract.ts';
import type {Core} from './core.ts';
import type {MeasuredTurn} from './measured-turn.ts';
import {randomHex} from './random-hex.ts';
import type {Sink} from './run-turn.ts';
import type {Running} from './running.ts';
import {createStandIn} from './stand-in.ts';
import type {Answer, Fallback, Problem, Words} from './state.ts';

/** Why something else has to answer than the model; `ending` is how the turn ends where nothing does. */
interface Due {
  why: Fallback['why'];
  problem: Problem;
  ending?: Ending;
}

/** Something else that answers. */
interface Substitute {
  step: Fallback['step'];
  text?: string;
  question?: string;
  sources?: Answer['sources'];
}

/** What answers when the model does not. */
export interface Fallbacks {
  /** Has the first step answer that can; tells whether the turn is over, or will be, without its own answer. */
  take(attempting: Attempting, due: Due): Promise<boolean>;
  showLate(answerId: string): void;
  dropLate(): void;
}

/** How a turn is waited for. */
type Wait = (
  attempting: Attempting,
  options: {
    deadlines: ReturnType<Terms['deadlines']>;
    startedMs: number;
    onDue: (due: 'first' | 'complete') => void;
  },
) => Waiting<Words>;

/** A step that asks another route of the backend. */
const ROUTE = /^retry:(.+)$/;

const now = () => performance.now();

/** Starts the chain of what answers instead; nothing of it but another route needs a network. */
export function createFallbacks(core: Core, {terms, wait}: {terms: Terms; wait: Wait}): Fallbacks {
  const {emit, afterPaint, protocol} = core.options;
  let late: Running | undefined;

  function dropLate(): void {
    late?.reading.abort();
    late = undefined;
  }

  /** Reads on where the model may still answer, and offers what comes of it. */
  async function awaitLate(mine: Running): Promise<void> {
    const {first, answerId, startedMs} = mine;
    if (!first) return;
    dropLate();
    late = mine;
    mine.late = {text: '', sources: []};
    const timer = setTimeout(dropLate, startedMs + terms.deadlines().completeMs - now());
    try {
      if ((await first) !== 'finish' || late !== mine) return;
      core.changeAnswer(answerId, () => ({late: mine.late, problem: undefined}));
      core.keeper.keep();
      emit({kind: 'sign', turnId: mine.id});
    } catch {
      // it did not come at all: something else has answered, and said why
    } finally {
      clearTimeout(timer);
      if (late === mine) late = undefined;
    }
  }

  /** Notes that something else answers, in the record, on screen and to the page. */
  function announce(
    {mine, changeAnswer}: Attempting,
    {why, problem}: Due,
    {step, question, sources}: Substitute,
  ): void {
    const {id: turnId, turn, startedMs, answerId} = mine;
    turn.note({source: 'fallback', fallback: {why, kind: step, at: now() - startedMs}});
    const fallback: Fallback = {why, step, question};
    changeAnswer(answerId, () => ({source: 'fallback', fallback, words: undefined, ...(sources ? {sources} : {})}));
    emit({kind: 'fallback', turnId, why, step, problem: step === 'route' ? undefined : problem});
  }

  function answer(attempting: Attempting, due: Due, substitute: Substitute): true {
    const {mine, show, settle} = attempting;
    const {turn} = mine;
    const {text} = substitute;
    turn.mark('token', now());
    announce(attempting, due, substitute);
    if (text) show(text, now());
    else afterPaint((paintedMs) => paintedMs && turn.mark('paint', paintedMs));
    void awaitLate(mine);
    settle({outcome: 'fallback', error: due.ending?.error, next: {state: 'complete', problem: due.problem}});
    return true;
  }

  /** Asks another route; whether that answered, or the first attempt did meanwhile. */
  async function askRoute(attempting: Attempting, due: Due, route: string): Promise<boolean> {
    const {mine, read, sink, show, settle} = attempting;
    if (due.why === 'breaker' || navigator.onLine === false || isVendor(protocol)) return false;
    const {softMs, firstMs, completeMs} = terms.deadlines();
    const turn = createStandIn<MeasuredTurn>();
    const into = createStandIn<Sink>();
    const lane = new AbortController();
    const {signal} = lane;
    const end = () => lane.abort();
    const wasFirst = mine.claim;
    const waiting = wait(attempting, {
      deadlines: {softMs, firstMs: now() - mine.startedMs + firstMs, completeMs: now() - mine.startedMs + completeMs},
      startedMs: mine.startedMs,
      onDue: end,
    });
    let isTaken = false;
    mine.abort.signal.addEventListener('abort', end);
    mine.claim = () => {
      wasFirst();
      if (!isTaken) end(); // the model was faster after all
    };
    try {
      const how = await read({
        ...{turn: turn.proxy, sink: into.proxy, signal, response: undefined, begun: undefined},
        again: {attempt: mine.attemptCount++, route, signal},
        retryMs: async () => undefined,
        claim() {
          isTaken = true;
          waiting.answered();
          mine.turn.restart();
          announce(attempting, due, {step: 'route'});
          void awaitLate(mine);
          turn.arrive(mine.turn);
          into.arrive({...sink, onText: show});
        },
      });
      settle({outcome: 'fallback', next: {state: how === 'finish' ? 'complete' : 'stopped'}});
      return true;
    } catch {
      if (mine.abort.signal.aborted) return true;
      if (isTaken) settle({outcome: 'cut', error: 'stream-cut', next: {state: 'cut', problem: 'cut'}});
      return isTaken || mine.text !== '';
    } finally {
      waiting.stop();
      mine.claim = wasFirst;
    }
  }

  function near(answerId: string): Substitute | undefined {
    const {messages} = core.state();
    const question = messages[messages.findIndex(({id}) => id === answerId) - 1];
    const known = question && core.instant?.near(question.text);
    return known && {step: 'faq', ...known};
  }

  async function takeStep(step: string, attempting: Attempting, due: Due): Promise<boolean> {
    const [, route] = ROUTE.exec(step) ?? [];
    if (route) return askRoute(attempting, due, route);
    if (step === 'faq') {
      const known = near(attempting.mine.answerId);
      return known !== undefined && answer(attempting, due, known);
    }
    if (step === 'contact') return terms.hasContact && answer(attempting, due, {step: 'contact'});
    return answer(attempting, due, {step: 'message', text: step.slice(1, -1)});
  }

  return {
    async take(attempting, due) {
      const {mine} = attempting;
      if (mine.isFalling) return true;
      mine.isFalling = true;
      for (const step of terms.fallback) if (await takeStep(step, attempting, due)) return true;
      if (due.ending) return false;
      return answer(attempting, due, {step: 'message'});
    },
    showLate(answerId) {
      const {messages} = core.state();
      core.change({
        messages: messages.map((message) => {
          if (message.id !== answerId || message.kind !== 'answer' || !message.late) return message;
          const {late: own, fallback: _, problem: __, ...rest} = message;
          return {...rest, ...own, id: randomHex(16), source: 'model', state: 'complete'};
        }),
      });
      core.keeper.keep();
    },
    dropLate,
  };
}

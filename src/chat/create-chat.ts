import type {Ending} from '../latency/index.ts';
import {helloUrl, WIRE_VERSION, writeQuestion} from '../protocol/index.ts';
import {isSameOrigin, postQuestion} from '../stream/index.ts';
import type {Answering, Chat, ChatOptions} from './chat.ts';
import {createKeeper} from './keeper.ts';
import type {Verdict} from './problem.ts';
import {randomHex} from './random-hex.ts';
import {beginTurn, type Running} from './running.ts';
import type {Answer, ChatState, Question} from './state.ts';
import {fromKept, saidUntil, waitingAnswer} from './transcript.ts';

/** How a turn ends: for the record, on screen, and as an event. */
type Settling = Ending & {next: Partial<Answer>; kind?: 'complete' | 'stop' | 'error'};

const now = () => performance.now();

/** How long a failure waits for the page to go, once the page may be going, in ms. */
const LEAVING_MS = 5000;

/** Starts a chat. Nothing is requested or stored before `open()`, `hello()` or `send()`. */
export function createChat(options: ChatOptions): Chat {
  const {emit, afterPaint} = options;
  const listeners = new Set<() => void>();
  const textListeners = new Set<(answerId: string, text: string) => void>();
  const life = new AbortController();
  let {userToken, context} = options;
  let state: ChatState = {messages: [], busy: false, draft: ''};
  let conversationId = '';
  let greeted = !options.warm;
  let running: Running | undefined;
  let leaving = false;
  let turnCount = 0;
  let firstwordServer = options.protocol === 'firstword';
  let consented: 'granted' | 'denied' | undefined;
  let answering: Answering | undefined;
  let loading: Promise<Answering> | undefined;
  const unmeasured: Running[] = [];

  function change(next: Partial<ChatState>): void {
    state = {...state, ...next};
    for (const listener of listeners) listener();
  }

  function changeAnswer(answerId: string, next: (answer: Answer) => Partial<Answer>): void {
    change({
      messages: state.messages.map((message) =>
        message.id === answerId && message.kind === 'answer' ? {...message, ...next(message)} : message,
      ),
    });
  }

  const keeper = createKeeper(options, () => {
    const messages = state.messages.map((message) =>
      message.id === running?.answerId ? {...message, text: running.text} : message,
    );
    return conversationId ? {id: conversationId, messages, draft: state.draft} : undefined;
  });

  function hello(): void {
    if (greeted) return;
    greeted = true;
    fetch(helloUrl(options.endpoint), {credentials: options.credentials, signal: life.signal})
      .then((response) => {
        firstwordServer ||= response.ok && response.headers.get('x-firstword') === '1';
        return response.text(); // an unread body would keep the warm connection busy
      })
      .catch(() => undefined); // no Firstword server, or out of reach: the question will tell
  }

  function open(): void {
    if (conversationId) return;
    const kept = keeper.read();
    conversationId = kept?.id ?? randomHex(32);
    if (kept) change({messages: fromKept(kept), draft: kept.draft});
    hello();
  }

  async function load(): Promise<Answering> {
    const loaded = await options.loadAnswering();
    life.signal.throwIfAborted();
    answering = loaded;
    if (consented) loaded.measure.consent(consented);
    for (const {measured, ...start} of running ? [...unmeasured, running] : unmeasured) {
      measured.arrive(loaded.measure.createTurn(start));
    }
    for (const ended of unmeasured.splice(0)) report(ended);
    return loaded;
  }

  /** Reports a turn once it has ended and is measured, whichever comes last. */
  function report({turn, closed}: Running): void {
    if (!answering || !closed) return;
    const record = turn.record(now());
    answering.measure.take(record);
    emit({kind: 'turn', record});
  }

  /** Ends a turn; `kind` is the event that says so once its last words are painted. */
  function settle(ended: Running, {kind, next, ...ending}: Settling): void {
    if (running !== ended) return;
    const {turn, text} = ended;
    running = undefined;
    ended.abort.abort();
    for (const listener of textListeners) listener(ended.answerId, '');
    changeAnswer(ended.answerId, () => ({...next, text}));
    change({busy: false});
    keeper.keep();
    if (!answering) unmeasured.push(ended);
    const close = (paintedMs: number | undefined) => {
      if (life.signal.aborted) return;
      if (paintedMs && text) turn.mark('last', paintedMs);
      turn.settle(ending, now());
      ended.closed = true;
      if (kind === 'error') emit({kind, turnId: ended.id, problem: next.problem ?? 'server'});
      else if (kind) emit({kind, turnId: ended.id});
      report(ended);
    };
    if (ending.left === 'pagehide') close(undefined);
    else afterPaint(close);
  }

  function ask(question: Question, answer: Answer, startedMs: number): Running {
    const mine = beginTurn({id: randomHex(32), n: ++turnCount, startedMs, answerId: answer.id});
    const {turn, id} = mine;
    if (answering) mine.measured.arrive(answering.measure.createTurn(mine));
    if (document.hidden) turn.visibility({hidden: true}, now());
    running = mine;
    change({busy: true});
    afterPaint((paintedMs) => paintedMs && turn.mark('echo', paintedMs));
    keeper.keep();
    emit({kind: 'send', turnId: id});
    answerTo(mine, question).catch((cause: unknown) => fail(mine, cause));
    return mine;
  }

  async function answerTo(mine: Running, question: Question): Promise<void> {
    const {turn, id, abort} = mine;
    const {signal} = abort;
    const {endpoint, protocol, credentials, model, language} = options;
    const request = writeQuestion({
      conversationId,
      said: saidUntil(state.messages, question),
      fw: {v: WIRE_VERSION, key: id, attempt: 0, model, context, language},
    });
    const post = (preflightFree: boolean) => {
      turn.mark('sent', now());
      return postQuestion({endpoint, request, credentials, userToken, preflightFree, signal}).then((head) => {
        turn.mark('headers', now());
        firstwordServer ||= head.headers.get('x-firstword') === '1';
        return head;
      });
    };
    const preflightFree = firstwordServer && !userToken && !isSameOrigin(endpoint);
    const response = post(preflightFree);
    response.catch(() => undefined); // whoever reads it judges it
    loading ??= load();
    const {runTurn} = await loading;
    const how = await runTurn({
      turn,
      protocol,
      response,
      postAgain: preflightFree
        ? () => {
            emit({kind: 'trouble', problem: 'refused', value: 'text/plain'});
            return post(false);
          }
        : undefined,
      signal,
      now,
      onText: (text, nowMs) => takeText(mine, text, nowMs),
      onSource(source) {
        changeAnswer(mine.answerId, ({sources}) =>
          sources.some((known) => known.id === source.id) ? {} : {sources: [...sources, source]},
        );
      },
    });
    const outcome = how === 'finish' ? 'complete' : 'stopped';
    settle(mine, {outcome, next: {state: outcome}, kind: how === 'finish' ? 'complete' : 'stop'});
  }

  function fail(mine: Running, cause: unknown): void {
    if (!answering) loading = undefined; // the next question tries again
    if (running !== mine || life.signal.aborted) return;
    if (leaving) {
      // a browser that leaves a page ends its requests first: unless the page goes now, it is a failure after all
      leaving = false;
      setTimeout(fail, LEAVING_MS, mine, cause);
      return;
    }
    if (!answering) loading = undefined; // the next question tries again
    const {
      problem,
      state: answerState,
      ending,
      ...facts
    }: Verdict = answering?.judge(cause) ?? {
      problem: navigator.onLine === false ? 'offline' : 'network',
      state: 'failed',
      ending: {outcome: 'error', error: 'network'},
    };
    if (answering) emit({kind: 'trouble', problem, ...facts});
    settle(mine, {...ending, next: {state: answerState, problem}, kind: 'error'});
  }

  function takeText(mine: Running, text: string, nowMs: number): void {
    const first = !mine.text;
    mine.text += text;
    if (first) changeAnswer(mine.answerId, () => ({state: 'streaming'}));
    for (const listener of textListeners) listener(mine.answerId, text);
    if (!first) return;
    afterPaint((paintedMs) => {
      if (life.signal.aborted) return;
      if (paintedMs) mine.turn.mark('paint', paintedMs);
      emit({kind: 'firsttoken', turnId: mine.id, ms: (paintedMs ?? nowMs) - mine.startedMs});
    });
  }

  function leave(left: 'resubmit' | 'pagehide' | 'stop'): void {
    if (!running) return;
    const next: Partial<Answer> = left === 'pagehide' ? {state: 'cut', problem: 'cut'} : {state: 'stopped'};
    const ending = left === 'stop' ? ({outcome: 'stopped', kind: 'stop'} as const) : ({outcome: 'abandoned'} as const);
    settle(running, {...ending, left, next});
  }

  return {
    state: () => state,
    subscribe: (listener) => void listeners.add(listener),
    onText(listener) {
      textListeners.add(listener);
      return () => textListeners.delete(listener);
    },
    hello,
    open,
    send(text, startedMs = now()) {
      const words = text.trim();
      if (!words) return;
      open();
      leave('resubmit');
      const question: Question = {kind: 'question', id: randomHex(16), text: words, at: Date.now()};
      const answer = waitingAnswer(randomHex(16), Date.now());
      change({messages: [...state.messages, question, answer], draft: ''});
      ask(question, answer, startedMs);
    },
    stop: () => leave('stop'),
    retry(answerId, startedMs = now()) {
      const at = state.messages.findIndex(({id}) => id === answerId);
      const question = state.messages[at - 1];
      if (question?.kind !== 'question') return;
      leave('resubmit');
      const answer = waitingAnswer(randomHex(16), Date.now());
      change({messages: state.messages.with(at, answer)});
      ask(question, answer, startedMs).turn.note({again: 'regenerate'});
    },
    draft(text) {
      state = {...state, draft: text}; // no listener: the composer shows its own text
      keeper.keepSoon();
    },
    setUser(token) {
      userToken = token;
    },
    setContext(next) {
      context = next;
    },
    consent(answer) {
      consented = answer;
      answering?.measure.consent(answer);
      keeper.consent(answer);
    },
    visibility(seen) {
      leaving = seen === 'leaving';
      if (leaving) return;
      if (seen === 'gone') leave('pagehide');
      else running?.turn.visibility({hidden: seen === 'hidden'}, now());
      if (seen === 'visible') return;
      keeper.keep();
      answering?.measure.leave(running && {...running.turn.record(now()), left: 'hidden'});
    },
    forget() {
      leave('stop');
      keeper.forget();
      conversationId = randomHex(32);
      change({messages: [], draft: ''});
    },
    destroy() {
      life.abort();
      keeper.stop();
      listeners.clear();
      textListeners.clear();
      running?.abort.abort();
      running = undefined;
      answering?.measure.stop();
    },
  };
}

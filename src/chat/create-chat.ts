import type {Ending} from '../latency/index.ts';
import type {Resume} from '../protocol/index.ts';
import type {Answering, Chat, ChatOptions} from './chat.ts';
import {createTalk} from './endpoint.ts';
import {createKeeper} from './keeper.ts';
import type {Verdict} from './problem.ts';
import {randomHex} from './random-hex.ts';
import type {Again} from './run-turn.ts';
import {beginTurn, type Running} from './running.ts';
import type {Answer, Question} from './state.ts';
import {createStore} from './store.ts';
import {fromKept, saidUntil, waitingAnswer} from './transcript.ts';

/** How a turn ends: for the record, on screen, and as an event. */
type Settling = Ending & {next: Partial<Answer>; kind?: 'complete' | 'stop' | 'error'};

const now = () => performance.now();

/** How long a failure waits for the page to go, once the page may be going, in ms. */
const LEAVING_MS = 5000;

/** Starts a chat. Nothing is requested or stored before `open()`, `hello()` or `send()`. */
export function createChat(options: ChatOptions): Chat {
  const {emit, afterPaint} = options;
  const {state, change, changeAnswer, ...store} = createStore();
  const textListeners = new Set<(answerId: string, text: string) => void>();
  const life = new AbortController();
  const talk = createTalk(options, {signal: life.signal, load});
  let {context} = options;
  let conversationId = '';
  let running: Running | undefined;
  let leaving = false;
  let gone = false;
  let turnCount = 0;
  let consented: 'granted' | 'denied' | undefined;
  let answering: Answering | undefined;
  let loading: Promise<Answering> | undefined;
  const unmeasured: Running[] = [];

  const keeper = createKeeper(options, () => {
    const rest = running?.rest();
    const open = running && rest ? {open: {key: running.id, rest}} : {};
    const messages = state().messages.map((message) =>
      message.id === running?.answerId ? {...message, text: running.text, ...open} : message,
    );
    return conversationId ? {id: conversationId, messages, draft: state().draft} : undefined;
  });

  const hello = () => void (options.warm && talk.hello());

  function open(): void {
    if (conversationId) return;
    const kept = keeper.read();
    conversationId = kept?.id ?? randomHex(32);
    hello();
    if (!kept) return;
    change({messages: fromKept(kept), draft: kept.draft});
    const {messages} = state();
    const at = messages.findIndex((message) => message.kind === 'answer' && message.open);
    if (at > 0) goOn(messages[at] as Answer, messages[at - 1] as Question); // an answer stands below its question
  }

  function load(): Promise<Answering> {
    loading ??= options.loadAnswering().then((loaded) => {
      life.signal.throwIfAborted();
      answering = loaded;
      if (consented) loaded.measure.consent(consented);
      for (const {measured, ...start} of running ? [...unmeasured, running] : unmeasured) {
        measured.arrive(loaded.measure.createTurn(start));
      }
      for (const ended of unmeasured.splice(0)) report(ended);
      return loaded;
    });
    loading.catch(() => {
      loading = undefined; // the next call tries again
    });
    return loading;
  }

  /** Reports a turn once it has ended and is measured, whichever comes last. */
  function report({turn, closed, told}: Running): void {
    if (!answering || !closed || told) return;
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
    if (ending.left !== 'pagehide') keeper.keep();
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
    begin(mine, question);
    afterPaint((paintedMs) => paintedMs && mine.turn.mark('echo', paintedMs));
    keeper.keep();
    emit({kind: 'send', turnId: mine.id});
    return mine;
  }

  /** Reads on where the page before this one had to leave an answer. */
  function goOn({id: answerId, text, open}: Answer, question: Question): void {
    if (!open) return;
    const {key: id, rest} = open;
    changeAnswer(answerId, () => ({open: undefined}));
    begin(
      beginTurn({id, n: turnCount, startedMs: now(), answerId, text, rest: () => rest, told: true}),
      question,
      rest,
    );
  }

  function begin(mine: Running, question: Question, rest?: Resume): void {
    if (answering) mine.measured.arrive(answering.measure.createTurn(mine));
    if (document.hidden) mine.turn.visibility({hidden: true}, now());
    running = mine;
    change({busy: true});
    answerTo(mine, question, rest).catch((cause: unknown) => stay().then(() => fail(mine, cause)));
  }

  /** A browser that leaves a page ends its requests first: waits until the page has stayed after all. */
  async function stay(): Promise<void> {
    if (!leaving) return;
    await new Promise((resolve) => setTimeout(resolve, LEAVING_MS));
    leaving = false;
  }

  async function answerTo(mine: Running, question: Question, rest: Resume | undefined): Promise<void> {
    const {turn, id, abort} = mine;
    const {signal} = abort;
    const asked = {conversationId, said: saidUntil(state().messages, question), key: id, context};
    const preflightFree = talk.preflightFree();
    const post = async ({json, ...again}: Again) => {
      if (preflightFree && json) emit({kind: 'trouble', problem: 'refused', value: 'text/plain'});
      turn.mark('sent', now());
      const head = await talk.ask({...asked, ...again}, {json, signal});
      turn.mark('headers', now());
      return head;
    };
    const first = rest ? undefined : post({attempt: 0, json: false});
    first?.catch(() => undefined); // whoever reads it judges it
    const {runTurn, measure} = await load();
    const how = await runTurn({
      turn,
      protocol: options.protocol,
      endpoint: talk.endpoint(),
      conversationId,
      begun: rest,
      response: first,
      post,
      preflightFree,
      text: () => mine.text,
      signal,
      stay,
      untilMs: mine.startedMs + measure.deadlineMs,
      now,
      onText: (text, nowMs) => takeText(mine, text, nowMs),
      onRest: (next) => {
        mine.rest = next;
      },
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
    if (running !== mine || life.signal.aborted) return;
    const {
      problem,
      state: answerState,
      ending,
      ...facts
    }: Verdict = answering?.judge(cause, options) ?? {
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
    if (left !== 'pagehide') void talk.stop(running.id, conversationId);
    const next: Partial<Answer> = left === 'pagehide' ? {state: 'cut', problem: 'cut'} : {state: 'stopped'};
    const ending = left === 'stop' ? ({outcome: 'stopped', kind: 'stop'} as const) : ({outcome: 'abandoned'} as const);
    settle(running, {...ending, left, next});
  }

  return {
    state,
    subscribe: store.subscribe,
    onText(listener) {
      textListeners.add(listener);
      return () => textListeners.delete(listener);
    },
    hello,
    open,
    load,
    send(text, startedMs = now()) {
      const words = text.trim();
      if (!words) return;
      open();
      leave('resubmit');
      const question: Question = {kind: 'question', id: randomHex(16), text: words, at: Date.now()};
      const answer = waitingAnswer(randomHex(16), Date.now());
      change({messages: [...state().messages, question, answer], draft: ''});
      ask(question, answer, startedMs);
    },
    stop: () => leave('stop'),
    retry(answerId, startedMs = now()) {
      const at = state().messages.findIndex(({id}) => id === answerId);
      const question = state().messages[at - 1];
      if (question?.kind !== 'question') return;
      leave('resubmit');
      const answer = waitingAnswer(randomHex(16), Date.now());
      change({messages: state().messages.with(at, answer)});
      ask(question, answer, startedMs).turn.note({again: 'regenerate'});
    },
    draft(text) {
      load().catch(() => undefined); // told already; the question tries again
      store.note({draft: text}); // the composer shows its own text
      keeper.keepSoon();
    },
    setUser: talk.setUser,
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
      // an answer on its way is kept as one, for the next page to read on; browsers may hide a page that is gone already
      if (seen !== 'visible' && !gone) keeper.keep();
      gone ||= seen === 'gone';
      if (seen === 'gone') leave('pagehide');
      else running?.turn.visibility({hidden: seen === 'hidden'}, now());
      if (seen === 'visible') return;
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
      store.clear();
      textListeners.clear();
      running?.abort.abort();
      running = undefined;
      answering?.measure.stop();
    },
  };
}

import type {KeptConversation} from '../storage/index.ts';
import type {Answering, Chat, ChatOptions, SendOptions} from './chat.ts';
import type {Core, Turns} from './core.ts';
import {createTalk} from './endpoint.ts';
import {createKeeper} from './keeper.ts';
import {randomHex} from './random-hex.ts';
import type {Again} from './run-turn.ts';
import {beginTurn, type Running} from './running.ts';
import {createStandIn} from './stand-in.ts';
import type {Answer, Question} from './state.ts';
import {createStore} from './store.ts';
import {fromKept, saidUntil, waitingAnswer} from './transcript.ts';

const now = () => performance.now();

/**
 * Starts a chat. Nothing is requested or stored before `open()`, `hello()` or `send()`. What is here is what a question
 * needs to leave; from there on the turns take over, once they are loaded: until then every call for them waits, in its
 * order.
 */
export function createChat(options: ChatOptions): Chat {
  const {emit, afterPaint} = options;
  const isShared = options.persist === 'local';
  const store = createStore();
  const {state, change} = store;
  const textListeners = new Set<(answerId: string, text: string) => unknown>();
  const life = new AbortController();
  const talk = createTalk(options, {signal: life.signal, load});
  const {proxy: turns, arrive} = createStandIn<Turns>();
  let revised = '';
  let turnCount = 0;
  let isLoaded = false;
  let loading: Promise<Answering> | undefined;

  const keeper = createKeeper(options, () => {
    const {running, conversationId} = core;
    if (!conversationId || running?.follows) return undefined;
    const rest = running?.rest();
    // other tabs may follow an answer of which nothing has come yet
    const open = running && (rest || isShared) ? {key: running.id, rest} : undefined;
    const messages = state().messages.map((message) =>
      message.id === running?.answerId ? {...message, text: running.text, open} : message,
    );
    return {id: conversationId, messages, draft: state().draft};
  });

  const core: Core = {
    ...store,
    ...{options, talk, keeper, show, createPost, ask, foresee},
    instant: undefined,
    contract: undefined,
    signal: life.signal,
    context: options.context,
    conversationId: '',
    running: undefined,
    tell(answerId, text) {
      return ![...textListeners].map((listener) => listener(answerId, text)).includes(false);
    },
  };

  const hello = () => void (options.warm && talk.hello());

  function open(): void {
    if (core.conversationId) return;
    core.conversationId = randomHex(32);
    const kept = keeper.read();
    hello();
    if (!kept) return;
    show(kept);
    change({draft: kept.draft});
    if (!state().busy) return;
    turns.goOn();
    load().catch(() => undefined); // given up already
  }

  function show(kept: KeptConversation): void {
    const messages = fromKept(kept);
    core.conversationId = kept.id;
    change({messages, busy: messages.some((message) => message.kind === 'answer' && message.open)});
  }

  function load(): Promise<Answering> {
    loading ??= options.loadAnswering().then((loaded) => {
      life.signal.throwIfAborted();
      if (!isLoaded) arrive(loaded.createTurns(core));
      isLoaded = true;
      return loaded;
    });
    loading.catch(() => {
      loading = undefined; // the next call tries again
      giveUp();
    });
    return loading;
  }

  /** Ends what waits for an answer that nothing can read. */
  function giveUp(): void {
    const {running} = core;
    if (!state().busy || life.signal.aborted) return;
    core.running = undefined;
    change({
      busy: false,
      messages: state().messages.map((message) =>
        message.kind === 'answer' && (message.open || message.id === running?.answerId)
          ? {...message, open: undefined, state: 'failed', problem: 'network'}
          : message,
      ),
    });
    if (!running) return;
    running.abort.abort();
    running.turn.settle({outcome: 'error', error: 'network'}, now());
    keeper.keep();
    emit({kind: 'error', turnId: running.id, problem: 'network'});
  }

  function createPost({id: key, turn, startedMs, ahead, reading: {signal: until}}: Running, question: Question) {
    const asked = {
      conversationId: core.conversationId,
      said: saidUntil(state().messages, question),
      key,
      context: core.context,
      ...ahead?.facts,
    };
    const preflightFree = talk.preflightFree();
    return async ({json, url, signal = until, ...again}: Again) => {
      if (preflightFree && json && !url) emit({kind: 'trouble', problem: 'refused', value: 'text/plain'});
      turn.mark('sent', now());
      const left = core.contract && {deadlineMs: core.contract.leftMs(startedMs)};
      const head = await talk.ask({...asked, ...again, ...left}, {json, url, signal});
      turn.mark('headers', now());
      return head;
    };
  }

  /** Begins the turn of an answer that stands below its question. */
  function begin({answer, startedMs, again, budget, ahead}: Omit<Parameters<Core['ask']>[0], 'question'>): Running {
    const {id: answerId, turnId: id, text, stored} = answer;
    const mine = beginTurn({id, n: ++turnCount, startedMs, answerId, text, budget, ahead});
    const {turn} = mine;
    if (document.hidden) turn.visibility({hidden: true}, now());
    turn.note({again, prefetch: ahead?.outcome});
    if (stored) turn.mark('token', now());
    afterPaint((paintedMs) => {
      if (paintedMs) turn.mark('echo', paintedMs);
      if (paintedMs && stored) turn.mark('paint', paintedMs);
    });
    return mine;
  }

  function ask(asking: Parameters<Core['ask']>[0]): void {
    const {question} = asking;
    const mine = begin(asking);
    core.running = mine;
    change({busy: true});
    const preflightFree = talk.preflightFree();
    const post = createPost(mine, question);
    const response = core.contract?.admit() === false ? undefined : post({attempt: 0, json: false});
    response?.catch(() => undefined); // whoever reads it judges it
    turns.begin(mine, {post, response, preflightFree});
    load().catch(() => undefined); // given up already
    if (!isShared) keeper.keep(); // else once the turn has its place among those of other tabs
    emit({kind: 'send', turnId: mine.id});
  }

  function send(text: string, startedMs = now(), {repeats, budget}: SendOptions = {}): void {
    const words = text.trim();
    if (!words) return;
    open();
    const kept = isShared && !isLoaded && !core.running && keeper.read();
    if (kept) show(kept); // another tab may have kept more since
    turns.leave(core.running, 'resubmit');
    const question: Question = {kind: 'question', id: randomHex(16), text: words, at: Date.now()};
    const {ahead, ...known} = core.instant?.find(words, startedMs) ?? {};
    const answer: Answer = {...waitingAnswer(Date.now()), ...known};
    const {messages} = state();
    const at = messages.findIndex(({id}) => id === revised);
    revised = '';
    change({messages: [...(at < 0 ? messages : messages.slice(0, at)), question, answer], draft: '', foreseen: []});
    const asking = {question, answer, startedMs, budget, ahead, again: at < 0 ? repeats : 'edit'} as const;
    if (!answer.stored) {
      ask(asking);
      if (core.instant) core.running?.turn.note({cache: {hit: 'none', at: 'browser'}});
      return;
    }
    const mine = begin(asking);
    turns.give(mine, answer, answer.stored.hit);
    load().catch(() => undefined); // said already: it is there to read all the same
    emit({kind: 'send', turnId: mine.id});
  }

  function foresee(): void {
    const foreseen = core.instant?.foresee(state().draft) ?? [];
    if (foreseen.length + state().foreseen.length > 0) change({foreseen});
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
    send,
    revise(questionId) {
      revised = questionId;
    },
    stop: () => turns.leave(core.running, 'stop'),
    goOn: (answerId) => turns.goOn(answerId),
    showLate: (answerId) => core.contract?.showLate(answerId),
    retry(answerId, startedMs = now(), again = 'regenerate') {
      turns.retry(answerId, startedMs, again);
      load().catch(() => undefined); // told already; the next try tries again
    },
    draft(text) {
      load().catch(() => undefined); // told already; the question tries again
      store.note({draft: text}); // the composer shows its own text
      foresee();
      if (isLoaded || !isShared) keeper.keepSoon(); // another tab may have kept more
    },
    setUser: talk.setUser,
    setContext(next) {
      core.context = next;
      core.instant?.setContext(next);
    },
    consent(answer) {
      turns.consent(answer);
      keeper.consent(answer);
    },
    visibility: (seen) => turns.visibility(seen),
    forget() {
      turns.leave(core.running, 'forget');
      keeper.forget();
      core.conversationId = randomHex(32);
      change({messages: [], draft: '', foreseen: []});
    },
    destroy() {
      life.abort();
      keeper.stop();
      store.clear();
      textListeners.clear();
      core.running?.abort.abort();
      core.running = undefined;
    },
  };
}

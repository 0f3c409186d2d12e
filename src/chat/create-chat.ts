import type {Resume} from '../protocol/index.ts';
import type {KeptConversation} from '../storage/index.ts';
import type {Settling} from './answer-turn.ts';
import type {Answering, Chat, ChatOptions} from './chat.ts';
import {createTalk} from './endpoint.ts';
import {createKeeper} from './keeper.ts';
import {randomHex} from './random-hex.ts';
import {createRecords} from './records.ts';
import type {Again} from './run-turn.ts';
import {beginTurn, type Running} from './running.ts';
import type {Answer, Question} from './state.ts';
import {createStore} from './store.ts';
import type {Tabs} from './tabs.ts';
import {fromKept, saidUntil, waitingAnswer} from './transcript.ts';

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
  const records = createRecords({emit, now});
  let {context} = options;
  let conversationId = '';
  let running: Running | undefined;
  let leaving = false;
  let gone = false;
  let revised = '';
  let turnCount = 0;
  let loading: Promise<Answering> | undefined;
  let tabs: Tabs | undefined;

  const keeper = createKeeper(options, () => {
    if (!conversationId || running?.follows) return undefined;
    const rest = running?.rest();
    // other tabs may follow an answer of which nothing has come yet
    const open = running && (rest || options.persist === 'local') ? {key: running.id, rest} : undefined;
    const messages = state().messages.map((message) =>
      message.id === running?.answerId ? {...message, text: running.text, open} : message,
    );
    return {id: conversationId, messages, draft: state().draft};
  });

  const hello = () => void (options.warm && talk.hello());

  function open(): void {
    if (conversationId) return;
    conversationId = randomHex(32);
    const kept = keeper.read();
    hello();
    if (kept) show(kept);
    if (kept) change({draft: kept.draft});
  }

  /** Shows what was kept; an answer that was on its way goes on. */
  function show(kept: KeptConversation): void {
    const messages = fromKept(kept);
    conversationId = kept.id;
    change({messages, busy: false});
    const at = messages.findIndex((message) => message.kind === 'answer' && message.open);
    if (at > 0) goOn(messages[at] as Answer, messages[at - 1] as Question); // an answer stands below its question
  }

  /**
   * Takes over what another tab made of the conversation, unless an answer is read here.
   *
   * @returns How to ask for the rest of an answer that is still on its way.
   */
  function catchUp(): Resume | undefined {
    const mine = running;
    if (mine && !mine.follows) return mine.rest();
    const kept = keeper.read();
    const answer = kept?.messages.find(({id}) => id === mine?.answerId) as Answer | undefined; // it is one there too
    if (mine) {
      const missing = answer?.text.slice(mine.text.length) ?? '';
      mine.text += missing;
      if (missing) tell(mine.answerId, missing);
      if (answer?.open) return answer.open.rest;
      running = undefined;
      mine.abort.abort();
      tell(mine.answerId, '');
    }
    show(kept ?? {id: randomHex(32), messages: [], draft: ''});
    return undefined;
  }

  function load(): Promise<Answering> {
    loading ??= options.loadAnswering().then((loaded) => {
      life.signal.throwIfAborted();
      records.arrive(loaded.measure);
      if (options.persist === 'local') {
        tabs ??= loaded.createTabs({
          name: options.name,
          running: () => running,
          onKept: () => void catchUp(),
          onStop: () => leave('stop'),
          signal: life.signal,
        });
        if (conversationId && !running) catchUp();
      }
      return loaded;
    });
    loading.catch(() => {
      loading = undefined; // the next call tries again
    });
    return loading;
  }

  /** Ends a turn; `kind` is the event that says so once its last words are painted. */
  function settle(ended: Running, {kind, next, ...ending}: Settling): void {
    if (running !== ended || life.signal.aborted) return;
    const {turn, text} = ended;
    running = undefined;
    ended.abort.abort();
    tell(ended.answerId, '');
    changeAnswer(ended.answerId, () => ({...next, text}));
    change({busy: false});
    if (ending.left !== 'pagehide') keeper.keep();
    const close = (paintedMs: number | undefined) => {
      if (life.signal.aborted) return;
      if (paintedMs && text) turn.mark('last', paintedMs);
      turn.settle(ending, now());
      if (kind === 'error') emit({kind, turnId: ended.id, problem: next.problem ?? 'server'});
      else if (kind) emit({kind, turnId: ended.id});
      records.end(ended);
    };
    if (ending.left === 'pagehide') close(undefined);
    else afterPaint(close);
  }

  function ask(question: Question, answer: Answer, startedMs: number): Running {
    const mine = beginTurn({id: answer.turnId, n: ++turnCount, startedMs, answerId: answer.id});
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
    const follows = options.persist === 'local';
    const mine = beginTurn({id, n: turnCount, startedMs: now(), answerId, text, told: true, follows});
    mine.rest = () => rest;
    begin(mine, question);
  }

  function begin(mine: Running, question: Question): void {
    records.begin(mine);
    if (document.hidden) mine.turn.visibility({hidden: true}, now());
    running = mine;
    change({busy: true});
    answerTo(mine, question).catch(() => {
      settle(mine, {outcome: 'error', error: 'network', next: {state: 'failed', problem: 'network'}, kind: 'error'});
    });
  }

  /** A browser that leaves a page ends its requests first: waits until the page has stayed after all. */
  async function stay(): Promise<void> {
    if (!leaving) return;
    await new Promise((resolve) => setTimeout(resolve, LEAVING_MS));
    leaving = false;
  }

  /** Posts the question and has the answer read. Rejects when what does that cannot be loaded. */
  async function answerTo(mine: Running, question: Question): Promise<void> {
    const {turn, id, abort, answerId} = mine;
    const asked = {conversationId, said: saidUntil(state().messages, question), key: id, context};
    const preflightFree = talk.preflightFree();
    const post = async ({json, ...again}: Again) => {
      if (preflightFree && json) emit({kind: 'trouble', problem: 'refused', value: 'text/plain'});
      turn.mark('sent', now());
      const head = await talk.ask({...asked, ...again}, {json, signal: abort.signal});
      turn.mark('headers', now());
      return head;
    };
    const response = mine.told ? undefined : post({attempt: 0, json: false});
    response?.catch(() => undefined); // whoever reads it judges it
    const {answerTurn, deadlineMs} = await load();
    await answerTurn({
      ...options,
      ...{mine, conversationId, tabs, catchUp, response, post, preflightFree, changeAnswer, deadlineMs, stay, now},
      endpoint: talk.endpoint(),
      afterPaint: (done) => afterPaint((paintedMs) => life.signal.aborted || done(paintedMs)),
      onText: (text) => tell(answerId, text),
      settle: (how) => settle(mine, how),
    });
  }

  function tell(answerId: string, text: string): void {
    for (const listener of textListeners) listener(answerId, text);
  }

  function leave(left: 'resubmit' | 'pagehide' | 'stop'): void {
    if (!running) return;
    if (running.follows) {
      if (left === 'pagehide') return; // the tab that reads it goes on
      tabs?.stop(running.id);
    }
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
      if (options.persist === 'local' && !tabs && !running) catchUp();
      leave('resubmit');
      const question: Question = {kind: 'question', id: randomHex(16), text: words, at: Date.now()};
      const answer = waitingAnswer(Date.now());
      const {messages} = state();
      const at = messages.findIndex(({id}) => id === revised);
      revised = '';
      change({messages: [...(at < 0 ? messages : messages.slice(0, at)), question, answer], draft: ''});
      const {turn} = ask(question, answer, startedMs);
      if (at >= 0) turn.note({again: 'edit'});
    },
    revise(questionId) {
      revised = questionId;
    },
    stop: () => leave('stop'),
    retry(answerId, startedMs = now()) {
      const at = state().messages.findIndex(({id}) => id === answerId);
      const question = state().messages[at - 1];
      if (question?.kind !== 'question') return;
      leave('resubmit');
      const answer = waitingAnswer(Date.now());
      change({messages: state().messages.with(at, answer)});
      ask(question, answer, startedMs).turn.note({again: 'regenerate'});
    },
    draft(text) {
      load().catch(() => undefined); // told already; the question tries again
      store.note({draft: text}); // the composer shows its own text
      if (tabs || options.persist !== 'local') keeper.keepSoon(); // another tab may have kept more
    },
    setUser: talk.setUser,
    setContext(next) {
      context = next;
    },
    consent(answer) {
      records.consent(answer);
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
      records.leave(running);
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
      records.stop();
    },
  };
}

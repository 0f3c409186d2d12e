import type {Ending, TurnRecord} from '../latency/index.ts';
import {helloUrl, WIRE_VERSION} from '../protocol/index.ts';
import type {ConversationStore} from '../storage/index.ts';
import type {Measure, MeasuredTurn} from './measure.ts';
import type {Verdict} from './problem.ts';
import {randomHex} from './random-hex.ts';
import {runTurn} from './run-turn.ts';
import {createStandIn, type StandIn} from './stand-in.ts';
import type {Answer, ChatEvent, ChatState, Question} from './state.ts';
import {fromKept, saidUntil, waitingAnswer} from './transcript.ts';

/** What a chat needs once a question has been sent, and not before. */
export interface Later {
  measure: Measure;
  judge(cause: unknown): Verdict;
}

/** What a chat is made of. */
export interface ChatOptions {
  /** Absolute URL. */
  endpoint: string;
  protocol: string;
  credentials: RequestCredentials;
  model: string | undefined;
  language: string | undefined;
  userToken: string | undefined;
  context: unknown;
  store: ConversationStore;
  /** Whether to say hello to the endpoint when the chat opens. */
  warm: boolean;
  /** Calls back once what was drawn is on screen, with the instant; with undefined when nobody can see it. */
  afterPaint: (done: (nowMs: number | undefined) => void) => void;
  /** Loads the rest; called with the first question, and again with a later one when it failed. */
  loadLater: () => Promise<Later>;
  emit: (event: ChatEvent) => void;
}

/** One conversation with one endpoint. */
export interface Chat {
  state(): ChatState;
  /** Calls back after every change of state. */
  subscribe(listener: () => void): void;
  /** Calls back with answer text as it arrives, before any state holds it; returns the way to stop that. */
  onText(listener: (answerId: string, text: string) => void): () => void;
  /** Says hello to the endpoint, once. */
  hello(): void;
  /** Reads what was kept, once, and says hello. */
  open(): void;
  /** Asks; `startedMs` is when the visitor's own event happened. Blank text does nothing. */
  send(text: string, startedMs?: number): void;
  stop(): void;
  /** Asks the question above an answer again; the new answer takes its place. */
  retry(answerId: string, startedMs?: number): void;
  draft(text: string): void;
  setUser(token: string): void;
  setContext(context: unknown): void;
  consent(answer: 'granted' | 'denied'): void;
  /** The page was hidden or shown, or goes for good (`gone`). */
  visibility(state: 'hidden' | 'visible' | 'gone'): void;
  /** Erases the conversation, here and where it was kept. */
  forget(): void;
  /** Ends whatever runs; nothing is called back afterwards. */
  destroy(): void;
}

/** A turn on its way, or one that ended before it could be measured. */
interface Running {
  id: string;
  n: number;
  startedMs: number;
  measured: StandIn<MeasuredTurn>;
  turn: MeasuredTurn;
  abort: AbortController;
  answerId: string;
  text: string;
}

const now = () => performance.now();

/** How long a draft may stay unkept, in ms. */
const DRAFT_KEPT_AFTER_MS = 400;

/** Starts a chat. Nothing is requested or stored before `open()`, `hello()` or `send()`. */
export function createChat(options: ChatOptions): Chat {
  const {emit, store, afterPaint} = options;
  const listeners = new Set<() => void>();
  const textListeners = new Set<(answerId: string, text: string) => void>();
  const life = new AbortController();
  let {userToken, context} = options;
  let state: ChatState = {messages: [], busy: false, draft: ''};
  let conversationId = '';
  let greeted = !options.warm;
  let running: Running | undefined;
  let turnCount = 0;
  let firstwordServer = options.protocol === 'firstword';
  let consented: 'granted' | 'denied' | undefined;
  let later: Later | undefined;
  let loading: Promise<void> | undefined;
  const unmeasured: Running[] = [];
  let draftTimer: ReturnType<typeof setTimeout> | undefined;

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

  function keep(): void {
    clearTimeout(draftTimer);
    draftTimer = undefined;
    if (!conversationId) return;
    const messages = state.messages.map((message) =>
      message.id === running?.answerId ? {...message, text: running.text} : message,
    );
    store.write({id: conversationId, messages, draft: state.draft});
  }

  function hello(): void {
    if (greeted) return;
    greeted = true;
    fetch(helloUrl(options.endpoint), {credentials: options.credentials, signal: life.signal}).then(
      (response) => {
        firstwordServer ||= response.ok && response.headers.get('x-firstword') === '1';
      },
      () => undefined, // no Firstword server, or out of reach: the question will tell
    );
  }

  function open(): void {
    if (conversationId) return;
    const kept = store.read();
    conversationId = kept?.id ?? randomHex(32);
    if (kept) change({messages: fromKept(kept), draft: kept.draft});
    hello();
  }

  function loadLater(): void {
    loading ??= options.loadLater().then(
      (loaded) => {
        if (life.signal.aborted) return;
        later = loaded;
        if (consented) later.measure.consent(consented);
        for (const {measured, ...start} of running ? [...unmeasured, running] : unmeasured) {
          measured.arrive(later.measure.createTurn(start));
        }
        for (const {turn} of unmeasured.splice(0)) report(turn.record(now()));
      },
      () => {
        loading = undefined; // the next question tries again
      },
    );
  }

  function report(record: TurnRecord): void {
    later?.measure.take(record);
    emit({kind: 'turn', record});
  }

  function settle(ended: Running, ending: Ending, next: Partial<Answer>): void {
    if (running !== ended) return;
    const {turn, text} = ended;
    running = undefined;
    ended.abort.abort();
    changeAnswer(ended.answerId, () => ({...next, text}));
    change({busy: false});
    keep();
    const close = (paintedMs: number | undefined) => {
      if (paintedMs && text) turn.mark('last', paintedMs);
      turn.settle(ending, now());
      if (later) report(turn.record(now()));
      else unmeasured.push(ended);
    };
    if (ending.left === 'pagehide') close(undefined);
    else afterPaint(close);
  }

  function ask(question: Question, answer: Answer, startedMs: number): Running {
    const measured = createStandIn<MeasuredTurn>();
    const turn = measured.proxy;
    const id = randomHex(32);
    const mine = {
      id,
      n: ++turnCount,
      startedMs,
      measured,
      turn,
      abort: new AbortController(),
      answerId: answer.id,
      text: '',
    };
    if (later) measured.arrive(later.measure.createTurn(mine));
    if (document.hidden) turn.visibility({hidden: true}, now());
    running = mine;
    change({busy: true});
    afterPaint((paintedMs) => paintedMs && turn.mark('echo', paintedMs));
    keep();
    emit({kind: 'send', turnId: id});
    answerTo(mine, question).catch((cause: unknown) => fail(mine, cause));
    loadLater();
    return mine;
  }

  async function answerTo(mine: Running, question: Question): Promise<void> {
    const how = await runTurn({
      ...options,
      now,
      turn: mine.turn,
      conversationId,
      said: saidUntil(state.messages, question),
      fw: {v: WIRE_VERSION, key: mine.id, attempt: 0, model: options.model, context, language: options.language},
      userToken,
      firstwordServer,
      signal: mine.abort.signal,
      onFirstwordServer() {
        firstwordServer = true;
      },
      onText: (text, nowMs) => takeText(mine, text, nowMs),
      onSource(source) {
        changeAnswer(mine.answerId, ({sources}) =>
          sources.some(({id}) => id === source.id) ? {} : {sources: [...sources, source]},
        );
      },
      onAskedAgain: () => emit({kind: 'trouble', problem: 'refused', value: 'text/plain'}),
    });
    const [outcome, answerState] =
      how === 'finish' ? (['complete', 'complete'] as const) : (['stopped', 'stopped'] as const);
    settle(mine, {outcome}, {state: answerState});
    if (how === 'finish') emit({kind: 'complete', turnId: mine.id});
  }

  async function fail(mine: Running, cause: unknown): Promise<void> {
    if (running !== mine) return;
    await loading;
    if (running !== mine) return;
    const {
      problem,
      state: answerState,
      ending,
      ...facts
    }: Verdict = later?.judge(cause) ?? {
      problem: navigator.onLine === false ? 'offline' : 'network',
      state: mine.text ? 'cut' : 'failed',
      ending: {outcome: 'error', error: 'network'},
    };
    emit({kind: 'trouble', problem, ...facts});
    settle(mine, ending, {state: answerState, problem});
    emit({kind: 'error', turnId: mine.id, problem});
  }

  function takeText(mine: Running, text: string, nowMs: number): void {
    const first = !mine.text;
    mine.text += text;
    if (first) changeAnswer(mine.answerId, () => ({state: 'streaming'}));
    for (const listener of textListeners) listener(mine.answerId, text);
    if (!first) return;
    afterPaint((paintedMs) => {
      if (paintedMs) mine.turn.mark('paint', paintedMs);
      emit({kind: 'firsttoken', turnId: mine.id, ms: (paintedMs ?? nowMs) - mine.startedMs});
    });
  }

  function leave(left: 'resubmit' | 'pagehide' | 'stop'): void {
    if (running) settle(running, {outcome: left === 'stop' ? 'stopped' : 'abandoned', left}, {state: 'stopped'});
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
    stop() {
      const turnId = running?.id;
      leave('stop');
      if (turnId) emit({kind: 'stop', turnId});
    },
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
      draftTimer ??= setTimeout(keep, DRAFT_KEPT_AFTER_MS);
    },
    setUser(token) {
      userToken = token;
    },
    setContext(next) {
      context = next;
    },
    consent(answer) {
      consented = answer;
      later?.measure.consent(answer);
    },
    visibility(seen) {
      if (seen === 'gone') leave('pagehide');
      else running?.turn.visibility({hidden: seen === 'hidden'}, now());
      if (seen === 'visible') return;
      keep();
      later?.measure.leave(running && {...running.turn.record(now()), left: 'hidden'});
    },
    forget() {
      leave('stop');
      store.forget();
      conversationId = randomHex(32);
      change({messages: [], draft: ''});
    },
    destroy() {
      life.abort();
      clearTimeout(draftTimer);
      listeners.clear();
      textListeners.clear();
      running?.abort.abort();
      running = undefined;
      later?.measure.stop();
    },
  };
}

import {isVendor, writeStop} from '../protocol/index.ts';
import {pause} from '../stream/index.ts';
import {answerTurn} from './answer-turn.ts';
import type {Contract, Settling} from './contract.ts';
import type {Core, Posted, Turns} from './core.ts';
import type {Instant} from './instant.ts';
import type {Measure} from './measure.ts';
import type {Meet} from './others.ts';
import {randomHex} from './random-hex.ts';
import {createRecords} from './records.ts';
import {beginTurn, type Left, type Running} from './running.ts';
import type {Answer, Question, Stored} from './state.ts';
import {waitingAnswer} from './transcript.ts';
import type {Vendors} from './vendors.ts';

const now = () => performance.now();

/** Where a conversation is one tab's, nobody else reads or keeps it. */
const meetNobody: Meet = ({running}) => ({
  claim: async () => undefined,
  tell: () => undefined,
  stop: () => undefined,
  catchUp: () => running()?.rest(),
});

/** How long a turn waits for the file that knows what it is held to, in ms. */
const CONTRACT_MS = 2000;

/** How long a failure waits for the page to go, once the page may be going, in ms. */
const LEAVING_MS = 5000;

/**
 * Takes over the turns of a conversation.
 *
 * @param options.measure - Rejects where nothing is measured.
 * @param options.loadVendors - Loads what talks to other vendors' backends.
 * @param options.meet - Meets other tabs; by default there are none.
 * @param options.instant - Answers without the network; rejects where it cannot be loaded.
 */
export function createTurns(
  core: Core,
  options: {
    measure: Promise<Measure>;
    loadVendors: () => Promise<Vendors>;
    instant?: Promise<Instant> | undefined;
    meet?: Meet | undefined;
  },
): Turns {
  const {talk, keeper, signal, state, change, changeAnswer, tell} = core;
  const {emit, afterPaint} = core.options;
  const records = createRecords({emit, now});
  const none = () => undefined;
  const arriving = options.measure.then((measure) => {
    core.contract = measure.createContract(core);
    talk.onHello(measure.learn);
    return core.contract;
  }, none); // told by whoever loads it
  const isShared = core.options.persist === 'local';
  let leaving = false;
  let gone = false;
  records.arrive(options.measure);
  signal.addEventListener('abort', records.stop);

  const meet: Meet = options.meet ?? meetNobody;
  const others = meet({
    ...core.options,
    ...{signal, state, change, tell},
    keep: keeper.keep,
    running: () => core.running,
    drop(followed, next = {}) {
      finish(followed, next);
      followed.abort.abort();
    },
    read: keeper.read,
    show(kept) {
      core.show(kept);
      goOn();
    },
    onStop(left) {
      leave(core.running, 'stop');
      if (left !== 'forget') return;
      keeper.forget();
      others.catchUp();
    },
  });

  /** Shows that a turn is over. */
  function finish(ended: Running, next: Partial<Answer>): void {
    tell(ended.answerId, '');
    changeAnswer(ended.answerId, () => next);
    if (core.running !== ended) return;
    core.running = undefined;
    change({busy: false});
  }

  /** Ends a turn; `kind` is the event that says so once its last words are painted. */
  function settle(ended: Running, {kind, next, ...ending}: Settling): void {
    if (ended.abort.signal.aborted || signal.aborted) return;
    const {turn, text} = ended;
    const over = {...next, text};
    const isGone = ending.left === 'pagehide';
    finish(ended, over);
    // who follows keeps nothing: the tab that reads it may have more of it
    if (!ended.follows) {
      if (!isGone) keeper.keep();
      if (ending.outcome === 'complete' && ended.terms) learn(ended);
      others.tell(ended, {over: isGone ? 'gone' : over});
    }
    ended.abort.abort(); // lets the next tab read on: what is kept has to say by then that it is over
    const close = (paintedMs: number | undefined) => {
      if (signal.aborted) return;
      if (paintedMs && text) turn.mark('last', paintedMs);
      turn.settle(ending, now());
      if (kind === 'error') emit({kind, turnId: ended.id, problem: next.problem ?? 'server'});
      else if (kind) emit({kind, turnId: ended.id});
      records.end(ended);
    };
    if (isGone) close(undefined);
    else afterPaint(close);
  }

  /** A browser that leaves a page ends its requests first: waits until the page has stayed after all. */
  async function stay(): Promise<void> {
    if (!leaving) return;
    await new Promise((resolve) => setTimeout(resolve, LEAVING_MS));
    leaving = false;
  }

  /** What turns are held to; undefined where that did not load in time. */
  async function contract(): Promise<Contract | undefined> {
    return core.contract ?? Promise.race([arriving, pause(CONTRACT_MS, signal).then(none)]);
  }

  function begin(mine: Running, posted: Posted): void {
    records.begin(mine);
    if (mine.abort.signal.aborted) {
      records.end(mine); // what reads answers came too late for it
      return;
    }
    core.running = mine; // by now an earlier answer may have been read on, and left
    change({busy: true});
    void answerTurn({
      ...core.options,
      ...posted,
      ...options,
      ...{mine, others, changeAnswer, contract, stay, now},
      conversationId: core.conversationId,
      endpoint: talk.endpoint(),
      afterPaint: (done) => afterPaint((paintedMs) => signal.aborted || done(paintedMs)),
      onText: (text) => tell(mine.answerId, text),
      share: () => isShared && keeper.keep(),
      settle: (how) => settle(mine, how),
    });
  }

  /** Has what reads other vendors' answers there before one comes, where the endpoint is one of theirs or may be. */
  async function warmVendors(): Promise<void> {
    const {protocol, warm} = core.options;
    if (protocol === 'auto' && warm) await talk.hello();
    const isLikely = isVendor(protocol) || (protocol === 'auto' && warm && !talk.isFirstword());
    if (isLikely) options.loadVendors().catch(() => undefined); // told already; the answer tries again
  }

  function give(mine: Running, {source, at}: Answer, hit: Stored['hit']): void {
    const {turn, id: turnId, startedMs, text} = mine;
    records.begin(mine);
    turn.note({source, cache: {at: 'browser', hit}});
    turn.text(text.length, now());
    afterPaint((paintedMs) => {
      emit({kind: 'faq', turnId, hit});
      emit({kind: 'firsttoken', turnId, ms: (paintedMs ?? now()) - startedMs});
    });
    settle(mine, {outcome: 'complete', kind: 'complete', next: {at}});
  }

  /** Keeps an answer for whoever asks the same, also where what does that is still being loaded. */
  function learn({terms}: Running): void {
    const {messages} = state();
    const asker = talk.endpoint();
    withInstant((instant) => instant.learn(messages, terms, asker));
  }

  function withInstant(work: (instant: Instant) => void): void {
    options.instant?.then(work, () => undefined); // said already: every question goes to the model
  }

  /** Reads on where an earlier page had to leave an answer, or where one was stopped by its deadline. */
  function goOn(stoppedId?: string): void {
    const {messages} = state();
    const at = messages.findIndex((message) => message.kind === 'answer' && (message.open || message.id === stoppedId));
    if (at < 1) return;
    const {id, text, open: left, goesOn} = messages[at] as Answer; // an answer stands below its question
    const open = left ?? goesOn;
    if (!open) return;
    const answerId = stoppedId ? randomHex(16) : id; // what is drawn of an answer that was over does not grow
    const follows = isShared && !stoppedId;
    const mine = beginTurn({id: open.key, n: 1, startedMs: now(), answerId, text, told: true, follows});
    mine.rest = () => open.rest;
    if (document.hidden) mine.turn.visibility({hidden: true}, now());
    changeAnswer(id, () => ({
      ...{id: answerId, open: undefined, goesOn: undefined, problem: undefined},
      ...(stoppedId && {state: 'streaming'}),
    }));
    begin(mine, {
      post: core.createPost(mine, messages[at - 1] as Question),
      response: undefined,
      preflightFree: talk.preflightFree(),
    });
  }

  /** Tells a Firstword server that nobody waits for an answer any more; others see the connection close. */
  async function tellServer(key: string): Promise<void> {
    if (!talk.isFirstword()) await talk.hello();
    if (!talk.isFirstword()) return;
    const body = writeStop(key, core.conversationId);
    await talk.post({body, fw: {key}, keepalive: true}).catch(() => undefined); // it stops by itself when nobody reads
  }

  function leave(called: Running | undefined, left: Left): void {
    // who called before this was loaded knew nothing of an answer that has been read on since
    const running = called ?? (core.running?.told ? core.running : undefined);
    core.contract?.dropLate();
    if (left === 'forget') withInstant((instant) => instant.forget());
    if (!running) return;
    const isGone = left === 'pagehide';
    if (running.follows) {
      if (isGone) return; // the tab that reads it goes on
      others.stop(running.id, left); // that tab tells the server
    } else if (!isGone) void tellServer(running.id);
    const next: Partial<Answer> = isGone ? {state: 'cut', problem: 'cut'} : {state: 'stopped'};
    if (isGone || left === 'resubmit') settle(running, {outcome: 'abandoned', left, next});
    else settle(running, {outcome: 'stopped', kind: 'stop', left: 'stop', next});
  }

  withInstant((instant) => instant.join(core));
  void warmVendors();
  // other tabs may have gone on before this one could hear of it
  if (isShared && !core.running) {
    goOn();
    others.catchUp();
  }
  return {
    begin,
    give,
    goOn,
    leave,
    retry(answerId, startedMs, again) {
      const {messages} = state();
      const at = messages.findIndex(({id}) => id === answerId);
      const question = messages[at - 1];
      if (question?.kind !== 'question') return;
      if (again === 'rejected') core.instant?.reject(question.text);
      leave(core.running, 'resubmit');
      const answer = waitingAnswer(Date.now());
      change({messages: state().messages.with(at, answer)});
      core.ask({question, answer, startedMs, again});
    },
    visibility(seen) {
      leaving = seen === 'leaving';
      if (leaving) return;
      // an answer on its way is kept as one, for the next page to read on; browsers may hide a page that is gone already;
      // without one another tab may have kept more than this one has heard of
      const isOwn = core.running || !isShared;
      if (seen !== 'visible' && !gone && isOwn) keeper.keep();
      gone ||= seen === 'gone';
      if (seen === 'gone') leave(core.running, 'pagehide');
      else core.running?.turn.visibility({hidden: seen === 'hidden'}, now());
      if (seen !== 'visible') records.leave(core.running);
    },
    consent(answer) {
      records.consent(answer);
      withInstant((instant) => instant.consent(answer));
    },
  };
}

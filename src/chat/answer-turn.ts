import type {Ending} from '../latency/index.ts';
import type {DeclaredProtocol} from '../protocol/index.ts';
import type {Endpoint} from '../stream/index.ts';
import type {Others} from './others.ts';
import {judge} from './problem.ts';
import {type Again, runTurn} from './run-turn.ts';
import type {Running} from './running.ts';
import type {Answer, ChatEvent} from './state.ts';
import type {Store} from './store.ts';
import type {Vendors} from './vendors.ts';

/** How a turn ends: for the record, on screen, and as an event. */
export type Settling = Ending & {next: Partial<Answer>; kind?: 'complete' | 'stop' | 'error'};

/** A question that was asked, and the chat that it was asked in. */
export interface Asking extends Pick<Store, 'changeAnswer'> {
  protocol: DeclaredProtocol;
  emit: (event: ChatEvent) => void;
  /** Calls back once what was drawn is on screen, with the instant; with undefined when nobody can see it. */
  afterPaint: (done: (nowMs: number | undefined) => void) => void;
  mine: Running;
  conversationId: string;
  endpoint: Endpoint;
  /** The response, already on its way; undefined where the answer began on the page before this one. */
  response: Promise<Response> | undefined;
  others: Others;
  /** Keeps the conversation. */
  keep: () => void;
  /** Posts the question another time. */
  post: (again: Again) => Promise<Response>;
  preflightFree: boolean;
  deadlineMs: Promise<number>;
  now: () => number;
  /** Passes text on to whoever draws it. */
  onText: (text: string) => void;
  /** Waits while the page may be going: a browser that leaves a page ends its requests first. */
  stay: () => Promise<void>;
  /** Finds out more about why an attempt failed. */
  explain: (cause: unknown) => Promise<unknown>;
  loadVendors: () => Promise<Vendors>;
  /** Ends the turn, if it has not ended yet. */
  settle: (how: Settling) => void;
}

/** Reads the answer to a question, shows what comes as it comes, and ends the turn. Never rejects. */
export async function answerTurn(asking: Asking): Promise<void> {
  const {mine, emit, changeAnswer, afterPaint, stay, settle, others} = asking;
  const {turn, startedMs, id: turnId, answerId} = mine;
  const {signal} = mine.abort;

  function takeText(text: string, nowMs: number): void {
    const isFirst = !mine.text;
    if (!mine.follows) others.tell(mine, {at: mine.text.length, text});
    mine.text += text;
    if (isFirst) changeAnswer(answerId, () => ({state: 'streaming'}));
    asking.onText(text);
    if (!isFirst) return;
    afterPaint((paintedMs) => {
      if (paintedMs) turn.mark('paint', paintedMs);
      emit({kind: 'firsttoken', turnId, ms: (paintedMs ?? nowMs) - startedMs});
    });
  }

  const show = (text: string) => takeText(text, asking.now());
  try {
    const claimed = others.claim(mine, show);
    if (mine.follows) await claimed;
    else {
      // other tabs hear of a turn by what is kept: by then its place is held, or cannot be
      const keep = () => signal.aborted || asking.keep();
      claimed.then(keep, keep);
    }
    const begun = mine.told ? others.catchUp() : undefined;
    signal.throwIfAborted();
    mine.follows = false;
    if (mine.told && !begun) return settle({outcome: 'cut', error: 'stream-cut', next: {state: 'cut', problem: 'cut'}});
    const how = await runTurn({
      ...asking,
      begun,
      turn,
      signal,
      text: () => mine.text,
      untilMs: async () => startedMs + (await asking.deadlineMs),
      onText: takeText,
      onRest(next) {
        mine.rest = next;
      },
      onDoing(doing, nowMs) {
        changeAnswer(answerId, () => ({doing}));
        afterPaint((paintedMs) => turn.mark('status', paintedMs ?? nowMs));
      },
      onTerms(terms) {
        mine.terms = terms;
      },
      onSource(source) {
        changeAnswer(answerId, ({sources}) =>
          sources.some((known) => known.id === source.id) ? {} : {sources: [...sources, source]},
        );
      },
    });
    const outcome = how === 'finish' ? 'complete' : 'stopped';
    settle({outcome, next: {state: outcome}, kind: how === 'finish' ? 'complete' : 'stop'});
  } catch (cause) {
    await stay();
    if (signal.aborted) return; // it has ended otherwise
    const {problem, state, ending, ...facts} = judge(cause);
    emit({kind: 'trouble', problem, ...facts});
    settle({...ending, next: {state, problem}, kind: 'error'});
  }
}

import type {Resume} from '../protocol/index.ts';
import type {Asking, Attempting} from './contract.ts';
import {type Finished, runTurn, type Sink} from './run-turn.ts';
import type {Answer} from './state.ts';

/** Reads the answer to a question, shows what comes as it comes, and ends the turn. Never rejects. */
export async function answerTurn(asking: Asking): Promise<void> {
  const {mine, emit, changeAnswer, afterPaint, settle, others, contract} = asking;
  const {turn, startedMs, id: turnId, answerId} = mine;
  const {signal} = mine.abort;
  let begun: Resume | undefined;
  let isSeen = Boolean(mine.text);

  function show(text: string, nowMs: number): void {
    const isFirst = !mine.text;
    if (!mine.follows) others.tell(mine, {at: mine.text.length, text});
    mine.text += text;
    if (isFirst) changeAnswer(answerId, () => ({state: 'streaming'}));
    mine.waiting.progress(nowMs);
    if (asking.onText(text)) see(nowMs);
  }

  /** Marks when the first of the answer is on screen: marks of Markdown, or a link that is not whole, show nothing. */
  function see(nowMs: number): void {
    if (isSeen) return;
    isSeen = true;
    afterPaint((paintedMs) => {
      if (paintedMs) turn.mark('paint', paintedMs);
      emit({kind: 'firsttoken', turnId, ms: (paintedMs ?? nowMs) - startedMs});
    });
  }

  const sink: Sink = {
    onText(text, nowMs) {
      if (mine.late) mine.late = {...mine.late, text: mine.late.text + text};
      else show(text, nowMs);
    },
    onRest(next) {
      mine.rest = next;
    },
    onDoing: (doing) => mine.waiting.doing(doing),
    onTerms(terms) {
      mine.terms = terms;
    },
    onSource(source) {
      const add = ({sources}: Pick<Answer, 'sources'>) =>
        sources.some((known) => known.id === source.id) ? {} : {sources: [...sources, source]};
      if (mine.late) mine.late = {...mine.late, ...add(mine.late)};
      else changeAnswer(answerId, add);
    },
  };

  const read: Attempting['read'] = (more) =>
    runTurn({
      ...asking,
      ...{begun, turn, sink},
      signal: mine.reading.signal,
      again: {attempt: 0},
      text: () => mine.text,
      claim: () => mine.claim(),
      explain: async (cause) => ((await contract())?.explain ?? (() => cause))(cause),
      retryMs: async (cause, retries) => (await contract())?.retryMs(cause, {mine, retries}),
      ...more,
    });

  const attempting: Attempting = {...asking, read, sink, show};

  /** Reads every attempt at an answer that the contract allows. */
  async function readAll(): Promise<Finished> {
    const first = read();
    const none = () => undefined;
    const held = await Promise.race([contract(), first.then(none, none)]);
    return held ? held.hold(attempting, first) : first;
  }

  try {
    const claimed = others.claim(mine, (text) => show(text, asking.now()));
    if (mine.follows) await claimed;
    else {
      // other tabs hear of a turn by what is kept: by then its place is held, or cannot be
      const keep = () => signal.aborted || asking.share();
      claimed.then(keep, keep);
    }
    begun = mine.told ? others.catchUp() : undefined;
    signal.throwIfAborted();
    mine.follows = false;
    if (mine.told && !begun) return settle({outcome: 'cut', error: 'stream-cut', next: {state: 'cut', problem: 'cut'}});
    if (!begun && !asking.response) return (await contract())?.refuse(attempting);
    const how = await readAll();
    if (mine.text) see(asking.now()); // some answers show nothing before their end
    const outcome = how === 'finish' ? 'complete' : 'stopped';
    settle({outcome, next: {state: outcome}, kind: outcome === 'complete' ? 'complete' : 'stop'});
  } catch (cause) {
    await asking.stay();
    if (signal.aborted) return; // it has ended otherwise
    const held = await contract();
    const failed = {
      outcome: 'error',
      error: 'other',
      next: {state: 'failed', problem: 'network'},
      kind: 'error',
    } as const;
    if (held) await held.fail(attempting, cause);
    else settle(failed); // nobody is there to judge it
  }
}

import {type AnswerEvent, createReader} from '../protocol/index.ts';
import {readAnswer, StreamError} from '../stream/index.ts';
import type {MeasuredTurn} from './measure.ts';
import type {AnswerSource} from './state.ts';

/** A question that has been posted, and where what comes goes. */
export interface TurnRun {
  turn: MeasuredTurn;
  protocol: string;
  /** The response, already on its way. */
  response: Promise<Response>;
  /** Posts the question again in the form that every backend reads; absent where it was that form already. */
  postAgain: (() => Promise<Response>) | undefined;
  signal: AbortSignal;
  now: () => number;
  onText: (text: string, nowMs: number) => void;
  onSource: (source: AnswerSource) => void;
}

/**
 * Reads the answer to a question to its end and notes in the turn what happened when.
 *
 * @returns Whether the answer came to its own end (`finish`), or the server stopped it (`abort`).
 * @throws StreamError when there is no answer or not a whole one; the signal's reason when aborted.
 */
export async function runTurn(run: TurnRun): Promise<'finish' | 'abort'> {
  const {turn, signal, now} = run;
  const reader = createReader(run.protocol);
  if (!reader) throw new StreamError('unsupported', {value: run.protocol});
  let how: 'finish' | 'abort' = 'abort';
  let wordless = true;

  function onEvent(event: AnswerEvent, nowMs: number): void {
    const {kind} = event;
    if (kind === 'text' && !event.text) return;
    turn.event(event, nowMs);
    if (kind === 'text') {
      wordless = false;
      run.onText(event.text, nowMs);
    } else if (kind === 'source') run.onSource(event);
    else if (kind === 'error') throw new StreamError('server', {value: event.code, retryAfterMs: event.retryAfterMs});
    else if (kind === 'end') {
      if (event.how === 'error') throw new StreamError('server');
      if (wordless && event.how === 'finish') throw new StreamError('empty');
      how = event.how;
    }
  }

  const read = (response: Promise<Response>) =>
    readAnswer({
      response,
      reader,
      signal,
      now,
      onHead: (headers) => turn.head(headers),
      onChunk(nowMs) {
        turn.mark('byte', nowMs);
        turn.chunk(nowMs);
      },
      onEvent,
    });

  await read(run.response).catch((cause: unknown) => {
    const wrongForm = cause instanceof StreamError && [400, 415, 422].includes(cause.status ?? 0);
    if (!run.postAgain || !wrongForm) throw cause;
    return read(run.postAgain());
  });
  return how;
}

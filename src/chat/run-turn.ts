import {type AnswerEvent, createReader, type FwRequest, type Said, writeQuestion} from '../protocol/index.ts';
import {openAnswer, StreamError} from '../stream/index.ts';
import type {MeasuredTurn} from './measure.ts';
import type {AnswerSource} from './state.ts';

/** What one turn needs, and where what comes goes. */
export interface TurnRun {
  turn: MeasuredTurn;
  endpoint: string;
  protocol: string;
  credentials: RequestCredentials;
  conversationId: string;
  said: readonly Said[];
  fw: FwRequest;
  userToken: string | undefined;
  /** The endpoint is known to be a Firstword server. */
  firstwordServer: boolean;
  signal: AbortSignal;
  now: () => number;
  onFirstwordServer: () => void;
  onText: (text: string, nowMs: number) => void;
  onSource: (source: AnswerSource) => void;
  /** The question was refused in the form without preflight and is asked again with it. */
  onAskedAgain: () => void;
}

/**
 * Asks the endpoint, reads the answer to its end and notes in the turn what happened when.
 *
 * @returns Whether the answer came to its own end (`finish`), or the server stopped it (`abort`).
 * @throws StreamError when there is no answer or not a whole one; the signal's reason when aborted.
 */
export async function runTurn(run: TurnRun): Promise<'finish' | 'abort'> {
  const {turn, signal, now, endpoint, credentials, userToken} = run;
  const reader = createReader(run.protocol);
  if (!reader) throw new StreamError('unsupported', {value: run.protocol});
  const request = writeQuestion(run);
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
    else if (kind === 'error') throw new StreamError('server', {value: event.code});
    else if (kind === 'end') {
      if (event.how === 'error') throw new StreamError('server');
      if (wordless && event.how === 'finish') throw new StreamError('empty');
      how = event.how;
    }
  }

  const once = (preflightFree: boolean) =>
    openAnswer({
      endpoint,
      request,
      reader,
      credentials,
      userToken,
      preflightFree,
      signal,
      now,
      onSent: (nowMs) => turn.mark('sent', nowMs),
      onHead(head, nowMs) {
        turn.head(head, nowMs);
        if (head.firstword) run.onFirstwordServer();
      },
      onChunk(nowMs) {
        turn.mark('byte', nowMs);
        turn.chunk(nowMs);
      },
      onEvent,
    });

  const preflightFree = run.firstwordServer && !userToken && new URL(endpoint).origin !== location.origin;
  await once(preflightFree).catch((cause: unknown) => {
    const wrongForm = cause instanceof StreamError && [400, 415, 422].includes(cause.status ?? 0);
    if (!preflightFree || !wrongForm) throw cause;
    run.onAskedAgain();
    return once(false);
  });
  return how;
}

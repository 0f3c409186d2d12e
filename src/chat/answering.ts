import {writeQuestion, writeStop} from '../protocol/index.ts';
import {explainBlocked} from '../stream/index.ts';
import {answerTurn} from './answer-turn.ts';
import type {Answering} from './chat.ts';
import type {Measure} from './measure.ts';
import {createTabs} from './tabs.ts';

/** What a chat's answering is made of. */
export interface AnsweringOptions {
  /** Absolute URL. */
  endpoint: string;
  /** Is loaded beside it; rejects where it cannot be loaded. */
  measure: Promise<Measure>;
  /** Ends listening to the page. */
  signal: AbortSignal;
}

/** Makes what a chat needs once a question has been posted. */
export function createAnswering({endpoint, measure, signal}: AnsweringOptions): Answering {
  const explain = explainBlocked({endpoint, signal});
  const deadlineMs = measure.then(
    (arrived) => arrived.deadlineMs,
    () => 0,
  );
  return {
    writeQuestion,
    writeStop,
    answerTurn: (asking) => answerTurn({...asking, explain}),
    createTabs,
    measure,
    deadlineMs,
  };
}

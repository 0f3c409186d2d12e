import {writeQuestion} from '../protocol/index.ts';
import {explainBlocked} from '../stream/index.ts';
import type {Answering} from './chat.ts';
import type {Measure} from './measure.ts';
import {createTurns} from './turns.ts';

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
  return {writeQuestion, createTurns: (core) => createTurns(core, {measure, explain})};
}

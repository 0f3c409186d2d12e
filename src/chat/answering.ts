import {writeQuestion, writeStop} from '../protocol/index.ts';
import {answerTurn} from './answer-turn.ts';
import type {Answering} from './chat.ts';
import type {Measure} from './measure.ts';
import {createTabs} from './tabs.ts';

/** Makes what a chat needs once a question has been posted. */
export function createAnswering(measure: Promise<Measure>): Answering {
  const deadlineMs = measure.then(
    (arrived) => arrived.deadlineMs,
    () => 0,
  );
  return {writeQuestion, writeStop, answerTurn, createTabs, measure, deadlineMs};
}

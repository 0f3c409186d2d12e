import {writeQuestion, writeStop} from '../protocol/index.ts';
import type {Answering} from './chat.ts';
import {createMeasure, type MeasureOptions} from './measure.ts';
import {judge} from './problem.ts';
import {runTurn} from './run-turn.ts';

/** Makes what a chat needs once a question has been posted. */
export function createAnswering(options: MeasureOptions): Answering {
  return {writeQuestion, writeStop, runTurn, judge, measure: createMeasure(options)};
}

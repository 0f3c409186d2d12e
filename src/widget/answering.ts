import {type Answering, createMeasure, judge, type MeasureOptions, runTurn} from '../chat/index.ts';
import {ownerLine} from './owner-lines.ts';

export {ownerLine};

/** Makes what a chat needs once a question has been posted. */
export function createAnswering(options: MeasureOptions): Answering {
  return {runTurn, judge, measure: createMeasure(options)};
}

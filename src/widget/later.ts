import {createMeasure, judge, type Later, type MeasureOptions} from '../chat/index.ts';
import {ownerLine} from './owner-lines.ts';

export {ownerLine};

/** Makes what a chat needs once a question has been sent: measuring, and judging what went wrong. */
export function createLater(options: MeasureOptions): Later {
  return {measure: createMeasure(options), judge};
}

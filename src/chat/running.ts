import type {MeasuredTurn} from './measure.ts';
import {createStandIn, type StandIn} from './stand-in.ts';

/** A turn on its way, or one that ended before it could be measured. */
export interface Running {
  id: string;
  n: number;
  startedMs: number;
  measured: StandIn<MeasuredTurn>;
  turn: MeasuredTurn;
  abort: AbortController;
  answerId: string;
  text: string;
  /** Its last words have been painted, or nobody could see them. */
  closed: boolean;
}

/** Begins a turn that is not measured yet: what happens to it is noted until a measure arrives. */
export function beginTurn(start: Pick<Running, 'id' | 'n' | 'startedMs' | 'answerId'>): Running {
  const measured = createStandIn<MeasuredTurn>();
  return {...start, measured, turn: measured.proxy, abort: new AbortController(), text: '', closed: false};
}

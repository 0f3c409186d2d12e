import type {Rest} from '../stream/index.ts';
import type {MeasuredTurn} from './measure.ts';
import {createStandIn, type StandIn} from './stand-in.ts';

/** A turn on its way, or one that ended before it could be measured. */
export interface Running {
  /** The idempotency key of every attempt at it. */
  id: string;
  n: number;
  startedMs: number;
  measured: StandIn<MeasuredTurn>;
  turn: MeasuredTurn;
  abort: AbortController;
  answerId: string;
  text: string;
  /** How to ask for what follows its text, should this page go. */
  rest: Rest;
  /** On which terms the answer may be given again, where it may. */
  terms?: unknown;
  /** It goes on from the page before this one, which has told how it went. */
  told: boolean;
  /** Another tab may still be reading it: this one shows what that tab reads, and keeps nothing. */
  follows: boolean;
  /** Its last words have been painted, or nobody could see them. */
  closed: boolean;
}

/** Begins a turn that is not measured yet: what happens to it is noted until a measure arrives. */
export function beginTurn(
  start: Pick<Running, 'id' | 'n' | 'startedMs' | 'answerId'> & Partial<Pick<Running, 'text' | 'told' | 'follows'>>,
): Running {
  const measured = createStandIn<MeasuredTurn>();
  return {
    text: '',
    rest: () => undefined,
    told: false,
    follows: false,
    ...start,
    measured,
    turn: measured.proxy,
    abort: new AbortController(),
    closed: false,
  };
}

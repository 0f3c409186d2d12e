import type {Waiting} from '../latency/index.ts';
import type {Taken} from '../prefetch/index.ts';
import type {Rest} from '../stream/index.ts';
import type {MeasuredTurn} from './measured-turn.ts';
import type {Finished} from './run-turn.ts';
import {createStandIn, type StandIn} from './stand-in.ts';
import type {Answer, Words} from './state.ts';

/** Why a turn ends before its answer does: another question, the page goes, the visitor stopped it or erases all. */
export type Left = 'resubmit' | 'pagehide' | 'stop' | 'forget';

/** A turn on its way, or one that ended before it could be measured. */
export interface Running {
  /** The idempotency key of every attempt at it. */
  id: string;
  n: number;
  startedMs: number;
  /** Declared for this turn alone, as `data-budget` writes it. */
  budget?: string | undefined;
  /** What was looked up ahead of its question. */
  ahead?: Taken | undefined;
  measured: StandIn<MeasuredTurn>;
  turn: MeasuredTurn;
  held: StandIn<Waiting<Words>>;
  /** What keeps its wait from being silent. */
  waiting: Waiting<Words>;
  /** The turn is over. */
  abort: AbortController;
  /** Nobody wants the first attempt any more: when the turn is over, unless it may still come late. */
  reading: AbortController;
  /** How the first attempt ends, while it has not. */
  first?: Promise<Finished> | undefined;
  /** The first attempt has its first word; throws where another attempt had it before. */
  claim: () => void;
  answerId: string;
  text: string;
  /** What comes of the model's answer when something else has answered. */
  late?: Pick<Answer, 'text' | 'sources'> | undefined;
  /** How often it was asked already, whatever for. */
  attemptCount: number;
  /** Whether it was asked twice at once; what was is not asked again after a failure, and the other way round. */
  isHedged?: boolean;
  /** Something else than the model is about to answer. */
  isFalling?: boolean;
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

/** Begins a turn that is neither measured nor held to anything yet: what happens to it is noted until that arrives. */
export function beginTurn(
  start: Pick<Running, 'id' | 'n' | 'startedMs' | 'answerId'> &
    Partial<Pick<Running, 'text' | 'told' | 'follows' | 'budget' | 'ahead'>>,
): Running {
  const measured = createStandIn<MeasuredTurn>();
  const held = createStandIn<Waiting<Words>>();
  const begun: Running = {
    text: '',
    rest: () => undefined,
    told: false,
    follows: false,
    ...start,
    measured,
    turn: measured.proxy,
    held,
    waiting: held.proxy,
    abort: new AbortController(),
    reading: new AbortController(),
    claim: () => undefined,
    attemptCount: 1,
    closed: false,
  };
  begun.abort.signal.addEventListener('abort', () => begun.late || begun.reading.abort());
  return begun;
}

import type {TurnRecord} from '../latency/index.ts';
import type {Said} from '../protocol/index.ts';
import type {ChatEvent} from './state.ts';

/** Names of what the page hears of a chat, each as `firstword:<name>` on `window`. */
export type EventName =
  | 'ready'
  | 'open'
  | 'close'
  | 'send'
  | 'firsttoken'
  | 'complete'
  | 'stop'
  | 'fallback'
  | 'hedge'
  | 'faq'
  | 'budget'
  | 'error'
  | 'feedback'
  | 'turn';

/** What an event tells beside its name: of `turn` the whole record, of the others facts without any text. */
export type EventDetail<N extends EventName> = N extends 'turn'
  ? TurnRecord
  : [Facts<N>] extends [never]
    ? object
    : Readonly<Omit<Facts<N>, 'kind'>>;

type Facts<N extends EventName> = Extract<ChatEvent, {kind: N}>;

/** A conversation on its way to a person. */
export interface Handoff {
  /** What was said so far, oldest first. */
  messages: readonly Said[];
  /** The turn after which the visitor asked for a person; undefined where nothing was asked before. */
  turnId: string | undefined;
}

/** Takes over a conversation; called only when the visitor chooses to be handed over. */
export type OnHandoff = (handoff: Handoff) => void;

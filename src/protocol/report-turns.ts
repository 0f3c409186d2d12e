import type {Milestone, Outcome, TurnRecord} from '../latency/index.ts';

/** One stage of a turn, placed on the turn's own clock. */
export interface PlacedStage {
  /** The stage's name. */
  stage: string;
  ms: number;
  /** Its start; absent where that is not known. */
  atMs?: number;
  budgetMs?: number;
  /** Whether it took longer than its budget. */
  over: boolean;
  /** How it ended, where that was told. */
  state?: NonNullable<TurnRecord['stages']>[number]['st'];
  /** Where its time comes from. */
  from?: NonNullable<TurnRecord['stages']>[number]['src'];
}

/** One turn with all that its record holds, which is no word of a conversation. */
export interface TurnDetail {
  /** The record's own id. */
  id: string;
  /** When the visitor asked, by the collector's clock, epoch ms. */
  turnAt: number;
  /** Name of the site that sent it. */
  site: string;
  /** Whether a program made it up. */
  simulated: boolean;
  /** Of the page: its route template, the kind of device, the connection. */
  page: {route?: string; device?: string; net?: string};
  /** How it ended; a snapshot that nothing followed for 30 minutes is abandoned. */
  outcome: Outcome;
  /** The end of the axis on which it is drawn. */
  wholeMs: number;
  /** The instants that it reached, in their order. */
  milestones: {name: Milestone; ms: number}[];
  stages: PlacedStage[];
  /** As it was stored. */
  record: TurnRecord;
}

/** The newest turns of a window. */
export interface TurnsReport {
  /** Newest first, TURNS_SHOWN_COUNT at most. */
  turns: TurnDetail[];
}

/** The most turns that the report shows. */
export const TURNS_SHOWN_COUNT = 50;

/** The most turns that one file holds: the newest. */
export const EXPORT_LIMIT_COUNT = 100_000;

/** How turns end, as a list can be narrowed to it. */
export const OUTCOMES = [
  'complete',
  'partial',
  'cut',
  'fallback',
  'abandoned',
  'stopped',
  'error',
  'offline',
  'open',
] as const satisfies readonly Outcome[];

/** What lists of turns can be narrowed to, and no figure: how they ended, and whether they exceeded a budget. */
export interface TurnsAsked {
  outcome?: Outcome;
  /** Only those over a budget. */
  over?: true;
}

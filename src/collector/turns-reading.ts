import type {Outcome, TurnRecord} from '../latency/index.ts';

/** How many turns there are. */
export interface CountsReading {
  turnCount: number;
  /** Made up by a program. */
  simulatedCount: number;
}

/** The most turns that one reading of a long list gives. */
export const LIST_PAGE_COUNT = 2000;

/** Turns as they are stored, newest first. */
export interface TurnsReading {
  rows: {
    id: string;
    turnAt: number;
    site: string;
    pageId: string;
    pageRoute?: string | undefined;
    device?: string | undefined;
    net?: string | undefined;
    outcome: Outcome;
    record: TurnRecord;
  }[];
}

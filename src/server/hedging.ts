import {HONEST_COUNT, percentile, roundMs} from '../latency/index.ts';
import type {HedgeTerms} from '../protocol/index.ts';
import type {TurnSpan} from './observe.ts';

/** How many turns back second attempts are counted, and first-token times kept. */
export const HEDGE_TURN_COUNT = 1_000;

/** The most of those turns that may have had a second attempt. */
export const HEDGE_LIMIT_SHARE = 0.05;

/** Second attempts come no sooner than this after the first, in ms: they cost a model's work. */
export const HEDGE_FLOOR_MS = 400;

/** What is told of an attempt that ended. */
export type HedgedSpan = Pick<
  TurnSpan,
  'hedge' | 'cache' | 'renewal' | 'outcome' | 'code' | 'firstTokenMs' | 'totalMs'
>;

/** What a handler knows of second attempts. */
export interface Hedging {
  /** Counts a turn that begins. */
  begin(): void;
  /** Whether a second attempt may be made now; counts it when it may. */
  admit(): boolean;
  /** Takes the time of an attempt that ended. */
  note(span: HedgedSpan): void;
  /** Tells pages whether second attempts are welcome, and after how long. */
  report(): HedgeTerms;
}

/**
 * Creates the memory of second attempts (hedges), over all routes. One is admitted while it is the only one among the
 * last thousand turns, or with it they are at most five of a hundred: the very first can happen, and an outage, in which
 * every page wants one, gets no storm. It is welcome after the 95th percentile of the first-token times, as soon as there
 * are turns enough to tell it.
 *
 * An attempt that was given up before its first token counts with the time that it had: without it the percentile would
 * fall with every hedge that won, and so bring more of them. Second attempts themselves do not count, nor kept answers, nor
 * what nobody waits for.
 *
 * @param options.isAllowed - False where none is ever welcome.
 * @param options.floorMs - The shortest time that is told; default HEDGE_FLOOR_MS.
 * @see J. Dean, L. A. Barroso, "The Tail at Scale", Communications of the ACM 56 (2013)
 */
export function createHedging({isAllowed, floorMs = HEDGE_FLOOR_MS}: {isAllowed: boolean; floorMs?: number}): Hedging {
  const hedged: boolean[] = []; // of each turn, the oldest first
  const waitsMs: number[] = [];
  const fewest = HONEST_COUNT.get(0.95)?.shown ?? 1;
  let hedgeCount = 0;

  const isAdmitted = () => isAllowed && hedgeCount + 1 <= Math.max(1, Math.floor(hedged.length * HEDGE_LIMIT_SHARE));

  return {
    begin() {
      hedged.push(false);
      if (hedged.length > HEDGE_TURN_COUNT && hedged.shift()) hedgeCount--;
    },
    admit() {
      const turn = hedged.lastIndexOf(false);
      if (turn < 0 || !isAdmitted()) return false;
      hedged[turn] = true;
      hedgeCount++;
      return true;
    },
    note({hedge, cache, renewal, outcome, code, firstTokenMs, totalMs}) {
      const gaveUp = outcome === 'abandoned' || code === 'deadline';
      const waitMs = firstTokenMs ?? (gaveUp ? totalMs : undefined);
      const isKept = cache !== undefined && cache !== 'none';
      if (hedge || isKept || renewal || waitMs === undefined) return;
      waitsMs.push(waitMs);
      if (waitsMs.length > HEDGE_TURN_COUNT) waitsMs.shift();
    },
    report() {
      if (!isAdmitted()) return {allowed: false};
      const sorted = waitsMs.toSorted((a, b) => a - b);
      const p95 = sorted.length < fewest ? undefined : percentile(sorted, 0.95);
      return p95 === undefined ? {allowed: true} : {allowed: true, afterMs: roundMs(Math.max(floorMs, p95))};
    },
  };
}

import type {TurnRecord} from '../latency/index.ts';
import {createAt, number} from './fields.ts';

/** What a backend says of second attempts at a turn. */
export interface HedgeTerms {
  /** Whether they are welcome now. */
  allowed: boolean;
  /** How long after the first, in ms; absent where the backend cannot say. */
  afterMs?: number | undefined;
}

/** What answers in the model's place, and why, in the record's words. */
export type FallbackFacts = Pick<NonNullable<TurnRecord['fallback']>, 'why' | 'kind'>;

const FALLBACK_CAUSES = ['deadline-token', 'deadline-done', 'error', 'offline', 'overload', 'breaker'] as const;

const FALLBACK_KINDS = ['faq', 'route', 'cached', 'partial', 'contact', 'message'] as const;

/**
 * Reads what a backend says of second attempts, in hello or in a `data-fw-hedge` part; undefined where it does not say
 * whether they are welcome. What is no positive number of ms is left out.
 */
export function readHedge(hedge: unknown): HedgeTerms | undefined {
  const at = createAt(hedge);
  const allowed = at('allowed');
  if (typeof allowed !== 'boolean') return undefined;
  const afterMs = number(at('afterMs')) ?? 0;
  return afterMs > 0 ? {allowed, afterMs} : {allowed};
}

/** Reads a `data-fw-fallback` part; undefined where one of its words is not known. */
export function readFallback(fallback: unknown): FallbackFacts | undefined {
  const at = createAt(fallback);
  const why = FALLBACK_CAUSES.find((known) => known === at('why'));
  const kind = FALLBACK_KINDS.find((known) => known === at('kind'));
  return why && kind && {why, kind};
}

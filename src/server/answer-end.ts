import {roundMs} from '../latency/index.ts';
import type {PublicTerms} from './answer-cache.ts';
import type {Part} from './event-log.ts';
import {FAILURE_WORDS, type Failure} from './failure.ts';
import type {TurnSpan} from './observe.ts';
import type {HandedOver, Relayed} from './relay.ts';

/** How an answer ended. */
export type Ended =
  | {outcome: 'complete'; relayed: Relayed}
  | {outcome: 'stopped' | 'abandoned'}
  | ({outcome: 'error'} & Failure);

/** Says how the stages end that still run when an answer does. */
export function settleAs(ended: Ended) {
  if (ended.outcome !== 'error') return 'skipped';
  return ended.code === 'deadline' ? 'timeout' : 'error';
}

/**
 * Writes the last parts of an answer.
 *
 * @param options.route - There when another route answered than its start said.
 * @param options.terms - There when the answer may be given again.
 */
export function writeEnd(
  ended: Ended,
  options: {
    totalMs: number;
    stages: Record<string, number>;
    route?: string | undefined;
    terms?: PublicTerms | undefined;
  },
): Part[] {
  const {totalMs, stages, route, terms} = options;
  switch (ended.outcome) {
    case 'complete': {
      const {finishReason, usage} = ended.relayed;
      const {inputTokens, outputTokens, totalTokens} = usage;
      const cachedTokens = usage.inputTokenDetails.cacheReadTokens;
      const fw = {totalMs, stages, cachedTokens, route};
      return [
        ...(terms ? [{type: 'data-fw-cache', data: terms}] : []),
        {type: 'finish', finishReason, messageMetadata: {usage: {inputTokens, outputTokens, totalTokens}, fw}},
      ];
    }
    case 'error': {
      const {code, retryable, retryAfterMs} = ended;
      return [
        {type: 'data-fw-error', data: {code, retryable, retryAfterMs}},
        {type: 'error', errorText: FAILURE_WORDS[code]},
      ];
    }
    default:
      return [{type: 'abort', reason: ended.outcome}];
  }
}

/** Writes how an answer ended into its span, with what it cost. */
export function writeOutcome(ended: Ended): Partial<TurnSpan> & Pick<TurnSpan, 'outcome'> {
  switch (ended.outcome) {
    case 'complete': {
      const {inputTokens, outputTokens, inputTokenDetails} = ended.relayed.usage;
      return {
        outcome: ended.outcome,
        ...some('inputTokenCount', inputTokens),
        ...some('outputTokenCount', outputTokens),
        ...some('cachedTokenCount', inputTokenDetails.cacheReadTokens),
      };
    }
    case 'error':
      return {outcome: ended.outcome, code: ended.code, ...some('providerStatus', ended.providerStatus)};
    default:
      return {outcome: ended.outcome};
  }
}

/** Writes a field, unless its value is unknown. */
export function some<K extends string>(key: K, value: number | undefined): {[P in K]?: number} {
  return (value === undefined ? {} : {[key]: value}) as {[P in K]?: number}; // computed keys lose their name in the type
}

/** Writes what it cost that a model handed the question over. */
export function writeEscalated(from: string, {lostMs, lost}: HandedOver): NonNullable<TurnSpan['escalated']> {
  return {
    ...{from, lostMs: roundMs(lostMs)},
    ...some('inputTokenCount', lost.inputTokenCount),
    ...some('outputTokenCount', lost.outputTokenCount),
  };
}

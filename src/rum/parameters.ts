import type {TurnRecord} from '../latency/index.ts';

/** The names of all parameters of analytics events, at most 40 characters each: an event of GA4 takes 25 of them. */
export const PARAMETERS = [
  'turn_id',
  'route',
  'prompt_class',
  'source',
  'outcome',
  'ttft_ms',
  'complete_ms',
  'waited_ms',
  'silence_ms',
  'over_budget',
  'slowest_stage',
  'slowest_ms',
  'cache',
  'prefetch',
  'hedge',
  'fallback',
  'tokens',
  'stalls',
  'buffered',
  'arm',
  'feedback',
] as const;

type Value = string | number | boolean;

/** EventParameters of one event: flat, numbers whole and finite, texts of 1 to MAX_VALUE_LENGTH characters. */
export type EventParameters = Readonly<Partial<Record<(typeof PARAMETERS)[number], Value>>>;

/** The longest value that GA4 takes, in characters: it cuts longer ones. */
export const MAX_VALUE_LENGTH = 100;

/** Takes away half a character at the end of a text that was cut. */
const HALF = /[\uD800-\uDBFF]$/;

/** Writes a turn that has ended, on a page with this route template. What is not known of it has no parameter. */
export function writeTurn(record: TurnRecord, route: string): EventParameters {
  const {t, stages = [], stream, hidden, waited, over = []} = record;
  const slowest = stages.length > 0 ? stages.reduce((most, stage) => (stage.ms > most.ms ? stage : most)) : undefined;
  return makeFit({
    turn_id: record.id,
    route,
    prompt_class: record.class,
    source: record.source,
    outcome: record.outcome,
    ttft_ms: t.paint,
    // of a turn that was left or failed the end is no completion, and a hidden page is no measure of one
    complete_ms: waited === undefined && !hidden ? t.done : undefined,
    waited_ms: waited,
    silence_ms: record.silence,
    over_budget: joined(over) || 'none',
    slowest_stage: slowest?.s,
    slowest_ms: slowest?.ms,
    cache: record.cache?.hit,
    prefetch: record.prefetch?.r,
    hedge: record.hedge?.won,
    fallback: record.fallback?.kind,
    tokens: stream?.tokens,
    stalls: stream?.stalls,
    buffered: BUFFERED[stream?.verdict ?? 'unknown'],
    arm: writeArms(record.arms),
  });
}

/** Writes arms as `experiment=arm`, separated by `|`. */
export const writeArms = (arms: TurnRecord['arms']): string =>
  joined(Object.entries(arms ?? {}).map(([name, arm]) => `${name}=${arm}`));

/** Whether something between backend and page held tokens back; of a single chunk, or of none, nobody can say. */
const BUFFERED: Readonly<Partial<Record<string, boolean>>> = {streamed: false, buffered: true, chunked: true};

/** Joins as many as stand whole in one value. */
function joined(items: readonly string[]): string {
  const all = items.join('|');
  return all.length > MAX_VALUE_LENGTH && items.length > 1 ? joined(items.slice(0, -1)) : all;
}

/** Parameters before they are made to fit: undefined where something is not known. */
export type Known = Readonly<{[Name in keyof EventParameters]: Value | undefined}>;

/** Makes values fit, whatever they are, and leaves out those that say nothing. */
export function makeFit(values: Known): EventParameters {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): [string, Value][] => {
      if (typeof value === 'string') {
        const text = value.slice(0, MAX_VALUE_LENGTH).replace(HALF, '');
        return text ? [[name, text]] : [];
      }
      if (typeof value === 'number') return Number.isFinite(value) ? [[name, Math.round(value)]] : [];
      return typeof value === 'boolean' ? [[name, value]] : [];
    }),
  );
}

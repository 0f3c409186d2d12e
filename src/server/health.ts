import {HONEST_COUNT, percentile, roundMs} from '../latency/index.ts';
import type {TurnSpan} from './observe.ts';
import type {SpeculationReport} from './speculation.ts';
import {SERVER_VERSION} from './version.ts';

/** How many turns the figures of `/health` look back at most, per route. */
export const HEALTH_TURN_COUNT = 1_000;

/** What `GET {endpoint}/health` says. */
export interface Health {
  /** False when the model lacks what it needs to be asked. */
  ok: boolean;
  /** Version of the server kit. */
  version: string;
  /** Turns whose first text a model said, and the 95th percentile of its time; absent while too few to say. */
  routes: Record<string, {p95Ms?: number; count: number}>;
  /** What keeping answers brings; absent while no question was looked for. */
  cache?: CacheHealth;
  /** What was looked up while questions were written, visits without a question among them; absent without `retrieve`. */
  contexts?: SpeculationReport;
}

/** Questions for which a kept answer was looked for, the latest thousand. */
export interface CacheHealth {
  /** How many they were. */
  count: number;
  /** The part of them that was answered by a kept one. */
  hitShare: number;
  /** Medians of the whole time with a kept answer and without; absent while too few to say. */
  hitP50Ms?: number;
  missP50Ms?: number;
  /** By what part the one is below the other. */
  lessShare?: number;
}

/** Creates the memory of first-token times that `/health` reports from. */
export function createHealth(): {note(span: TurnSpan): void; report(state: {ok: boolean}): Health} {
  const firstTokens = new Map<string, number[]>();
  const looked: Looked[] = [];
  const fewest = HONEST_COUNT.get(0.95)?.shown ?? 1;
  return {
    note({route, firstTokenMs, cache, totalMs, outcome, renewal}) {
      if (renewal) return;
      const isHit = cache !== undefined && cache !== 'none';
      if (cache !== undefined && outcome === 'complete') {
        looked.push({isHit, totalMs});
        if (looked.length > HEALTH_TURN_COUNT) looked.shift();
      }
      if (firstTokenMs === undefined || isHit) return;
      const times = firstTokens.get(route) ?? [];
      firstTokens.set(route, times);
      times.push(firstTokenMs);
      if (times.length > HEALTH_TURN_COUNT) times.shift();
    },
    report({ok}) {
      const routes: Health['routes'] = {};
      for (const [route, times] of firstTokens) {
        const p95 = percentile(
          times.toSorted((a, b) => a - b),
          0.95,
        );
        const shown = times.length >= fewest && p95 !== undefined;
        routes[route] = {count: times.length, ...(shown ? {p95Ms: roundMs(p95)} : {})};
      }
      return {ok, version: SERVER_VERSION, routes, ...(looked.length > 0 ? {cache: weigh(looked)} : {})};
    },
  };
}

interface Looked {
  isHit: boolean;
  totalMs: number;
}

function weigh(looked: readonly Looked[]): CacheHealth {
  const fewest = HONEST_COUNT.get(0.5)?.shown ?? 1;
  const median = (hits: boolean) => {
    const times = looked.filter(({isHit}) => isHit === hits).map(({totalMs}) => totalMs);
    const sorted = times.sort((a, b) => a - b);
    return times.length < fewest ? undefined : percentile(sorted, 0.5);
  };
  const [hitMs, missMs] = [median(true), median(false)];
  return {
    count: looked.length,
    hitShare: looked.filter(({isHit}) => isHit).length / looked.length,
    ...(hitMs === undefined ? {} : {hitP50Ms: roundMs(hitMs)}),
    ...(missMs === undefined ? {} : {missP50Ms: roundMs(missMs)}),
    ...(hitMs === undefined || !missMs ? {} : {lessShare: 1 - hitMs / missMs}),
  };
}

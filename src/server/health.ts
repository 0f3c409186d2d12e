import {HONEST_COUNT, percentile, roundMs} from '../latency/index.ts';
import type {TurnSpan} from './observe.ts';
import {SERVER_VERSION} from './version.ts';

/** How many turns the figures of `/health` look back at most, per route. */
export const HEALTH_TURN_COUNT = 1_000;

/** What `GET {endpoint}/health` says. */
export interface Health {
  /** False when the model lacks what it needs to be asked. */
  ok: boolean;
  /** Version of the server kit. */
  version: string;
  /** Turns whose first text came, and the 95th percentile of its time; absent while too few to say. */
  routes: Record<string, {p95Ms?: number; count: number}>;
}

/** Creates the memory of first-token times that `/health` reports from. */
export function createHealth(): {note(span: TurnSpan): void; report(state: {ok: boolean}): Health} {
  const firstTokens = new Map<string, number[]>();
  const fewest = HONEST_COUNT.get(0.95)?.shown ?? 1;
  return {
    note({route, firstTokenMs}) {
      if (firstTokenMs === undefined) return;
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
      return {ok, version: SERVER_VERSION, routes};
    },
  };
}

import {createHedgeBudget} from '../latency/index.ts';

/** What became of second tries: made, won, and due but not allowed. */
export interface TryCounts {
  madeCount: number;
  wonCount: number;
  deniedCount: number;
}

/**
 * Lets a second try start beside what is late, where the hedge budget allows it, turn after turn; what is ready first
 * counts. Changes `ms`.
 *
 * @param options.secondMs - How long a second try takes.
 * @param options.isSkipped - Above 0 for turns in which nothing is tried.
 * @param options.onWon - Is told of the turns in which the second try was ready first.
 */
export function trySecond(options: {
  ms: Float64Array;
  secondMs: Float64Array;
  afterMs: number;
  isSkipped: Uint8Array;
  onWon?: (turn: number) => void;
}): TryCounts {
  const {ms, secondMs, afterMs, isSkipped, onWon} = options;
  const budget = createHedgeBudget();
  const counts = {madeCount: 0, wonCount: 0, deniedCount: 0};
  for (let turn = 0; turn < ms.length; turn++) {
    if (isSkipped[turn]) continue;
    const firstMs = ms[turn] ?? 0;
    if (firstMs <= afterMs) budget.earn();
    else if (!budget.ask()) counts.deniedCount++;
    else {
      counts.madeCount++;
      const laterMs = afterMs + (secondMs[turn] ?? 0);
      if (laterMs >= firstMs) continue;
      counts.wonCount++;
      ms[turn] = laterMs;
      onWon?.(turn);
    }
  }
  return counts;
}

/** Turns that waited `ms`: by weight, those whose first word then came and those who then left or hid the page. */
export interface WaitStep {
  ms: number;
  shown: number;
  left: number;
}

/** How long visitors wait, counting those who left as still waiting when they did. */
export interface Survival {
  /**
   * Reads a percentile of the wait with its 95 % interval.
   *
   * @param share - 0 to 1.
   * @returns Each value only where the curve reaches it.
   */
  quantile(share: number): {valueMs?: number; lowMs?: number; highMs?: number};
  /** Tells the share of turns (0 to 1) whose first word has come by `ms`. */
  shownShare(ms: number): number;
  /** The longest wait seen, in ms; 0 without any. */
  longestMs: number;
}

/**
 * Estimates the waiting time with abandonment (Kaplan and Meier, "Nonparametric estimation from incomplete
 * observations", 1958; Greenwood's variance, interval on the log(-log) scale). It assumes that those who leave would
 * have waited as long as the others.
 *
 * @param steps - Ascending by `ms`.
 * @param scale - Turns that one unit of weight stands for; 1 for unweighted turns.
 */
export function survival(steps: readonly WaitStep[], scale: number): Survival {
  const timesMs: number[] = [];
  const waiting: number[] = [];
  const lower: number[] = [];
  const upper: number[] = [];
  let atRisk = steps.reduce((sum, step) => sum + step.shown + step.left, 0);
  let share = 1;
  let greenwood = 0;
  let longestMs = 0;
  for (const {ms, shown, left} of steps) {
    longestMs = Math.max(longestMs, ms);
    if (shown > 0) {
      const stillWaiting = Math.max(0, atRisk - shown);
      // sums of weights in floating point do not end at exactly nothing
      share = stillWaiting < 1e-9 * atRisk ? 0 : share * (stillWaiting / atRisk);
      greenwood += share > 0 ? shown / (atRisk * stillWaiting * scale) : 0;
      timesMs.push(ms);
      waiting.push(share);
      const width = share > 0 && share < 1 ? Math.exp((1.959964 * Math.sqrt(greenwood)) / -Math.log(share)) : 1;
      lower.push(share > 0 ? share ** width : 0);
      upper.push(share > 0 ? share ** (1 / width) : (upper.at(-1) ?? 1));
    }
    atRisk -= shown + left;
  }

  const reached = (curve: readonly number[], level: number) => {
    const index = curve.findIndex((value) => value <= level + 1e-12);
    return index < 0 ? undefined : timesMs[index];
  };

  return {
    longestMs,
    quantile(percentile) {
      const valueMs = reached(waiting, 1 - percentile);
      const lowMs = reached(lower, 1 - percentile);
      const highMs = reached(upper, 1 - percentile);
      return {
        ...(valueMs === undefined ? {} : {valueMs}),
        ...(lowMs === undefined ? {} : {lowMs}),
        ...(highMs === undefined ? {} : {highMs}),
      };
    },
    shownShare(ms) {
      let low = 0;
      let high = timesMs.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((timesMs[middle] ?? 0) <= ms) low = middle + 1;
        else high = middle;
      }
      return 1 - (low === 0 ? 1 : (waiting[low - 1] ?? 1));
    },
  };
}

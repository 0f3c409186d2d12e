/** What work ahead of questions came to in this process. */
export interface SpeculationReport {
  /** Contexts that were opened for topics. */
  issued: number;
  /** Those of them that a question used. */
  used: number;
  /** Those that none can use any more: whoever they were for asked about something else, or did not ask. */
  wasted: number;
}

/** The waste above which pages are asked to stop, as a share of what is settled. */
export const MAX_WASTE_SHARE = 0.6;

/** How many contexts the waste is reckoned from, the latest. */
export const WASTE_COUNT = 1_000;
/** From how many on it is. */
export const FEWEST_WASTE_COUNT = 100;

/** After this time what was wasted counts no more, in ms: pages that were asked to stop try again. */
export const WASTE_MEMORY_MS = 3_600_000;

/** Counts contexts, so that what is opened for visits without a question is not hidden. */
export interface Speculation {
  /** One was opened for topics. */
  issue(id: string): void;
  /** A question used one; only the first counts. */
  use(id: string): void;
  /** Whether pages may go on. */
  isWelcome(): boolean;
  report(): SpeculationReport;
}

interface Issued {
  id: string;
  atMs: number;
  isUsed: boolean;
}

/**
 * Creates the count of contexts.
 *
 * @param options.ttlMs - How long one is good for, in ms.
 * @param options.now - Reads a clock in ms.
 */
export function createSpeculation({ttlMs, now}: {ttlMs: number; now: () => number}): Speculation {
  const latest: Issued[] = [];
  const total: SpeculationReport = {issued: 0, used: 0, wasted: 0};
  /** How many of the latest, from the oldest on, are settled and counted. */
  let settledCount = 0;

  const isSettled = ({isUsed, atMs}: Issued) => isUsed || now() - atMs >= ttlMs;

  function settle(): void {
    for (let next = latest[settledCount]; next && isSettled(next); next = latest[settledCount]) {
      settledCount++;
      if (!next.isUsed) total.wasted++;
    }
    const isGone = ({atMs}: Issued) => now() - atMs >= WASTE_MEMORY_MS;
    while (settledCount > WASTE_COUNT || (latest[0] && settledCount > 0 && isGone(latest[0]))) {
      latest.shift();
      settledCount--;
    }
  }

  return {
    issue(id) {
      settle();
      total.issued++;
      latest.push({id, atMs: now(), isUsed: false});
    },
    use(id) {
      settle();
      const open = latest.slice(settledCount).filter(({isUsed}) => !isUsed);
      // one that another process opened stands for one of this process's that is used there
      const used = latest.some((each) => each.id === id && each.isUsed)
        ? undefined
        : (open.find((each) => each.id === id) ?? open[0]);
      if (!used) return;
      used.isUsed = true;
      total.used++;
    },
    isWelcome() {
      settle();
      if (settledCount < FEWEST_WASTE_COUNT) return true;
      const wastedCount = latest.slice(0, settledCount).filter(({isUsed}) => !isUsed).length;
      return wastedCount / settledCount <= MAX_WASTE_SHARE;
    },
    report() {
      settle();
      return {...total};
    },
  };
}

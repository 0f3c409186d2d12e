import type {Store} from './store.ts';

/** How long a collector keeps what, counted from when visitors asked. */
export interface Retention {
  /** Turns, each for itself. */
  turnsKeptMs: number;
  /** Counts by hour, route and prompt class of turns that are no longer there. */
  rollupsKeptMs: number;
}

const DAY_MS = 86_400_000;

/** Keeps turns for 30 days, and what is rolled up of them for 13 months. */
export const RETENTION: Readonly<Retention> = {turnsKeptMs: 30 * DAY_MS, rollupsKeptMs: 396 * DAY_MS};

/** Time from one look at what is too old to the next. */
export const PRUNE_EVERY_MS = 3_600_000;

/** Looks after what a store keeps. */
export interface Pruner {
  /** Looks at once and then every hour; only the first call does anything. */
  begin(): void;
  stop(): void;
}

/**
 * Creates what has a store forget what is too old. Nobody waits for it: what it could not do the next hour does.
 *
 * @param options.onFailed - Runs when a store could not.
 */
export function createPruner(options: {
  store: Pick<Store, 'prune'>;
  retention: Retention | 'off';
  clock: () => number;
  onFailed: (error: unknown) => void;
}): Pruner {
  const {store, retention, clock, onFailed} = options;
  let timer: ReturnType<typeof setInterval> | undefined;
  let isStopped = retention === 'off';

  async function prune({turnsKeptMs, rollupsKeptMs}: Retention): Promise<void> {
    const nowAt = clock();
    try {
      await store.prune({nowAt, turnsBeforeAt: nowAt - turnsKeptMs, rollupsBeforeAt: nowAt - rollupsKeptMs});
    } catch (error) {
      if (!isStopped) onFailed(error);
    }
  }

  return {
    begin() {
      if (isStopped || timer || retention === 'off') return;
      timer = setInterval(prune, PRUNE_EVERY_MS, retention);
      timer.unref();
      prune(retention);
    },
    stop() {
      isStopped = true;
      clearInterval(timer);
    },
  };
}

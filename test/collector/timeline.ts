import {
  BURN_BIN_MS,
  type BurnBin,
  type BurnGroup,
  type Objective,
  type Store,
  type StoredAlert,
} from '../../src/collector/index.ts';

/** One judged turn of a simulated time. */
export interface SimulatedTurn {
  at: number;
  bad: boolean;
  site?: string;
  pageRoute?: string;
  route?: string;
}

const MINUTE_MS = 60_000;

/**
 * Sorts simulated turns so that the groups which a store would read can be had of any whole minute after `startAt`.
 *
 * @returns A function that gives them of the three days up to a moment.
 */
export function createTimeline(options: {
  turns: readonly SimulatedTurn[];
  startAt: number;
  objective: Objective;
}): (nowAt: number) => BurnGroup[] {
  const {turns, startAt, objective} = options;
  const places = Map.groupBy(turns, ({site, pageRoute, route}) => `${site} ${pageRoute} ${route}`);
  const minutes = [...places.values()].map((members) => ({
    site: members[0]?.site ?? 'shop-eu',
    pageRoute: members[0]?.pageRoute,
    route: members[0]?.route,
    byMinute: Map.groupBy(members, ({at}) => Math.ceil((at - startAt) / MINUTE_MS)),
  }));
  return (nowAt) => {
    const now = (nowAt - startAt) / MINUTE_MS;
    return minutes.map(({byMinute, ...place}) => {
      const bins = new Map<number, BurnBin>();
      for (let minute = Math.max(0, now - 4319); minute <= now; minute++) {
        const inside = byMinute.get(minute);
        if (!inside) continue;
        const bin = Math.floor(((now - minute) * MINUTE_MS) / BURN_BIN_MS);
        bins.set(bin, addTo(bins.get(bin), {bin, turns: inside}));
      }
      return {...objective, ...place, budgetMs: 3000, budgetCount: 1, bins: [...bins.values()]};
    });
  };
}

function addTo(before: BurnBin | undefined, {bin, turns}: {bin: number; turns: readonly SimulatedTurn[]}): BurnBin {
  const bad = turns.filter((turn) => turn.bad);
  const badCount = bad.length + (before?.badCount ?? 0);
  const firsts = [before?.firstBadAt, ...bad.map(({at}) => at)].filter((at) => at !== undefined);
  return {
    bin,
    badCount,
    badWeight: badCount,
    validWeight: turns.length + (before?.validWeight ?? 0),
    firstBadAt: firsts.length > 0 ? Math.min(...firsts) : undefined,
  };
}

/** A store of nothing but alerts and the groups that it is given: what a restart finds again is `saved`. */
export function alertStore(groups: (nowAt: number) => BurnGroup[]): {store: Store; saved: Map<string, StoredAlert>} {
  const saved = new Map<string, StoredAlert>();
  const unused = () => Promise.reject(new Error('not asked for here'));
  const store: Store = {
    append: unused,
    totals: unused,
    prune: async () => 0,
    close: () => Promise.resolve(),
    // the only reading that alerts ask for
    read: (async (_: string, {nowAt}: {nowAt: number}) => ({groups: groups(nowAt)})) as unknown as Store['read'],
    alerts: async () => structuredClone([...saved.values()]),
    async saveAlerts(alerts) {
      for (const alert of structuredClone(alerts)) saved.set(alert.id, alert);
    },
  };
  return {store, saved};
}

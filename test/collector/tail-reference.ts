import {
  type BlameReading,
  COLD_STARTS,
  type ReadPart,
  type ReadTail,
  SPLITS,
  type SplitBy,
} from '../../src/collector/blame-reading.ts';
import type {StoredTurn} from '../../src/collector/store.ts';
import {percentile} from '../../src/latency/index.ts';

/** Lays turns out as a store reads them, by looking at each one again for every number. */
export function readByHand(turns: readonly StoredTurn[], binMs: number): BlameReading {
  const seen = turns.filter(({final, hiddenMs}) => final && !hiddenMs);
  const judged = seen.filter(
    ({firstMs, waitedMs = 0, budgetTokenMs}) =>
      budgetTokenMs !== undefined && (firstMs !== undefined || waitedMs > budgetTokenMs),
  );
  const isOver = ({firstMs, waitedMs, budgetTokenMs = 0}: StoredTurn) => (firstMs ?? waitedMs ?? 0) > budgetTokenMs;
  const answered = seen.filter(({firstMs}) => firstMs !== undefined);
  const all = tailByHand(answered, binMs);
  return {
    over: {
      partWeight: weigh(judged.filter(isOver)),
      wholeWeight: weigh(judged),
      squaredWeight: weighSquared(judged),
    },
    all,
    misses: {
      ...tailByHand(
        answered.filter(({source}) => source === 'model'),
        binMs,
      ),
      slow: undefined,
    },
    binMs,
    parts: all.slow
      ? ([...SPLITS, 'bin', 'cold'] as const).flatMap((by) =>
          [...grouped(answered, (turn) => nameOf(turn, by, binMs))].map(([name, group]) => ({
            by,
            name,
            weight: weigh(group),
          })),
        )
      : [],
  };
}

function tailByHand(turns: readonly StoredTurn[], binMs: number): ReadTail {
  const sorted = turns.toSorted((a, b) => ms(a) - ms(b));
  const weight = weigh(sorted);
  const weighted = sorted.some((turn) => turn.weight !== 1);
  const count = weighted ? weight ** 2 / weighSquared(sorted) : sorted.length;
  const at = (part: number) => {
    const upto = (index: number) => weigh(sorted.slice(0, index + 1));
    return ms(sorted.find((_, index) => upto(index) >= part * weight * (1 - 1e-12)) ?? sorted[0]);
  };
  const quantile = (share: number) => (weighted ? at(share) : (percentile(sorted.map(ms), share) ?? 0));
  const rank = (one: number) => {
    const bounded = Math.min(count, Math.max(1, one));
    return weighted ? at(bounded / count) : ms(sorted[bounded - 1]);
  };
  const around = Math.max(50, 0.0025 * count);
  const edges = {
    middleLow: quantile(0.45),
    middleHigh: quantile(0.55),
    slow95: quantile(0.95),
    slow99: quantile(0.99),
    around95Low: rank(Math.ceil(0.95 * count) - around),
    around95High: rank(Math.ceil(0.95 * count) + around),
    around99Low: rank(Math.ceil(0.99 * count) - around),
    around99High: rank(Math.ceil(0.99 * count) + around),
  };
  const between = (low: number, high: number) => turns.filter((turn) => ms(turn) >= low && ms(turn) <= high);
  const middle = between(edges.middleLow, edges.middleHigh);
  const slow99 = between(edges.slow99, Infinity);
  const slow95 = between(edges.slow95, Infinity);
  const tail: ReadTail = {
    edges,
    sets: {
      all: setByHand(turns),
      middle: setByHand(middle),
      slow95: setByHand(slow95),
      slow99: setByHand(slow99),
      around95: setByHand(between(edges.around95Low, edges.around95High)),
      around99: setByHand(between(edges.around99Low, edges.around99High)),
    },
  };
  const slow = [slow99, slow95].find((set) => weigh(set) ** 2 / weighSquared(set) >= 30 - 1e-9);
  return slow ? {...tail, slow: slowByHand({turns, slow, middle, binMs})} : tail;
}

function slowByHand(options: {
  turns: readonly StoredTurn[];
  slow: readonly StoredTurn[];
  middle: readonly StoredTurn[];
  binMs: number;
}): ReadTail['slow'] {
  const {turns, slow, middle, binMs} = options;
  const mean = (of: (turn: StoredTurn) => number) =>
    middle.reduce((sum, turn) => sum + turn.weight * of(turn), 0) / weigh(middle);
  const stages = [...new Set([...slow, ...middle].flatMap(({path}) => path.map(({stage}) => stage)))];
  const base = new Map(stages.map((stage) => [stage, mean((turn) => spent(turn, stage))]));
  const wholeOf = (turn: StoredTurn) => ms(turn) - mean(ms);
  const grownOf = (turn: StoredTurn, stage: string) => spent(turn, stage) - (base.get(stage) ?? 0);
  const sumOf = (of: (turn: StoredTurn) => number) => slow.reduce((sum, turn) => sum + of(turn), 0);
  const excessOf = (stage: string, of: (turn: StoredTurn) => number) => ({
    stage,
    excessMs: sumOf((turn) => turn.weight * of(turn)),
    squaredMs2: sumOf((turn) => (turn.weight * of(turn)) ** 2),
    productMs2: sumOf((turn) => turn.weight ** 2 * of(turn) * wholeOf(turn)),
  });
  const longMs = mean(ms) + sumOf((turn) => turn.weight * wholeOf(turn)) / weigh(slow) / 2;
  const parts = [...new Set([...slow, ...turns.filter((turn) => ms(turn) >= longMs)])].map((turn) => ({
    turn,
    stage: turn.path.toSorted((a, b) => grownOf(turn, b.stage) - grownOf(turn, a.stage))[0]?.stage ?? '',
    kinds: {cold: turn.cold, slow: slow.includes(turn), long: ms(turn) >= longMs},
  }));
  return {
    pageCount: new Set(slow.map(({pageId}) => pageId)).size,
    excessMs: sumOf((turn) => turn.weight * wholeOf(turn)),
    squaredMs2: sumOf((turn) => (turn.weight * wholeOf(turn)) ** 2),
    stages: [
      ...stages.map((stage) => excessOf(stage, (turn) => grownOf(turn, stage))),
      excessOf(COLD_STARTS, (turn) => (turn.cold ? wholeOf(turn) : 0)),
    ],
    parts: ([...SPLITS, 'bin', 'all'] as const).flatMap((by) =>
      [...grouped(parts, ({turn, stage, kinds}) => JSON.stringify([stage, kinds, nameOf(turn, by, binMs)]))].map(
        ([key, group]) => {
          const [stage, kinds, name] = JSON.parse(key) as [string, Pick<ReadPart, 'cold' | 'slow' | 'long'>, string];
          const own = group.map(({turn}) => turn);
          return {stage, ...kinds, by, name, weight: weigh(own), squaredWeight: weighSquared(own)};
        },
      ),
    ),
    over: [...new Set(turns.flatMap(({over}) => over))].map((stage) => ({
      stage,
      slowWeight: weigh(slow.filter(({over}) => over.includes(stage))),
      otherWeight: weigh(turns.filter((turn) => turn.over.includes(stage) && !slow.includes(turn))),
    })),
  };
}

function setByHand(turns: readonly StoredTurn[]): ReadTail['sets']['all'] {
  const stages = new Set(turns.flatMap(({path}) => path.map(({stage}) => stage)));
  return {
    count: turns.length,
    weight: weigh(turns),
    squaredWeight: weighSquared(turns),
    pathMs: new Map(
      [...stages].map((stage) => [stage, turns.reduce((sum, turn) => sum + turn.weight * spent(turn, stage), 0)]),
    ),
  };
}

function nameOf(turn: StoredTurn, by: SplitBy | 'bin' | 'cold' | 'all', binMs: number): string {
  const {ordinal, turnAt} = turn;
  const hit = turn.source === 'cache' || turn.source === 'faq';
  const values: Record<typeof by, string | undefined> = {
    all: '',
    route: turn.route,
    class: turn.class,
    page: turn.pageRoute,
    device: turn.device,
    net: turn.net,
    turn: ordinal === undefined ? undefined : ordinal === 1 ? 'first' : 'later',
    cache: hit ? turn.source : 'miss',
    hedge: turn.hedgeWon ?? 'not due',
    hour: String(new Date(turnAt).getUTCHours()).padStart(2, '0'),
    bin: String(Math.floor(Math.round(turnAt) / binMs) * binMs),
    cold: String(turn.cold),
  };
  return values[by] ?? 'unknown';
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  return Map.groupBy(items, keyOf);
}

function spent({path}: StoredTurn, stage: string): number {
  return path.find((part) => part.stage === stage)?.ms ?? 0;
}

function ms(turn: StoredTurn | undefined): number {
  return turn?.firstMs ?? 0;
}

function weigh(turns: readonly StoredTurn[]): number {
  return turns.reduce((sum, {weight}) => sum + weight, 0);
}

function weighSquared(turns: readonly StoredTurn[]): number {
  return turns.reduce((sum, {weight}) => sum + weight ** 2, 0);
}

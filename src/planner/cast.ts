import type {Draws} from './draws.ts';
import type {Plan, PlannedRoute} from './plan.ts';

/** What a turn is before anything of it runs: whether a cache answers, on which route it goes, whether it goes on another. */
export interface Cast {
  isHit: Uint8Array;
  /** Number of the route, as `routes` lists them. */
  routeOf: Uint8Array;
  routes: readonly PlannedRoute[];
  /** Number of the route that does it once more; NO_ROUTE where none does. */
  thenOf: Uint8Array;
}

/** What stands for a route where there is none. */
export const NO_ROUTE = 255;

/** Draws what each turn is. */
export function castTurns({cache, routes = {}}: Plan, draws: Draws): Cast {
  return draws.kept(`cast ${JSON.stringify([cache?.share, routes])}`, () => {
    const names = Object.keys(routes);
    const list = Object.values(routes);
    const {turnCount} = draws;
    const isHit = new Uint8Array(turnCount);
    const routeOf = new Uint8Array(turnCount);
    const thenOf = new Uint8Array(turnCount).fill(NO_ROUTE);
    if (cache) fill(isHit, {luck: draws.even('cache'), of: (luck) => (luck < cache.share ? 1 : 0)});
    if (names.length > 0) {
      fill(routeOf, {luck: draws.even('route'), of: (luck) => choose(list, luck)});
      fill(thenOf, {
        luck: draws.even('escalates'),
        of: (luck, turn) => {
          const {escalates} = list[routeOf[turn] ?? 0] ?? {};
          return escalates && luck < escalates.share ? names.indexOf(escalates.to) : NO_ROUTE;
        },
      });
    }
    return {isHit, routeOf, routes: list, thenOf};
  });
}

/** Makes a column of the luck of each turn. */
export function fill(
  column: Uint8Array,
  {luck, of}: {luck: Float64Array; of: (luck: number, turn: number) => number},
): void {
  for (let turn = 0; turn < column.length; turn++) column[turn] = of(luck[turn] ?? 0, turn);
}

function choose(routes: readonly PlannedRoute[], luck: number): number {
  let left = luck;
  for (const [number, {share}] of routes.entries()) {
    left -= share;
    if (left < 0) return number;
  }
  return routes.length - 1; // shares add up to 1 but for rounding
}

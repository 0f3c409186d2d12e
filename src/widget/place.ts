/** A box in the viewport in CSS pixels, and what covering a square pixel of it costs. */
export type Obstacle = readonly [x: number, y: number, width: number, height: number, cost: number];

/** A box in the viewport in CSS pixels, and what standing there costs: what is covered, and how far that is off. */
export type Place = readonly [x: number, y: number, width: number, height: number, cost: number];

/** Weighs what may be covered: what the site named more than any distance, a button that pays more than all else. */
export const COST = {named: 1e3, pay: 1e12};

/** How far something comes to stand from what it keeps clear of, and how far apart places are tried, in CSS pixels. */
export const GAP_PX = 8;

/** How near an obstacle may come before what stands there moves, so that trembling moves nothing, in CSS pixels. */
const STAY_PX = 4;

/** How much of its height a panel gives up at a time, and how much it keeps, in CSS pixels. */
const STEP_PX = 90;
const LEAST_PX = 280;

/** What a place is looked for with, in CSS pixels. */
export interface PlaceOptions {
  view: Pick<DOMRectReadOnly, 'width' | 'height'>;
  obstacles: readonly Obstacle[];
  /** Where it stands by itself. */
  wanted: Pick<DOMRectReadOnly, 'x' | 'y' | 'width' | 'height'>;
  /** Where it stands now, which it leaves for something nearer, or when that is no longer free. */
  at?: readonly [x: number, y: number, ...unknown[]] | undefined;
}

/**
 * Finds the nearest place that covers nothing: the wanted one, past an obstacle along its own lines across the viewport,
 * another corner, or along the other edges. What is higher than a launcher may give up height from above as well. Where
 * nothing is free, it is the place that covers least, and a button that pays last of all. It is within the viewport, and
 * the same question has the same answer.
 */
export function findPlace({view, obstacles, wanted: {x, y, width, height: full}, at}: PlaceOptions): Place {
  let best: Place = [x, y, width, full, Infinity];

  const bottom = y + full;
  for (let height = full; height === full || height >= LEAST_PX; height -= STEP_PX) {
    const [farX, farY] = [view.width - width, view.height - height];
    const weigh = (anyX: number, anyY: number, gap = GAP_PX) => {
      const left = within(anyX, farX);
      const top = within(anyY, farY);
      let cost = full - height + Math.abs(left - x) + Math.abs(top + height - bottom);
      for (const [otherX, otherY, otherWidth, otherHeight, each] of obstacles)
        cost +=
          each *
          common(left - gap, width + 2 * gap, otherX, otherWidth) *
          common(top - gap, height + 2 * gap, otherY, otherHeight);
      if (cost < best[4]) best = [left, top, width, height, cost];
    };

    if (at) weigh(at[0], at[1], STAY_PX);
    weigh(x, bottom - height);
    if (!best[4]) break; // as it is by itself
    for (const line of [x, GAP_PX, farX - GAP_PX])
      for (let each = GAP_PX; each <= farY - GAP_PX; each += GAP_PX) weigh(line, each);
    for (const line of [bottom - height, GAP_PX, farY - GAP_PX])
      for (let each = GAP_PX; each <= farX - GAP_PX; each += GAP_PX) weigh(each, line);
  }
  return best;
}

/** How much two stretches have in common. */
const common = (from: number, length: number, otherFrom: number, otherLength: number) =>
  Math.max(0, Math.min(from + length, otherFrom + otherLength) - Math.max(from, otherFrom));

/** Keeps a place between the ends of a room. */
const within = (place: number, end: number) => Math.max(0, Math.min(place, end));

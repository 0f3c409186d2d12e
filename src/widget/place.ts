/** A box in the viewport, in CSS pixels. */
export type Box = Readonly<Record<'x' | 'y' | 'width' | 'height', number>>;

/** What is to stay in sight, and what covering a square pixel of it costs: one of {@link COST}. */
export type Obstacle = Box & {readonly cost: number};

/** Where something may stand. */
export interface Place {
  x: number;
  y: number;
  /** How far that is from where it was wanted, in CSS pixels, and what is covered there, which weighs more. */
  cost: number;
}

/** Weighs what may be covered: what the site named more than any distance, a button that pays more than all else. */
export const COST = {named: 1e3, pay: 1e12};

/** How far something comes to stand from what it keeps clear of, in CSS pixels. */
export const GAP_PX = 8;

/** How near that may come to something that stands, so that what trembles moves nothing to and fro, in CSS pixels. */
const STAY_PX = 4;

/** How much of its height a panel gives up at a time, and what it keeps, in CSS pixels. */
const STEP_PX = 90;
const LEAST_PX = 280;

/** What a place is looked for with. */
export interface PlaceOptions {
  view: Pick<Box, 'width' | 'height'>;
  /** Where it stands by itself, and its size. */
  wanted: Box;
  /** Where it stands now, which it leaves for something nearer, or when that is no longer free. */
  at: Pick<Box, 'x' | 'y'> | undefined;
  /** How far it stays from the edges of the viewport, as far as there is room. */
  margin: Pick<Box, 'x' | 'y'>;
  obstacles: readonly Obstacle[];
}

/**
 * Finds the place nearest to the wanted one that covers nothing: that one, just past an obstacle along its edges,
 * another corner, or along the other edges. Where nothing is free, the one that covers least, and a button that pays
 * last of all. It is within the viewport, and the same question has the same answer.
 */
export function findPlace({view, wanted, at = wanted, margin, obstacles}: PlaceOptions): Place {
  const {width, height} = wanted;
  const [edgeXs, edgeYs] = [wanted.x, wanted.y].map((own) => [own, -Infinity, Infinity]) as [number[], number[]]; // two
  let best: Place = {x: 0, y: 0, cost: Infinity};

  function weigh(wantedX: number, wantedY: number, gap = GAP_PX): void {
    const x = within(wantedX, margin.x, view.width - width);
    const y = within(wantedY, margin.y, view.height - height);
    let cost = Math.abs(x - wanted.x) + Math.abs(y - wanted.y);
    for (const each of obstacles)
      cost +=
        each.cost *
        common(x - gap, width + 2 * gap, each.x, each.width) *
        common(y - gap, height + 2 * gap, each.y, each.height);
    if (cost < best.cost) best = {x, y, cost};
  }

  weigh(at.x, at.y, STAY_PX);
  for (const x of edgeXs) for (const y of edgeYs) weigh(x, y);
  for (const each of obstacles) {
    for (const y of edgeYs) for (const x of [each.x - GAP_PX - width, each.x + each.width + GAP_PX]) weigh(x, y);
    for (const x of edgeXs) for (const y of [each.y - GAP_PX - height, each.y + each.height + GAP_PX]) weigh(x, y);
  }
  return best;
}

/**
 * Finds where a panel stands and how high it is: as it is by itself, or where least of its height and the shortest way
 * are given up together. It keeps {@link LEAST_PX} of its height, where it has them.
 */
export function findRoom(options: PlaceOptions & {fromTop: boolean}): Place & {height: number} {
  const {
    wanted: {x, y, width, height: full},
    fromTop,
  } = options;
  let best = {x: 0, y: 0, height: 0, cost: Infinity};
  for (let given = 0; !given || full - given >= LEAST_PX; given += STEP_PX) {
    const height = full - given;
    const place = findPlace({...options, wanted: {x, y: fromTop ? y : y + given, width, height}});
    const cost = place.cost + given;
    if (cost < best.cost) best = {...place, height, cost};
  }
  return best;
}

/** How much two stretches have in common. */
const common = (from: number, length: number, otherFrom: number, otherLength: number) =>
  Math.max(0, Math.min(from + length, otherFrom + otherLength) - Math.max(from, otherFrom));

/** Keeps a place within a room, and as far from its ends as is wanted, or in its middle. */
function within(place: number, margin: number, room: number): number {
  const low = Math.max(0, Math.min(margin, room / 2));
  return Math.max(low, Math.min(place, room - low));
}

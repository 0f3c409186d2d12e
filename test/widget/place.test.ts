import {describe, expect, test} from 'vitest';
import {COST, findPlace, GAP_PX, type Obstacle, type Place, type PlaceOptions} from '../../src/widget/place.ts';
import {createRandom} from '../latency/random.ts';

const view = {width: 1000, height: 800};
const SIZE = 56;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const box = (x: number, y: number, width: number, height: number): Box => ({x, y, width, height});
const corner = box(924, 724, SIZE, SIZE);
const named = ({x, y, width, height}: Box): Obstacle => [x, y, width, height, COST.named];
const pays = ({x, y, width, height}: Box): Obstacle => [x, y, width, height, COST.pay];

/** Whether a launcher would cover something, or come nearer to it than the gap. */
const covers = (place: {x: number; y: number}, [x, y, width, height]: Obstacle, gap = 0) =>
  place.x - gap < x + width && x < place.x + SIZE + gap && place.y - gap < y + height && y < place.y + SIZE + gap;

const find = (obstacles: Obstacle[], others: Partial<PlaceOptions> = {}) => {
  const [x, y] = findPlace({view, wanted: corner, obstacles, ...others});
  return {x, y};
};

/** A place just past an edge: the gap away, and by less than one step more. */
const past = (edge: number) => (value: number) => value <= edge - GAP_PX - SIZE && value > edge - 2 * GAP_PX - SIZE;

describe('a place', () => {
  test('is the wanted one where that is free', () => {
    expect(find([])).toEqual({x: 924, y: 724});
    expect(find([pays(box(100, 700, 300, 50))])).toEqual({x: 924, y: 724});
  });

  test('is just past what stands there, along the shorter way', () => {
    expect(find([pays(box(0, 730, 1000, 70))])).toEqual({x: 924, y: expect.toSatisfy(past(730))});
    expect(find([pays(box(880, 0, 120, 800))])).toEqual({x: expect.toSatisfy(past(880)), y: 724});
    const both = [pays(box(830, 740, 160, 40)), named(box(0, 600, 1000, 70))];
    expect(find(both)).toEqual({x: expect.toSatisfy(past(830)), y: 724});
  });

  test('is at another corner where both edges are taken, the nearest first', () => {
    const edges = [named(box(700, 90, 300, 710)), named(box(90, 700, 910, 100))];
    expect(find(edges)).toEqual({x: 924, y: expect.toSatisfy(past(90))});
    expect(find([...edges, named(box(850, 0, 150, 90))])).toEqual({x: expect.toSatisfy(past(850)), y: GAP_PX});
    expect(find([...edges, named(box(80, 0, 920, 200))])).toEqual({x: expect.toSatisfy(past(90)), y: 724});
  });

  test('is left for a better one only, so that what trembles moves nothing', () => {
    for (const [bar, sees] of [
      [724 + SIZE + GAP_PX, [724]],
      [700, [700 - 60 - GAP_PX]],
    ] as const) {
      let at: Place | undefined;
      const seen = new Set<number>();
      for (let time = 0; time < 20; time++) {
        at = findPlace({view, wanted: corner, obstacles: [pays(box(0, bar - (time % 2 ? 3 : 0), 1000, 60))], at});
        seen.add(at[1]);
      }
      expect(seen.size, `${sees}`).toBe(1);
      expect(find([], {at})).toEqual({x: 924, y: 724});
    }
  });

  test('covers least where nothing is free, and a button that pays last of all', () => {
    const everything = named(box(0, 0, 1000, 800));
    expect(find([everything])).toEqual({x: 924, y: 724});
    const bar = pays(box(0, 700, 1000, 100));
    expect(covers(find([everything, bar]), bar)).toBe(false);
    expect(find([everything, bar])).toEqual({x: 924, y: expect.toSatisfy(past(700))});
    const [side, thin] = [named(box(0, 0, 1000, 700)), named(box(0, 750, 1000, 10))];
    expect(find([side, thin])).toEqual({x: 924, y: expect.toSatisfy((y: number) => y > 700)});
    expect(findPlace({view, wanted: corner, obstacles: [pays(box(0, 0, 1000, 800))]})[4]).toBeGreaterThan(COST.pay);
  });

  test('is in sight, wherever it was wanted, and however small the screen', () => {
    for (const wanted of [box(-200, 900, SIZE, SIZE), box(5000, -60, SIZE, SIZE), corner]) {
      for (const small of [view, {width: 320, height: 256}, {width: 60, height: 60}, {width: 40, height: 30}]) {
        const {x, y} = find([], {view: small, wanted, at: [wanted.x, wanted.y]});
        expect(x).toBeGreaterThanOrEqual(0);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(Math.max(0, small.width - SIZE));
        expect(y).toBeLessThanOrEqual(Math.max(0, small.height - SIZE));
      }
    }
  });

  test('of whatever kind covers nothing while anything along its lines is free, and is always in sight', () => {
    const random = createRandom(7);
    const upTo = (limit: number) => Math.floor(random() * limit);
    let free = 0;
    let taken = 0;
    for (let time = 0; time < 1000; time++) {
      const size = {width: 320 + upTo(1200), height: 256 + upTo(800)};
      const [farX, farY] = [size.width - SIZE, size.height - SIZE];
      const edge = upTo(40);
      const wanted = box(time % 2 ? edge : farX - edge, time % 4 < 2 ? edge : farY - edge, SIZE, SIZE);
      const obstacles = Array.from({length: 1 + upTo(20)}, () =>
        (random() < 0.5 ? pays : named)(
          box(upTo(size.width) - 100, upTo(size.height) - 100, 20 + upTo(size.width), 20 + upTo(size.height / 2)),
        ),
      );
      // room for a step more than the gap, along the lines through the wanted place and along the far edges
      const isFree = (x: number, y: number) => obstacles.every((each) => !covers({x, y}, each, 1.5 * GAP_PX));
      const steps = (far: number) => Array.from({length: Math.max(0, far + 1 - 2 * GAP_PX)}, (_, at) => at + GAP_PX);
      const somewhere =
        steps(farX).some((x) => [wanted.y, GAP_PX, farY - GAP_PX].some((y) => isFree(x, y))) ||
        steps(farY).some((y) => [wanted.x, GAP_PX, farX - GAP_PX].some((x) => isFree(x, y)));
      const at = random() < 0.5 ? undefined : ([upTo(size.width), upTo(size.height)] as const);
      const options = {view: size, wanted, at, obstacles};
      const place = findPlace(options);
      expect(findPlace(options)).toEqual(place);
      const [x, y] = place;
      expect(x >= 0 && y >= 0 && x <= farX && y <= farY, JSON.stringify(options)).toBe(true);
      const covered = obstacles.filter((each) => covers({x, y}, each));
      if (somewhere) expect(covered, JSON.stringify(options)).toEqual([]);
      // whoever stands there stays there
      expect(findPlace({...options, at: place}).slice(0, 2)).toEqual([x, y]);
      somewhere ? free++ : taken++;
    }
    expect(free).toBeGreaterThan(300);
    expect(taken).toBeGreaterThan(20);
  });
});

describe('a room for a panel', () => {
  const wanted = box(588, 72, 392, 640);
  const room = (obstacles: Obstacle[], own = wanted) => {
    const [x, y, width, height] = findPlace({view, wanted: own, obstacles});
    return {x, y, width, height};
  };

  test('is as large as it would be by itself where that is free', () => {
    expect(room([])).toEqual(wanted);
  });

  test('gives up height from above, or moves, whichever is less', () => {
    const lower = room([named(box(0, 0, 1000, 100))]);
    expect(lower).toMatchObject({x: 588, height: 640});
    expect(lower.y).toBeGreaterThanOrEqual(100 + GAP_PX);
    const less = room([named(box(0, 0, 1000, 200))]);
    expect(less).toMatchObject({x: 588, height: 550});
    expect(less.y).toBeGreaterThanOrEqual(200 + GAP_PX);
    const aside = room([pays(box(900, 300, 100, 40))]);
    expect(aside).toMatchObject({y: 72, height: 640});
    expect(aside.x + aside.width).toBeLessThanOrEqual(900 - GAP_PX);
  });

  test('keeps enough to read and write in, and what it has where that is less', () => {
    expect(room([named(box(0, 0, 1000, 800))]).height).toBeGreaterThanOrEqual(280);
    expect(room([pays(box(0, 0, 1000, 800))], box(588, 72, 392, 200)).height).toBe(200);
  });
});

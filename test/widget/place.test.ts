import {describe, expect, test} from 'vitest';
import {type Box, COST, findPlace, findRoom, GAP_PX, type Obstacle, type PlaceOptions} from '../../src/widget/place.ts';
import {createRandom} from '../latency/random.ts';

const view = {width: 1000, height: 800};
const margin = {x: 20, y: 20};
const SIZE = 56;
const corner: Box = {x: 924, y: 724, width: SIZE, height: SIZE};

const box = (x: number, y: number, width: number, height: number): Box => ({x, y, width, height});
const named = (area: Box): Obstacle => ({...area, cost: COST.named});
const pays = (area: Box): Obstacle => ({...area, cost: COST.pay});
const overlaps = (a: Box, b: Box, gap = 0) =>
  a.x - gap < b.x + b.width && b.x < a.x + a.width + gap && a.y - gap < b.y + b.height && b.y < a.y + a.height + gap;
const covers = (place: {x: number; y: number}, area: Box, gap = 0) =>
  overlaps({...place, width: SIZE, height: SIZE}, area, gap);

const find = (obstacles: Obstacle[], others: Partial<PlaceOptions> = {}) => {
  const {x, y} = findPlace({view, wanted: corner, at: undefined, margin, obstacles, ...others});
  return {x, y};
};

describe('a place', () => {
  test('is the wanted one where that is free', () => {
    expect(find([])).toEqual({x: 924, y: 724});
    expect(find([pays(box(100, 700, 300, 50))])).toEqual({x: 924, y: 724});
  });

  test('is just past what stands there, along the shorter way', () => {
    expect(find([pays(box(0, 730, 1000, 70))])).toEqual({x: 924, y: 730 - GAP_PX - SIZE});
    expect(find([pays(box(880, 0, 120, 800))])).toEqual({x: 880 - GAP_PX - SIZE, y: 724});
    expect(find([pays(box(800, 740, 190, 40)), named(box(0, 600, 1000, 70))])).toEqual({
      x: 800 - GAP_PX - SIZE,
      y: 724,
    });
  });

  test('is another corner where both edges are taken, the nearest first', () => {
    const edges = [named(box(700, 90, 300, 710)), named(box(90, 700, 910, 100))];
    expect(find(edges)).toEqual({x: 924, y: 90 - GAP_PX - SIZE});
    expect(find([...edges, named(box(800, 0, 200, 90))])).toEqual({x: 800 - GAP_PX - SIZE, y: 20});
    expect(find([...edges, named(box(80, 0, 920, 200))])).toEqual({x: 90 - GAP_PX - SIZE, y: 724});
  });

  test('is left for a better one only, so that what trembles moves nothing', () => {
    const far = pays(box(0, 724 + SIZE + GAP_PX, 1000, 60));
    expect(find([far])).toEqual({x: 924, y: 724});
    let at = {x: 924, y: 724};
    const seen = new Set<number>();
    for (let time = 0; time < 20; time++) {
      at = find([{...far, y: far.y - (time % 2 ? 3 : 0)}], {at});
      seen.add(at.y);
    }
    expect([...seen]).toEqual([724]);
    // away from its corner it trembles as little
    seen.clear();
    for (let time = 0; time < 20; time++) {
      at = find([{...far, y: 700 - (time % 2 ? 3 : 0)}], {at});
      seen.add(at.y);
    }
    expect(seen.size).toBeLessThanOrEqual(2);
    expect(find([], {at})).toEqual({x: 924, y: 724});
  });

  test('covers least where nothing is free, and a button that pays last of all', () => {
    const everything = named(box(0, 0, 1000, 800));
    expect(find([everything])).toEqual({x: 924, y: 724});
    expect(find([everything, pays(box(0, 700, 1000, 100))])).toEqual({x: 924, y: 700 - GAP_PX - SIZE});
    const ring = [0, 1, 2, 3].map((each) => named(box(each % 2 ? 900 : 0, 0, 100, 800)));
    const least = find([...ring, named(box(0, 0, 1000, 100)), named(box(0, 700, 1000, 50))]);
    expect(covers(least, box(0, 700, 1000, 50))).toBe(true);
    const paysAll = findPlace({view, wanted: corner, at: undefined, margin, obstacles: [pays(everything)]});
    expect(paysAll.cost).toBeGreaterThan(COST.pay / 10);
  });

  test('is in sight, however far from the edge it was wanted, and however small the screen', () => {
    for (const wanted of [box(-200, 900, SIZE, SIZE), box(5000, -60, SIZE, SIZE), corner]) {
      for (const small of [view, {width: 320, height: 256}, {width: 60, height: 60}, {width: 40, height: 30}]) {
        const {x, y} = findPlace({view: small, wanted, at: wanted, margin: {x: -200, y: 900}, obstacles: []});
        expect(x).toBeGreaterThanOrEqual(0);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(Math.max(0, small.width - SIZE));
        expect(y).toBeLessThanOrEqual(Math.max(0, small.height - SIZE));
      }
    }
  });

  test('of whatever kind covers nothing while anything at the edges is free, and is always in sight', () => {
    const random = createRandom(7);
    const upTo = (limit: number) => Math.floor(random() * limit);
    let free = 0;
    let taken = 0;
    for (let time = 0; time < 2000; time++) {
      const size = {width: 320 + upTo(1200), height: 256 + upTo(800)};
      const edge = {x: upTo(40), y: upTo(40)};
      const [farX, farY] = [size.width - SIZE - edge.x, size.height - SIZE - edge.y];
      const wanted = box(time % 2 ? edge.x : farX, time % 4 < 2 ? edge.y : farY, SIZE, SIZE);
      const obstacles = Array.from({length: 1 + upTo(20)}, () =>
        (random() < 0.5 ? pays : named)(
          box(upTo(size.width) - 100, upTo(size.height) - 100, 20 + upTo(size.width), 20 + upTo(size.height / 2)),
        ),
      );
      const isFree = (x: number, y: number) => obstacles.every((each) => !covers({x, y}, each, GAP_PX));
      const steps = (far: number, from: number) =>
        Array.from({length: Math.max(0, far - from) + 1}, (_, at) => from + at);
      const somewhere =
        steps(farX, edge.x).some((x) => isFree(x, edge.y) || isFree(x, farY)) ||
        steps(farY, edge.y).some((y) => isFree(edge.x, y) || isFree(farX, y));
      const at = random() < 0.5 ? undefined : {x: upTo(size.width), y: upTo(size.height)};
      const options = {view: size, wanted, at, margin: edge, obstacles};
      const place = findPlace(options);
      expect(findPlace(options)).toEqual(place);
      expect(place.x).toBeGreaterThanOrEqual(0);
      expect(place.y).toBeGreaterThanOrEqual(0);
      expect(place.x + SIZE).toBeLessThanOrEqual(size.width);
      expect(place.y + SIZE).toBeLessThanOrEqual(size.height);
      const covered = obstacles.filter((each) => covers(place, each));
      if (somewhere) expect(covered, JSON.stringify(options)).toEqual([]);
      // whoever stands there stays there
      expect(findPlace({...options, at: place})).toMatchObject({x: place.x, y: place.y});
      somewhere ? free++ : taken++;
    }
    expect(free).toBeGreaterThan(500);
    expect(taken).toBeGreaterThan(100);
  });
});

describe('a room', () => {
  const wanted = box(588, 72, 392, 640);
  const room = (obstacles: Obstacle[], others = {}) =>
    findRoom({view, wanted, at: undefined, margin, obstacles, fromTop: false, ...others});

  test('is as large as it would be by itself where that is free', () => {
    expect(room([])).toEqual({x: 588, y: 72, height: 640, cost: 0});
  });

  test('gives up height or moves, whichever is less, and keeps the end at which it opens', () => {
    const above = room([named(box(0, 0, 1000, 100))]);
    expect(above).toMatchObject({x: 588, y: 108, height: 640});
    const high = room([named(box(0, 0, 1000, 200))]);
    expect(high.y).toBeGreaterThanOrEqual(200 + GAP_PX);
    expect(high.height).toBe(550);
    const aside = room([pays(box(900, 300, 100, 40))]);
    expect(aside).toMatchObject({x: 900 - GAP_PX - 392, y: 72, height: 640});
    const fromTop = room([named(box(0, 500, 1000, 300))], {wanted: {...wanted, y: 88}, fromTop: true});
    expect(fromTop.y).toBeLessThan(100);
    expect(fromTop.y + fromTop.height).toBeLessThanOrEqual(500 - GAP_PX);
  });

  test('keeps enough to read and write in, and what it has where that is less', () => {
    expect(room([named(box(0, 0, 1000, 800))]).height).toBeGreaterThanOrEqual(280);
    expect(room([pays(box(0, 0, 1000, 800))], {wanted: box(588, 72, 392, 200)}).height).toBe(200);
  });
});

import type {TurnRecord} from '../../../src/latency/index.ts';

/** Numbers between 0 and 1, the same in each run (Lehmer, modulus 2^31 - 1). */
export type Draw = () => number;

/** Makes them. */
export function createDraw(seed: number): Draw {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const CLASSES = ['shipping', 'returns', 'payment', 'sizes', 'other'];
const STAGES = [
  {s: 'retrieval', share: 0.12, b: 300},
  {s: 'tools', share: 0.2, b: 800},
  {s: 'model', share: 0.45, b: 1500},
  {s: 'generate', share: 0.2, b: 4000},
];

/**
 * Makes a shop's turn: log-normal waits of which one in five comes from a cache, four stages, three in a hundred left.
 *
 * @param number - Its id.
 */
export function drawTurn(number: number, draw: Draw): TurnRecord {
  const normal = Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw());
  const isHit = draw() < 0.2;
  const paint = tenth((isHit ? 60 : 700) * Math.exp(0.6 * normal));
  const done = tenth(paint + 400 + 2000 * draw());
  const route = draw() < 0.7 ? 'fast' : 'powerful';
  const head = {
    id: number.toString(16).padStart(32, '0'),
    rev: 1,
    final: true,
    n: 1 + Math.floor(draw() * 5),
    age: 1000,
    class: CLASSES[Math.floor(draw() * CLASSES.length)] ?? 'other',
    route,
    model: route === 'fast' ? 'small' : 'large',
    budget: {token: 1500, done: 8000},
    lang: 'en',
    proto: 'firstword',
  } as const;
  if (draw() < 0.03)
    return {...head, outcome: 'abandoned', t: {sent: 2.1, headers: 80.4}, waited: paint, left: 'pagehide'};
  const gap = tenth(draw() * 200);
  return {
    ...head,
    outcome: 'complete',
    source: isHit ? 'cache' : 'model',
    t: {echo: 1.2, sent: 2.1, headers: 80.4, byte: 82.3, token: paint, paint, last: done, done},
    stages: STAGES.map(({s, share, b}) => ({s, ms: tenth(done * share), at: 3, b, src: 'stream', st: 'ok'})),
    cache: {hit: isHit ? 'semantic' : 'none', at: 'server', ms: 4.2},
    ...(draw() < 0.3 ? {prefetch: {r: 'used', lead: tenth(3000 * draw()), count: 1}} : {}),
    ...(draw() < 0.05 ? {hedge: {won: 'hedge', at: 900}} : {}),
    arms: {prefetch: draw() < 0.5 ? 'on' : 'off'},
    stream: {verdict: 'streamed', chunks: 40, tokens: 120, chars: 500, stalls: 0, gap},
    ...(paint > 1500 ? {over: ['first-token']} : {}),
  } as TurnRecord; // its arms are chosen above
}

function tenth(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** Writes a post of turns. */
export function writeBeacon(turns: readonly TurnRecord[], page: number): string {
  const id = page.toString(16).padStart(16, '0');
  return JSON.stringify({
    v: 1,
    sdk: '0.1.0',
    site: 'shop-eu',
    consent: 'not-required',
    page: {
      id,
      route: page % 3 ? '/checkout' : '/pricing',
      nav: 'navigate',
      device: page % 2 ? 'mobile' : 'desktop',
      net: '4g',
    },
    turns,
  });
}

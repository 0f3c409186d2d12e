import type {Verdict} from '../../src/latency/verdict.ts';

/** An event on its way: when the server made it, its size, and when it is where it is by now. All times in ms. */
interface Parcel {
  e: number;
  bytes: number;
  atMs: number;
}

/** A time in which something stands still. */
export interface Still {
  fromMs: number;
  toMs: number;
}

/** What a page sees of one answer. */
export interface SimulatedStream {
  /** Pieces of the body with the server's times of the events in them. */
  reads: {atMs: number; stamps: number[]}[];
  busy: Still[];
}

/** One way from a model to a page. */
export interface Scenario {
  name: string;
  /** Whether something on the way holds tokens back. */
  truth: 'streams' | 'held';
  /** Makes an answer that comes this way. */
  play: (random: () => number) => SimulatedStream;
}

type Random = () => number;

const between = (random: Random, low: number, high: number) => low + random() * (high - low);

/** A number around `middle`; one in a hundred is `tail` times that or more. */
const around = (random: Random, {middle, tail}: {middle: number; tail: number}) => {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return middle * Math.exp((normal * Math.log(tail)) / 2.326);
};

/** A start, a stage or two, a pause for thought, and tokens: one by one, or in bursts. */
function answer(random: Random, {burst = 1, bytes = 80}: {burst?: number; bytes?: number} = {}): Parcel[] {
  const gapMs = around(random, {middle: 25, tail: 5});
  const count = Math.round(between(random, 40, 300));
  const times = [between(random, 1, 5)];
  let e = between(random, 5, 60);
  times.push(e);
  e += around(random, {middle: 350, tail: 6});
  for (let at = 0; at < count; at++) {
    times.push(e);
    if ((at + 1) % burst === 0) e += around(random, {middle: gapMs * burst, tail: 3});
  }
  times.push(e);
  return times.map((time) => ({e: time, atMs: time, bytes}));
}

/** A proxy that lets go when the answer is whole. */
function whole(parcels: Parcel[]): Parcel[] {
  const endMs = parcels.at(-1)?.atMs ?? 0;
  return parcels.map((each) => ({...each, atMs: endMs}));
}

/** A proxy that lets go whenever a buffer is full, and at the end. */
function pieces(parcels: Parcel[], bufferBytes: number): Parcel[] {
  const done: Parcel[] = [];
  let waiting: Parcel[] = [];
  const release = (atMs: number) => {
    done.push(...waiting.map((each) => ({...each, atMs})));
    waiting = [];
  };
  let bytes = 0;
  for (const each of parcels) {
    bytes += each.bytes;
    waiting.push(each);
    if (bytes >= bufferBytes) {
      release(each.atMs);
      bytes = 0;
    }
  }
  release(parcels.at(-1)?.atMs ?? 0);
  return done;
}

/** A proxy that lets go once in a while. */
const flushes = (parcels: Parcel[], everyMs: number): Parcel[] =>
  parcels.map((each) => ({...each, atMs: Math.ceil(each.atMs / everyMs) * everyMs}));

/** A network: in order, late, and at times dead. */
function network(
  random: Random,
  {
    parcels,
    delayMs,
    stillsPerS = 0,
    stillMs = [0, 0],
  }: {parcels: Parcel[]; delayMs: number; stillsPerS?: number; stillMs?: [number, number]},
): Parcel[] {
  const stills: Still[] = [];
  const endMs = (parcels.at(-1)?.atMs ?? 0) + delayMs;
  for (let atMs = 0; stillsPerS > 0 && atMs < endMs; ) {
    const fromMs = atMs - (1000 / stillsPerS) * Math.log(1 - random());
    atMs = fromMs + between(random, ...stillMs);
    stills.push({fromMs, toMs: atMs});
  }
  let lastMs = 0;
  return wait(
    parcels.map((each) => {
      lastMs = Math.max(lastMs, each.atMs + delayMs + between(random, 0, delayMs / 10));
      return {...each, atMs: lastMs};
    }),
    stills,
  );
}

/** Nothing gets on before a still has passed. */
function wait(parcels: Parcel[], stills: Still[]): Parcel[] {
  return parcels.map((each) => {
    const still = stills.find(({fromMs, toMs}) => each.atMs >= fromMs && each.atMs < toMs);
    return still ? {...each, atMs: still.toMs} : each;
  });
}

/** Reads of at most 64 KiB, each taking the page a moment. */
function read(random: Random, parcels: Parcel[], busy: Still[] = []): SimulatedStream {
  const reads: SimulatedStream['reads'] = [];
  let bytes = 0;
  let freeMs = 0;
  let lastMs = -1;
  for (const {e, atMs, bytes: more} of wait(parcels, busy)) {
    const piece = reads.at(-1);
    if (piece && (atMs === lastMs || atMs <= piece.atMs) && bytes + more <= 65_536) {
      piece.stamps.push(e);
      bytes += more;
    } else {
      reads.push({atMs: Math.max(atMs, freeMs), stamps: [e]});
      freeMs = Math.max(atMs, freeMs) + between(random, 0.1, 8);
      bytes = more;
    }
    lastMs = atMs;
  }
  return {reads, busy};
}

/** Tasks of 350 ms with little between them. */
function tasks(random: Random, parcels: Parcel[]): Still[] {
  const busy: Still[] = [];
  for (let atMs = 0; atMs < (parcels.at(-1)?.atMs ?? 0); ) {
    const fromMs = atMs + between(random, 20, 250);
    atMs = fromMs + between(random, 250, 450);
    busy.push({fromMs, toMs: atMs});
  }
  return busy;
}

const near = (random: Random, parcels: Parcel[]) => network(random, {parcels, delayMs: between(random, 0.2, 5)});
const slow = (random: Random, parcels: Parcel[]) =>
  network(random, {parcels, delayMs: 200, stillsPerS: 1, stillMs: [50, 500]});
const bad = (random: Random, parcels: Parcel[]) =>
  network(random, {parcels, delayMs: 300, stillsPerS: 2, stillMs: [200, 900]});

const way = (
  name: string,
  truth: Scenario['truth'],
  play: (random: Random) => Parcel[] | {parcels: Parcel[]; busy: Still[]},
): Scenario => ({
  name,
  truth,
  play(random) {
    const came = play(random);
    return Array.isArray(came) ? read(random, came) : read(random, came.parcels, came.busy);
  },
});

/** Ways on which tokens come as they are made, however late. */
export const STREAMS: readonly Scenario[] = [
  way('direct', 'streams', (random) => near(random, answer(random))),
  way('60 ms away', 'streams', (random) => network(random, {parcels: answer(random), delayMs: 60})),
  way('a slow network', 'streams', (random) => slow(random, answer(random))),
  way('a very bad network', 'streams', (random) => bad(random, answer(random))),
  way('a model that answers in bursts', 'streams', (random) => near(random, answer(random, {burst: 8}))),
  way('bursts over a slow network', 'streams', (random) => slow(random, answer(random, {burst: 8}))),
  way('an answer that is there at once', 'streams', (random) =>
    near(
      random,
      answer(random).map((each, at) => ({...each, e: at / 10, atMs: at / 10})),
    ),
  ),
  way('a busy page', 'streams', (random) => {
    const parcels = near(random, answer(random));
    return {parcels, busy: tasks(random, parcels)};
  }),
  way('a busy page on a slow network', 'streams', (random) => {
    const parcels = slow(random, answer(random));
    return {parcels, busy: tasks(random, parcels)};
  }),
];

/** Ways on which something holds tokens back. */
export const HELD: readonly Scenario[] = [
  way('whole', 'held', (random) => near(random, whole(answer(random)))),
  way('whole, in bursts', 'held', (random) => near(random, whole(answer(random, {burst: 8})))),
  way('whole, over a slow network', 'held', (random) => slow(random, whole(answer(random)))),
  way('whole, long, in several reads', 'held', (random) => near(random, whole(answer(random, {bytes: 900})))),
  way('whole, to a busy page', 'held', (random) => {
    const parcels = near(random, whole(answer(random)));
    return {parcels, busy: tasks(random, parcels)};
  }),
  way('pieces of 4 KiB', 'held', (random) => near(random, pieces(answer(random), 4096))),
  way('pieces of 16 KiB', 'held', (random) => near(random, pieces(answer(random), 16_384))),
  way('a flush each 300 ms', 'held', (random) => near(random, flushes(answer(random), 300))),
];

/** Tells a verdict what a page saw; without stamps where the server says no times. */
export function watch(
  verdict: Verdict,
  {reads, busy}: SimulatedStream,
  stamped: 'stamped' | 'plain' = 'stamped',
): void {
  for (const {atMs, stamps} of reads) {
    verdict.read(atMs);
    for (const e of stamps) verdict.event(stamped === 'stamped' ? Math.round(e * 10) / 10 : undefined);
  }
  for (const {fromMs, toMs} of busy) verdict.busy(fromMs, toMs);
}

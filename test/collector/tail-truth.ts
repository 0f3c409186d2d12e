import type {StageRecord, TurnRecord} from '../../src/latency/index.ts';
import {createDraw, idOf} from './fixtures.ts';

/** What is planted in simulated turns, from when to when (shares of the window) and in which of them. */
export interface Planted {
  kind: 'stage' | 'buffering-proxy' | 'cold-starts';
  /** Of a stage: which one. */
  stage?: 'network' | 'retrieval' | 'tools' | 'model';
  /** The share of turns that it befalls in its time. */
  share: number;
  /** How much longer these take, in ms. */
  ms: number;
  fromShare?: number;
  untilShare?: number;
  /** Only turns of this route. */
  route?: string;
}

/** A simulated turn with the page it belongs to. */
export interface SimulatedTurn {
  turn: TurnRecord;
  page: {id: string; device: 'mobile' | 'desktop'; net: '4g' | '3g'; route: string};
}

/**
 * Simulates a window of turns whose stages are log-normal, one after the other; a third is answered by a cache.
 *
 * @param options.windowMs - Turns began evenly over so long a time, the first one so long ago.
 */
export function simulateTail(options: {
  seed: number;
  count: number;
  windowMs: number;
  budgetMs?: number;
  planted?: Planted;
}): SimulatedTurn[] {
  const {seed, count, windowMs, budgetMs = 3000, planted} = options;
  const draw = createDraw(seed * 7919 + 1);
  for (let warm = 0; warm < 20; warm++) draw();
  const normal = () => Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw());
  const lasting = (medianMs: number, sigma: number) => Math.round(10 * medianMs * Math.exp(sigma * normal())) / 10;

  return Array.from({length: count}, (_, index) => {
    const at = (index + draw()) / count;
    const route = draw() < 0.3 ? 'powerful' : 'fast';
    const page = {
      id: idOf(seed * 1_000_000 + index).slice(-16),
      device: draw() < 0.6 ? ('mobile' as const) : ('desktop' as const),
      net: draw() < 0.8 ? ('4g' as const) : ('3g' as const),
      route: '/checkout',
    };
    const hit = draw() < 0.33;
    const spare = draw() < (planted?.share ?? 0);
    const struck =
      planted !== undefined &&
      spare &&
      !hit &&
      at >= (planted.fromShare ?? 0) &&
      at < (planted.untilShare ?? 1) &&
      (planted.route === undefined || planted.route === route);
    const more = (stage: string) => (struck && planted.kind === 'stage' && planted.stage === stage ? planted.ms : 0);
    const cold = struck ? planted.kind === 'cold-starts' : draw() < 0.02;
    const lengths: [string, number][] = [
      ['network', lasting(60, 0.35) + more('network')],
      ['retrieval', lasting(120, 0.35) + more('retrieval')],
      ['tools', lasting(200, 0.35) + more('tools')],
      ['model', lasting(350, 0.35) + more('model') + (cold && struck ? planted.ms : 0)],
    ];
    const stages: StageRecord[] = [];
    let atMs = 2;
    if (!hit) {
      for (const [s, ms] of lengths) {
        stages.push({s, at: Math.round(10 * atMs) / 10, ms: Math.round(10 * ms) / 10, src: 'stream'});
        atMs += ms;
      }
      stages.push({s: 'generate', at: Math.round(10 * atMs) / 10, ms: 900, src: 'stream'});
    }
    const held = struck && planted.kind === 'buffering-proxy';
    const paint = Math.round(10 * (atMs + lasting(12, 0.3) + (held ? planted.ms : 0))) / 10;
    const turn: TurnRecord = {
      id: idOf(seed * 1_000_000 + index),
      rev: 1,
      final: true,
      n: 1 + Math.floor(3 * draw()),
      age: Math.min(86_400_000, Math.round((1 - at) * windowMs)),
      class: draw() < 0.5 ? 'shipping' : 'order',
      outcome: 'complete',
      source: hit ? 'cache' : 'model',
      route,
      t: {sent: 2, token: paint, paint, done: paint + 900},
      budget: {token: budgetMs, done: 20_000},
      ...(hit ? {cache: {hit: 'semantic', at: 'server'}} : {stages, stream: {verdict: held ? 'buffered' : 'streamed'}}),
      ...(cold ? {cold} : {}),
      ...(paint > budgetMs ? {over: ['first-token']} : {}),
    };
    return {turn, page};
  });
}

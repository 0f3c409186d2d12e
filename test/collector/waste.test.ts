import {describe, expect, it} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import {beaconOf, openCollector, postOf, summaryOf, turnOf} from './fixtures.ts';

async function open() {
  const {collector} = await openCollector();
  let number = 0;
  return {
    /** Posts turns as those of one page each. */
    async send(...changes: Partial<TurnRecord>[]) {
      for (const change of changes) {
        number += 1;
        const page = {id: number.toString(16).padStart(16, '0'), route: '/checkout'};
        const response = await collector.handle(postOf(beaconOf([turnOf(number, change)], {page})));
        expect(await response.json()).toEqual({accepted: 1, refused: 0});
      }
    },
    waste: async () => (await summaryOf(collector)).waste,
  };
}

describe('what was done ahead and twice', () => {
  it('is absent where nothing was', async () => {
    const {send, waste} = await open();
    await send({}, {});
    expect(await waste()).toBeUndefined();
  });

  it('is counted with what became of it', async () => {
    const {send, waste} = await open();
    await send(
      {prefetch: {r: 'used', lead: 4000, count: 1}},
      {prefetch: {r: 'used', lead: 2000, count: 2}},
      {prefetch: {r: 'wasted', count: 2}},
      {prefetch: {r: 'late'}},
      {hedge: {won: 'hedge', at: 700}},
      {hedge: {won: 'primary', at: 700}},
      {hedge: {won: 'denied'}},
      {},
    );
    expect(await waste()).toMatchObject({
      turnCount: 8,
      extraPerTurn: (1 + 2 + 2 + 1 + 2) / 8,
      prefetch: {
        turnCount: 4,
        requestCount: 6,
        used: {state: 'known', share: 0.5, count: 4},
        outcomes: [
          {name: 'used', count: 2, share: 0.5},
          {name: 'late', count: 1, share: 0.25},
          {name: 'wasted', count: 1, share: 0.25},
        ],
        leadMs: 3000,
      },
      hedge: {attemptCount: 2, won: {state: 'known', share: 0.5, count: 2}, deniedCount: 1},
    });
    expect(await waste()).not.toHaveProperty('saving');
  });

  it('is worth what a holdback shows, once there are turns enough on both sides', async () => {
    const {send, waste} = await open();
    const shown = (paint: number, arm: string): Partial<TurnRecord> => ({
      arms: {prefetch: arm, other: 'on'},
      t: {sent: 2, token: paint - 5, paint, done: 3000},
      prefetch: {r: 'used', count: 1},
    });
    const times = Array.from({length: 30}, (_, at) => at * 10);
    await send(...times.slice(0, 5).map((ms) => shown(400 + ms, 'on')));
    await send(...times.map((ms) => shown(1400 + ms, 'off')));
    expect(await waste()).not.toHaveProperty('saving');
    await send(...times.map((ms) => shown(400 + ms, 'on')));
    const {saving} = (await waste()) ?? {};
    expect(saving?.on).toMatchObject({state: 'firm', share: 0.5, count: 35});
    expect(saving?.off).toMatchObject({state: 'firm', share: 0.5, count: 30, valueMs: 1545});
    expect(saving?.savedMs).toBeGreaterThan(900);
    expect(saving?.savedMs).toBeLessThan(1100);
    expect(saving?.lowMs).toBeLessThan(saving?.savedMs ?? 0);
    expect(saving?.highMs).toBeGreaterThan(saving?.savedMs ?? 0);
  });
});

import {describe, expect, it, onTestFinished} from 'vitest';
import {APART_ROW_COUNT, createApart} from '../../src/collector/apart.ts';
import {COMPUTE} from '../../src/collector/compute.ts';
import type {ColdKind, ReadRows} from '../../src/collector/index.ts';
import {columnsOf, createChance} from './simulated.ts';

function turns(count: number): ReadRows<ColdKind> {
  const chance = createChance(6);
  return columnsOf(
    Array.from({length: count}, (_, at) => {
      const kind: ColdKind = {first: at % 2 === 0, cold: false, cache: null, kept: null, hit: false};
      return {page: at >> 1, ms: chance.time(700, 0.5), kind};
    }),
  );
}

function open() {
  const apart = createApart();
  onTestFinished(() => apart.close());
  return apart;
}

describe('a report that takes long', () => {
  it('is the same from a thread of its own', async () => {
    const rows = turns(APART_ROW_COUNT);
    expect(await open().compute('cold', {rows})).toEqual(COMPUTE.cold({rows}));
  });

  it('does not hold up the thread that takes beacons', async () => {
    const apart = open();
    let turnCount = 0;
    const report = apart.compute('cold', {rows: turns(20 * APART_ROW_COUNT)});
    const tick = setInterval(() => {
      turnCount += 1;
    }, 1);
    await report.finally(() => clearInterval(tick));
    expect(turnCount).toBeGreaterThan(10);
  });

  it('fails when it is ended', async () => {
    const apart = open();
    const report = apart.compute('cold', {rows: turns(20 * APART_ROW_COUNT)});
    await Promise.all([expect(report).rejects.toThrow('the report cold was not finished'), apart.close()]);
  });

  it('fails with what was thrown in its thread', async () => {
    const broken = {...turns(APART_ROW_COUNT), kinds: [null] as unknown as ColdKind[]}; // what no store reads
    await expect(open().compute('cold', {rows: broken})).rejects.toThrow(TypeError);
  });
});

import {describe, expect, it} from 'vitest';
import {effectiveCount, figureOf, proportionOf, rankTarget} from '../../src/collector/figures.ts';
import {HONEST_COUNT} from '../../src/latency/index.ts';

describe('an honest figure', () => {
  const cell = (share: number) => ({share, valueMs: 100, lowMs: 90, highMs: 110});

  it.each([...HONEST_COUNT])('of percentile %d is hidden, grey and firm by count', (share, {shown, firm}) => {
    expect(figureOf(cell(share), shown - 1)).toEqual({
      state: 'hidden',
      share,
      count: shown - 1,
      needsCount: shown,
      words: `n too small (n=${shown - 1}, needs ${shown})`,
    });
    expect(figureOf(cell(share), shown)).toMatchObject({state: 'grey', valueMs: 100, lowMs: 90, highMs: 110});
    expect(figureOf(cell(share), firm - 1).state).toBe('grey');
    expect(figureOf(cell(share), firm).state).toBe('firm');
  });

  it('uses the thresholds of the specification', () => {
    expect([...HONEST_COUNT.values()].map(({shown}) => shown)).toEqual([6, 36, 72, 368, 3688]);
    expect([...HONEST_COUNT.values()].map(({firm}) => firm)).toEqual([20, 100, 200, 1000, 10_000]);
    expect(figureOf(cell(0.999), 200)).toMatchObject({words: 'n too small (n=200, needs 3688)'});
  });

  it('asks for an interval exactly from those counts on', () => {
    for (const [share, {shown}] of HONEST_COUNT) {
      const targets = (rowCount: number) =>
        rankTarget({series: 's', rowCount, weight: rowCount, squaredWeight: rowCount}).names.filter((name) =>
          name.endsWith(` ${share}`),
        );
      expect(targets(shown - 1), `${share}`).toHaveLength(0);
      expect(targets(shown), `${share}`).toHaveLength(2);
    }
  });
});

describe('shares', () => {
  it('carry a Wilson interval', () => {
    const share = proportionOf({partWeight: 5, wholeWeight: 100, squaredWeight: 100});
    expect(share).toMatchObject({state: 'known', share: 0.05, count: 100});
    if (share.state !== 'known') return;
    expect(share.lowShare).toBeCloseTo(0.0215, 4);
    expect(share.highShare).toBeCloseTo(0.1118, 4);
  });

  it('stay within 0 and 1 and say nothing of nothing', () => {
    expect(proportionOf({partWeight: 0, wholeWeight: 0, squaredWeight: 0})).toEqual({state: 'none'});
    expect(proportionOf({partWeight: 0, wholeWeight: 9, squaredWeight: 9})).toMatchObject({share: 0, lowShare: 0});
    expect(proportionOf({partWeight: 9, wholeWeight: 9, squaredWeight: 9})).toMatchObject({share: 1, highShare: 1});
  });

  it('weigh less than their sum', () => {
    expect(effectiveCount(200, 400)).toBe(100);
    expect(effectiveCount(110, 1010)).toBeCloseTo(11.98, 2);
  });
});

import {describe, expect, it} from 'vitest';
import {
  formatBudget,
  formatCount,
  formatMs,
  formatPercentile,
  formatShare,
  readQuery,
  writeQuery,
} from '../../src/dashboard/index.ts';

const plain = (text: string) => text.replaceAll('\u202f', ' ');

describe('numbers', () => {
  it.each([
    [0, '0.0 ms'],
    [7.24, '7.2 ms'],
    [9.96, '10 ms'],
    [717.4, '717 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [4104.5, '4.10 s'],
    [9994, '9.99 s'],
    [9996, '10.0 s'],
    [12_420, '12.4 s'],
    [99_960, '100 s'],
    [600_000, '600 s'],
  ])('write %d ms with three digits', (ms, expected) => {
    expect(plain(formatMs(ms))).toBe(expected);
  });

  it('never write some as none, nor most as all', () => {
    const shares = [0, 0.0001, 0.0009, 0.001, 0.021, 0.0994, 0.5, 0.998, 0.9991, 0.99999, 1];
    expect(shares.map((share) => plain(formatShare(share)))).toEqual([
      '0 %',
      '<0.1 %',
      '<0.1 %',
      '0.1 %',
      '2.1 %',
      '9.9 %',
      '50 %',
      '99.8 %',
      '>99.9 %',
      '>99.9 %',
      '100 %',
    ]);
  });

  it('write percentiles, budgets and counts as people say them', () => {
    expect([0.5, 0.95, 0.99, 0.999].map(formatPercentile)).toEqual(['P50', 'P95', 'P99', 'P99.9']);
    expect([400, 1500, 3000].map((ms) => plain(formatBudget(ms)))).toEqual(['400 ms', '1.5 s', '3 s']);
    expect(formatCount(6002)).toBe('6,002');
  });
});

describe('the address', () => {
  it('says what is looked at, and says it again the same', () => {
    for (const query of [{since: '24h'}, {since: '7d', site: 'shop-eu'}, {since: '1h', route: '/a/:id'}] as const) {
      expect(readQuery(writeQuery(query))).toEqual(query);
    }
  });

  it('falls back to the last day of everything', () => {
    for (const search of ['', '?', '?since=5y&site=', '?since=']) expect(readQuery(search)).toEqual({since: '24h'});
  });
});

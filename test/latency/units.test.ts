import {expect, test} from 'vitest';
import {readLifetime, readPercentile, readTime, roundMs} from '../../src/latency/index.ts';

test.each([
  ['800ms', 800],
  ['4s', 4000],
  ['0.5s', 500],
  ['1.5ms', 1.5],
  ['250', 250],
  ['0', 0],
  [' 3s ', 3000],
  ['600s', 600_000],
])('%j is a time', (text, timeMs) => {
  expect(readTime(text)).toBe(timeMs);
});

test.each([
  '',
  ' ',
  '-1',
  '-4s',
  '+4',
  '4 s',
  '4m',
  '4h',
  '4S',
  '1e3',
  '.5s',
  '5.',
  '601s',
  '600001',
  'soon',
  '4s4',
  'NaN',
  'Infinity',
  '0x10',
  '٤',
])('%j is no time', (text) => {
  expect(readTime(text)).toBeUndefined();
});

test.each([
  ['1500', 1500],
  ['20ms', 20],
  ['90s', 90_000],
  ['1.5m', 90_000],
  ['12h', 43_200_000],
  [' 7d ', 604_800_000],
])('%j is a lifetime', (text, lifetimeMs) => {
  expect(readLifetime(text)).toBe(lifetimeMs);
});

test.each(['', '0', '0d', '-1d', '1w', '7 d', '7D', 'd', 'soon', '1e9d', '0.0001ms', '9999999999'])(
  '%j is no lifetime',
  (text) => {
    expect(readLifetime(text)).toBeUndefined();
  },
);

test.each([
  ['p50', 0.5],
  ['p80', 0.8],
  ['p99', 0.99],
  ['p99.9', 0.999],
  ['p99.95', 0.9995],
  ['p7', 0.07],
  [' p95 ', 0.95],
])('%j is a percentile', (text, share) => {
  expect(readPercentile(text)).toBe(share);
});

test.each(['', 'p', '95', 'p0', 'p00', 'p0.0', 'p100', 'p-5', 'P95', 'p99.999', 'p9.', 'pp95', 'p95%'])(
  '%j is no percentile',
  (text) => {
    expect(readPercentile(text)).toBeUndefined();
  },
);

test('times are rounded to one decimal of a millisecond', () => {
  expect([0, 0.04, 0.05, 12.34, 12.35, 99.96].map(roundMs)).toEqual([0, 0, 0.1, 12.3, 12.4, 100]);
});

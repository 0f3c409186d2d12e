import {describe, expect, it} from 'vitest';
import {
  moveQuery,
  type Query,
  readQuery,
  timesOf,
  writeListed,
  writeQuery,
  writeView,
} from '../../src/dashboard/query.ts';

const HOUR_MS = 3_600_000;
const NOW = 1000 * HOUR_MS;

describe('what is looked at', () => {
  it('is the same after it was written to an address and read from it', () => {
    const query: Query = {
      since: '7d',
      from: 1000,
      until: 2000,
      site: 'simulated-shop',
      route: '/product/:id',
      class: 'order_status',
      device: 'mobile',
      net: 'slow-2g',
      simulated: 'no',
      compare: 'week',
      outcome: 'fallback',
      over: true,
    };
    const {since: _, ...rest} = query;
    expect(readQuery(writeView(query))).toEqual({...rest, since: '24h'}); // two instants need no length
    expect(readQuery(writeView({since: '30d', until: 5}))).toEqual({since: '30d', until: 5});
  });

  it.each([
    ['since=2h', {}],
    ['since=1h&device=watch&net=5g', {since: '1h'}],
    ['site=A%20b&route=..%2F&class=%22', {}],
    ['from=x&until=-4', {}],
    ['from=9&until=5', {until: 5}],
    ['from=1e9', {}],
    ['compare=year&outcome=lost&over=yes&simulated=1', {}],
    ['site=%F0%9F%98%80', {}],
  ])('is never what an address says wrong: %s', (search, expected) => {
    expect(readQuery(`?${search}`)).toEqual({since: '24h', ...expected});
  });

  it('is told to the collector without what it would not narrow by', () => {
    const query: Query = {since: '1h', compare: 'week', outcome: 'error', over: true, site: 'a'};
    expect(writeQuery(query)).toBe('?since=1h&site=a');
    expect(writeListed(query)).toBe('?since=1h&site=a&outcome=error&over=1');
  });
});

describe('a step in time', () => {
  it('goes back by its own length, from now on and again', () => {
    const once = moveQuery({since: '1h', site: 'a'}, {by: 'earlier', nowAt: NOW});
    expect(once).toEqual({since: '1h', site: 'a', until: NOW - HOUR_MS});
    expect(timesOf(moveQuery(once, {by: 'earlier', nowAt: NOW}), NOW)).toEqual({
      fromAt: NOW - 3 * HOUR_MS,
      untilAt: NOW - 2 * HOUR_MS,
    });
  });

  it('ends at now when it goes on, and then goes with the clock', () => {
    const nearly = moveQuery({since: '1h', until: NOW - 61 * 60_000}, {by: 'later', nowAt: NOW});
    expect(nearly).toEqual({since: '1h'});
    const past: Query = {since: '1h', until: NOW - 90 * 60_000};
    expect(moveQuery(past, {by: 'later', nowAt: NOW})).toEqual({since: '1h', until: NOW - 30 * 60_000});
    expect(moveQuery({since: '1h', until: NOW - 30 * 60_000}, {by: 'later', nowAt: NOW})).toEqual({since: '1h'});
  });

  it('moves two instants together', () => {
    const between: Query = {since: '24h', from: NOW - 10 * HOUR_MS, until: NOW - 8 * HOUR_MS};
    expect(moveQuery(between, {by: 'earlier', nowAt: NOW})).toEqual({
      since: '24h',
      from: NOW - 12 * HOUR_MS,
      until: NOW - 10 * HOUR_MS,
    });
    const late: Query = {since: '24h', from: NOW - 3 * HOUR_MS, until: NOW - HOUR_MS};
    expect(moveQuery(late, {by: 'later', nowAt: NOW})).toEqual({since: '24h', from: NOW - 2 * HOUR_MS});
  });
});

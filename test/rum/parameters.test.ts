import {describe, expect, test} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import {MAX_VALUE_LENGTH, makeFit, PARAMETERS, writeArms, writeTurn} from '../../src/rum/index.ts';
import {createRandom} from '../latency/random.ts';
import {makeTurn} from './turns.ts';

const ID = 'ab'.repeat(16);

test('a turn of which much is known has every parameter, with whole numbers', () => {
  const record: TurnRecord = {
    id: ID,
    rev: 1,
    final: true,
    age: 5000,
    outcome: 'fallback',
    class: 'order-status',
    source: 'fallback',
    t: {sent: 2.1, token: 700.2, paint: 812.6, done: 2345.4},
    waited: 12.5,
    silence: 640.5,
    over: ['first-token', 'retrieval'],
    stages: [
      {s: 'retrieval', ms: 512.3},
      {s: 'model', ms: 1800.7, st: 'timeout'},
      {s: 'tools', ms: 90},
    ],
    cache: {hit: 'semantic', at: 'server', age_s: 3},
    prefetch: {r: 'late', lead: 200},
    hedge: {won: 'hedge', at: 900},
    fallback: {why: 'deadline-token', kind: 'faq', at: 700},
    stream: {verdict: 'chunked', tokens: 120, est: true, stalls: 2},
    arms: {prefetch: 'on', hedge: 'auto'},
    route: 'powerful',
    model: 'small-2',
  };
  expect(writeTurn({...record}, '/checkout')).toEqual({
    turn_id: ID,
    route: '/checkout',
    prompt_class: 'order-status',
    source: 'fallback',
    outcome: 'fallback',
    ttft_ms: 813,
    waited_ms: 13,
    silence_ms: 641,
    over_budget: 'first-token|retrieval',
    slowest_stage: 'model',
    slowest_ms: 1801,
    cache: 'semantic',
    prefetch: 'late',
    hedge: 'hedge',
    fallback: 'faq',
    tokens: 120,
    stalls: 2,
    buffered: true,
    arm: 'prefetch=on|hedge=auto',
  });
  const {waited: _, ...answered} = record;
  const names = Object.keys(writeTurn(answered, '/checkout'));
  expect(names.sort()).toEqual(PARAMETERS.filter((name) => name !== 'feedback' && name !== 'waited_ms').sort());
});

test('a turn of which little is known has no parameter for the rest', () => {
  expect(writeTurn({id: ID, rev: 1, final: true, age: 1, outcome: 'offline', t: {}}, '/')).toEqual({
    turn_id: ID,
    route: '/',
    outcome: 'offline',
    over_budget: 'none',
  });
});

describe('a time that is none', () => {
  test.each(['abandoned', 'stopped', 'error', 'cut'] as const)(
    'is not told as the completion of one that is %s',
    (outcome) => {
      const told = writeTurn(makeTurn({outcome, waited: 700}), '/');
      expect(told).toMatchObject({ttft_ms: 301, waited_ms: 700});
      expect(told).not.toHaveProperty('complete_ms');
    },
  );

  test('is not told of a page that was hidden', () => {
    const told = writeTurn(makeTurn({hidden: 9000, hid: 400}), '/');
    expect(told).toMatchObject({ttft_ms: 301}); // it was seen before
    expect(told).not.toHaveProperty('complete_ms');
  });

  test('is told of one that ended well', () => {
    expect(writeTurn(makeTurn(), '/')).toMatchObject({complete_ms: 700});
  });

  test.each([
    ['streamed', false],
    ['buffered', true],
    ['chunked', true],
    ['single', undefined],
    ['unknown', undefined],
  ] as const)('does not decide whether tokens were held back: %s', (verdict, buffered) => {
    expect(writeTurn(makeTurn({stream: {verdict}}), '/').buffered).toBe(buffered);
  });
});

test('names that do not all stand in one value are left out whole', () => {
  const arms = Object.fromEntries(Array.from({length: 4}, (_, at) => [`experiment-${at}-${'x'.repeat(19)}`, 'arm-1']));
  expect(writeArms(arms)).toBe(
    Object.entries(arms)
      .slice(0, 2)
      .map(([name, arm]) => `${name}=${arm}`)
      .join('|'),
  );
  expect(writeArms(undefined)).toBe('');
});

describe('the limits of GA4 hold', () => {
  test('in names', () => {
    expect(PARAMETERS.length).toBeLessThanOrEqual(25);
    for (const name of PARAMETERS) expect(name).toMatch(/^[a-z][a-z_]{0,39}$/);
    for (const name of PARAMETERS) expect(name).not.toMatch(/^(ga|google|firebase|gtag|_)_?/);
  });

  test('in texts, which end with a whole character', () => {
    const told = makeFit({source: '😀'.repeat(80), route: `a${'😀'.repeat(80)}`, outcome: '', cache: 'x'.repeat(101)});
    expect(told.source).toBe('😀'.repeat(50));
    expect(told.route).toBe(`a${'😀'.repeat(49)}`);
    expect(told.cache).toBe('x'.repeat(100));
    expect(told).not.toHaveProperty('outcome');
  });

  test('whatever a record holds: 2,000 of them, the same each time', () => {
    const random = createRandom(20_260_801);
    const pick = <T>(...from: T[]) => from[Math.floor(random() * from.length)] as T; // from is not empty
    const text = () =>
      pick('', 'a', 'model', 'ß', '😀', '\uD83D', '\u0000', 'a|b=c', '<b>', ' ').repeat(Math.floor(random() * 130));
    const number = () =>
      pick(0, -0, -1.5, 0.49, 3.5, 1e300, -1e300, Number.NaN, Number.POSITIVE_INFINITY, random() * 1e5);
    const odd = (): unknown =>
      pick<() => unknown>(
        text,
        number,
        () => undefined,
        () => null,
        () => ({}),
        () => [1],
        () => true,
      )();
    for (let at = 0; at < 2000; at++) {
      const record = {
        id: text(),
        outcome: odd(),
        class: odd(),
        source: odd(),
        waited: pick(undefined, odd()),
        hidden: odd(),
        silence: odd(),
        t: {paint: odd(), done: odd()},
        over: Array.from({length: Math.floor(random() * 12)}, text),
        stages: Array.from({length: Math.floor(random() * 12)}, () => ({s: odd(), ms: number()})),
        cache: pick(undefined, {hit: odd()}),
        prefetch: pick(undefined, {r: odd()}),
        hedge: pick(undefined, {won: odd()}),
        fallback: pick(undefined, {kind: odd()}),
        stream: pick(undefined, {verdict: text(), tokens: odd(), stalls: odd()}),
        arms: pick(undefined, {[text()]: text(), [text()]: text(), other: text()}),
      } as unknown as TurnRecord; // nothing that a record may be
      const told = writeTurn(record, text());
      const entries = Object.entries(told);
      expect(entries.length).toBeLessThanOrEqual(20);
      for (const [name, value] of entries) {
        expect(PARAMETERS).toContain(name);
        if (typeof value === 'number') expect(Number.isInteger(value) && Number.isFinite(value), name).toBe(true);
        else if (typeof value === 'string') {
          expect(value.length, name).toBeGreaterThan(0);
          expect(value.length, name).toBeLessThanOrEqual(MAX_VALUE_LENGTH);
        } else expect(typeof value, name).toBe('boolean');
      }
    }
  });
});

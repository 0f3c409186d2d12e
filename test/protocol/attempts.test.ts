import {expect, test} from 'vitest';
import {readFallback, readHedge} from '../../src/protocol/index.ts';
import schema from '../rules/spec/beacon.schema.json' with {type: 'json'};

const WRONG = [undefined, null, 12, 'text', [], {}, [[1]], {a: 1}];

test('whether a second attempt is welcome is said, or not known', () => {
  expect(readHedge({allowed: true, afterMs: 812, later: 1})).toEqual({allowed: true, afterMs: 812});
  expect(readHedge({allowed: false})).toEqual({allowed: false});
  for (const wrong of WRONG) {
    expect(readHedge(wrong)).toBeUndefined();
    expect(readHedge({allowed: wrong, afterMs: 812})).toBeUndefined();
  }
});

test('a second attempt that is welcome after a time that is none is welcome without one', () => {
  const noTimes = [...WRONG.filter((wrong) => wrong !== 12), true, 0, -1, Number.NaN, Number.POSITIVE_INFINITY];
  for (const afterMs of noTimes) expect(readHedge({allowed: true, afterMs})).toEqual({allowed: true});
});

test('of a fallback all words of the record are known, and no others', () => {
  const {why, kind} = schema.$defs.turn.properties.fallback.properties;
  expect([why.enum.length, kind.enum.length]).toEqual([6, 6]);
  for (const word of why.enum) expect(readFallback({why: word, kind: 'faq'})).toEqual({why: word, kind: 'faq'});
  for (const word of kind.enum) expect(readFallback({why: 'error', kind: word})).toEqual({why: 'error', kind: word});
  for (const wrong of [...WRONG, 'constructor']) {
    expect(readFallback(wrong)).toBeUndefined();
    expect(readFallback({why: wrong, kind: 'faq'})).toBeUndefined();
    expect(readFallback({why: 'error', kind: wrong})).toBeUndefined();
  }
});

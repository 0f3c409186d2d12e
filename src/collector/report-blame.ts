import type {BlameReport} from '../protocol/index.ts';
import type {BlameReading} from './blame-reading.ts';
import {contributionsOf, tailOf} from './tail.ts';
import {splitsOf, verdictOf} from './tail-verdict.ts';

/** Says what makes the tail of the time to the first visible answer long. */
export function blameOf(reading: BlameReading): BlameReport {
  return {
    count: reading.all.sets.all.count,
    verdict: verdictOf(reading),
    ...contributionsOf(reading.all.sets),
    tail: {all: tailOf(reading.all), misses: tailOf(reading.misses)},
    splits: splitsOf(reading),
  };
}

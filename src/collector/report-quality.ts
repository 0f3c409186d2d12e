import type {QualityReport, StreamQuality} from '../protocol/index.ts';
import {effectiveCount, proportionOf} from './figures.ts';
import type {QualityReading} from './quality-reading.ts';

/** A proxy is named where surely more than this share of answers was held back: less is what single networks do. */
export const HELD_NAMED_SHARE = 0.05;

/** Of fewer answers nothing is said: the interval of a share says too much there. */
export const HELD_NAMED_COUNT = 20;

/** Makes the report on what a window's figures stand on. */
export function qualityOf(reading: QualityReading): QualityReport {
  const {hidden, weight, squaredWeight, streams, ...counts} = reading;
  const sentCount = reading.count + reading.droppedCount;
  return {
    ...counts,
    hidden: proportionOf(hidden),
    dropped: proportionOf({partWeight: reading.droppedCount, wholeWeight: sentCount, squaredWeight: sentCount}),
    weight,
    effectiveCount: Math.floor(effectiveCount(weight, squaredWeight) + 1e-9),
    streams: streams
      .map(streamOf)
      .toSorted((a, b) => Number(b.by === 'all') - Number(a.by === 'all') || heldOf(b) - heldOf(a)),
  };
}

function streamOf(read: QualityReading['streams'][number]): StreamQuality {
  const {by, name, count, bufferedCount, chunkedCount} = read;
  const held = proportionOf(read);
  return {
    by,
    ...(name === undefined ? {} : {name}),
    count,
    bufferedCount,
    chunkedCount,
    held,
    verdict: verdictOf(held),
  };
}

function verdictOf(held: StreamQuality['held']): StreamQuality['verdict'] {
  if (held.state === 'none' || held.count < HELD_NAMED_COUNT) return 'open';
  if (held.lowShare > HELD_NAMED_SHARE) return 'held';
  return held.highShare < HELD_NAMED_SHARE ? 'streamed' : 'open';
}

function heldOf({held}: StreamQuality): number {
  return held.state === 'known' ? held.lowShare : 0;
}

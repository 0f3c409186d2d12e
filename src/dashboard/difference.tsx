import type {DifferenceMs, DifferenceShare} from '../protocol/index.ts';
import {formatDifference, formatPoints} from './format.ts';

/** Draws a difference of times with its interval, or why there is none. */
export function DifferenceText({difference}: {difference: DifferenceMs | undefined}) {
  if (!difference) return <span class="figure figure-hidden">none</span>;
  if (difference.state === 'hidden') return <span class="figure figure-hidden">{difference.words}</span>;
  const {differenceMs, lowMs, highMs} = difference;
  return (
    <span class="figure">
      <span class="value">{formatDifference(differenceMs)}</span>
      <span class="interval">
        <span class="sr">interval </span>
        {formatDifference(lowMs)} to {formatDifference(highMs)}
      </span>
    </span>
  );
}

/** Draws a difference of shares in the same way. */
export function PointsText({difference}: {difference: DifferenceShare}) {
  if (difference.state === 'none') return <span class="figure figure-hidden">too few pages</span>;
  const {differenceShare, lowShare, highShare} = difference;
  return (
    <span class="figure">
      <span class="value">{formatPoints(differenceShare)}</span>
      <span class="interval">
        <span class="sr">interval </span>
        {formatPoints(lowShare)} to {formatPoints(highShare)}
      </span>
    </span>
  );
}

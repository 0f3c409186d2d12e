import type {Summary} from '../protocol/index.ts';
import {formatCount, formatPercentile} from './format.ts';
import type {Query} from './query.ts';

/** Says which percentiles of the first word are missing for want of turns, how many they need, and what would help. */
export function LittleData(props: {summary: Summary; query: Query; onQuery: (query: Query) => void}) {
  const {summary, query, onQuery} = props;
  const missing = summary.firstToken.all.figures.flatMap((figure) => (figure.state === 'hidden' ? [figure] : []));
  const tail = missing.find(({share}) => share === 0.99);
  if (!tail) return null;
  const needs = missing
    .map(({share, needsCount}) => `${formatPercentile(share)} ${formatCount(needsCount)}`)
    .join(', ');
  const widest = query.since === '30d' && query.from === undefined;
  const {from: _from, until: _until, ...now} = query;
  return (
    <p class="banner banner-little">
      <span>
        Few turns: {formatCount(tail.count)} so far that tell of the first word. Needed for {needs}. What is below is
        true as far as it is shown.
      </span>
      {!widest && (
        <button type="button" onClick={() => onQuery({...now, since: '30d'})}>
          Look at 30 days
        </button>
      )}
    </p>
  );
}

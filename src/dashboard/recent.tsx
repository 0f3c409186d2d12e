import type {RecentTurn, Summary} from '../protocol/index.ts';
import {formatClock, formatMs} from './format.ts';
import {ScrollBox} from './scroll-box.tsx';

/** Draws the latest turns by their times; there is nothing else to show of them. */
export function Recent({summary}: {summary: Summary}) {
  return (
    <section class="card wide" aria-labelledby="recent">
      <h2 id="recent">Latest turns</h2>
      <ScrollBox label="Latest turns, table">
        <table class="recent" aria-label="The last 20 turns, newest first">
          <thead>
            <tr>
              <th scope="col">Asked</th>
              <th scope="col">First word</th>
              <th scope="col">Complete</th>
              <th scope="col">Outcome</th>
              <th scope="col">Source</th>
              <th scope="col">Route</th>
              <th scope="col">Over budget</th>
            </tr>
          </thead>
          <tbody>
            {summary.recent.map((turn, index) => (
              <RecentRow key={`${turn.turnAt} ${index}`} turn={turn} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  );
}

function RecentRow({turn}: {turn: RecentTurn}) {
  const {turnAt, firstTokenMs, doneMs, waitedMs, outcome, source, route, pageRoute, over} = turn;
  return (
    <tr>
      <td>
        <time dateTime={new Date(turnAt).toISOString()}>{formatClock(turnAt)}</time>
      </td>
      <td class={over.includes('first-token') ? 'over' : undefined}>
        {firstTokenMs !== undefined
          ? formatMs(firstTokenMs)
          : waitedMs !== undefined
            ? `waited ${formatMs(waitedMs)}`
            : ''}
      </td>
      <td class={over.includes('complete') ? 'over' : undefined}>{doneMs === undefined ? '' : formatMs(doneMs)}</td>
      <td>
        <span class={`outcome outcome-${outcome}`}>{outcome}</span>
      </td>
      <td>{source ?? ''}</td>
      <td>{[pageRoute, route].filter(Boolean).join(' · ')}</td>
      <td>{over.join(', ')}</td>
    </tr>
  );
}

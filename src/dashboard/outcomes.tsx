import type {Summary, Tally} from '../protocol/index.ts';
import {ShareBar} from './figure.tsx';
import {formatCount, formatShare} from './format.ts';

const BAD = new Set(['abandoned', 'error', 'offline', 'cut', 'partial']);

/** Draws how turns ended, and who answered them. */
export function Outcomes({summary}: {summary: Summary}) {
  return (
    <section class="card" aria-labelledby="outcomes">
      <h2 id="outcomes">Outcomes</h2>
      <TallyTable heading="How turns ended" rows={summary.outcomes} />
      <TallyTable heading="Who answered" rows={summary.sources} />
    </section>
  );
}

function TallyTable({heading, rows}: {heading: string; rows: readonly Tally[]}) {
  return (
    <table class="tallies">
      <caption>{heading}</caption>
      <thead>
        <tr>
          {['Name', 'Turns', 'Share'].map((words) => (
            <th key={words} scope="col">
              <span class="sr">{words}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({name, count, share}) => (
          <tr key={name}>
            <th scope="row">{name === 'none' ? 'nobody' : name}</th>
            <td>{formatCount(count)}</td>
            <td>
              <span class="share">
                <span class="value">{formatShare(share)}</span>
                <ShareBar share={share} tone={BAD.has(name) ? 'bad' : 'plain'} />
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

import {FigureText, ShareText} from './figure.tsx';
import {formatCount, formatPercentile} from './format.ts';
import {EMPHASIS} from './headline.tsx';
import type {Query} from './query.ts';
import {ScrollBox} from './scroll-box.tsx';
import {useReport} from './use-answer.ts';

/** Draws the time to the first word by the backend's route and by prompt class, slowest first. */
export function Routes({query}: {query: Query}) {
  const rows = useReport('routes', query)?.report.rows ?? [];
  if (rows.length === 0) return null;
  const percentiles = rows[0]?.figures ?? [];
  return (
    <section class="card wide" aria-labelledby="routes">
      <h2 id="routes">By route and prompt class</h2>
      <ScrollBox label="By route and prompt class, table">
        <table aria-labelledby="routes">
          <thead>
            <tr>
              <th scope="col">Route or class</th>
              <th scope="col">Turns</th>
              {percentiles.map(({share}) => (
                <th key={share} scope="col" class={share === EMPHASIS ? 'emphasis' : undefined}>
                  {formatPercentile(share)}
                </th>
              ))}
              <th scope="col">Over budget</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.by} ${row.name}`}>
                <th scope="row">
                  <code>{row.name}</code> <span class="count">{row.by}</span>
                </th>
                <td>{formatCount(row.count)}</td>
                {row.figures.map((figure) => (
                  <td key={figure.share} class={figure.share === EMPHASIS ? 'emphasis' : undefined}>
                    <FigureText figure={figure} />
                  </td>
                ))}
                <td>
                  <ShareText share={row.over} tone="bad" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  );
}

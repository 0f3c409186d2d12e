import {FigureText} from './figure.tsx';
import {formatCount, formatPercentile} from './format.ts';
import {EMPHASIS} from './headline.tsx';
import type {Query} from './query.ts';
import {ScrollBox} from './scroll-box.tsx';
import {useReport} from './use-answer.ts';

/** Draws the first word's percentiles day by day, newest first, also of days whose turns are no longer there. */
export function History({query}: {query: Query}) {
  const report = useReport('history', query)?.report;
  if (!report || report.days.length < 2) return null;
  const shares = report.days[0]?.firstToken.all.map(({share}) => share) ?? [];
  return (
    <section class="card wide" aria-labelledby="history">
      <h2 id="history">First word, day by day</h2>
      <p class="note">
        Up to 13 months, whatever time is chosen above. Read from buckets: at most {report.errorShare * 100} % beside
        the exact percentile.
        {report.isCut && ' Days older than 30 days are left out: nothing is kept of their devices and networks.'}
      </p>
      <ScrollBox label="First word, day by day, table" tall="bounded">
        <table aria-labelledby="history">
          <thead>
            <tr>
              <th scope="col">Day (UTC)</th>
              <th scope="col">Turns</th>
              {shares.map((share) => (
                <th key={share} scope="col" class={share === EMPHASIS ? 'emphasis' : undefined}>
                  {formatPercentile(share)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {report.days.toReversed().map((day) => (
              <tr key={day.dayAt}>
                <th scope="row">{new Date(day.dayAt).toISOString().slice(0, 10)}</th>
                <td>{formatCount(day.count)}</td>
                {day.firstToken.all.map((figure) => (
                  <td key={figure.share} class={figure.share === EMPHASIS ? 'emphasis' : undefined}>
                    <FigureText figure={figure} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  );
}

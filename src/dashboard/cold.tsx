import type {ColdRatio, ColdRow} from '../protocol/index.ts';
import {ComparisonCard} from './comparison-card.tsx';
import {FigureText} from './figure.tsx';
import {formatCount, formatPercentile} from './format.ts';
import type {Query} from './query.ts';
import {ScrollBox} from './scroll-box.tsx';

const WORDS: Readonly<Record<ColdRow['by'], string>> = {
  page: 'first turn of a page',
  process: 'first of a server process',
  cache: 'server cache had nothing',
  prompt: 'provider had kept no prompt',
};

/** Draws how many times as long turns take that had something to warm up. */
export function Cold({query}: {query: Query}) {
  return (
    <ComparisonCard
      name="cold"
      title="Cold starts"
      query={query}
      draw={({rows}) =>
        rows.length === 0 ? null : (
          <ScrollBox label="Cold starts, table">
            <table aria-labelledby="cold">
              <thead>
                <tr>
                  <th scope="col">Cold</th>
                  <th scope="col">Turns</th>
                  <th scope="col">Percentile</th>
                  <th scope="col">Cold</th>
                  <th scope="col">Warm</th>
                  <th scope="col">Times as long</th>
                </tr>
              </thead>
              <tbody>
                {rows.flatMap((row) =>
                  row.ratios.map((ratio) => (
                    <tr key={`${row.by} ${ratio.share}`}>
                      <th scope="row">{WORDS[row.by]}</th>
                      <td>
                        {formatCount(row.coldCount)} against {formatCount(row.warmCount)}
                      </td>
                      <td>{formatPercentile(ratio.share)}</td>
                      <td>
                        <FigureText figure={ratio.cold} />
                      </td>
                      <td>
                        <FigureText figure={ratio.warm} />
                      </td>
                      <td>
                        <RatioText ratio={ratio.ratio} />
                      </td>
                    </tr>
                  )),
                )}
              </tbody>
            </table>
          </ScrollBox>
        )
      }
    />
  );
}

function RatioText({ratio}: {ratio: ColdRatio['ratio']}) {
  if (ratio.state === 'hidden') return <span class="figure figure-hidden">{ratio.words}</span>;
  return (
    <span class="figure">
      <span class="value">{ratio.times.toFixed(2)}</span>
      <span class="interval">
        <span class="sr">95 % interval </span>
        {ratio.lowTimes.toFixed(2)} to {ratio.highTimes.toFixed(2)}
      </span>
    </span>
  );
}

import type {DriftCause, DriftRow} from '../protocol/index.ts';
import {ComparisonCard} from './comparison-card.tsx';
import {DifferenceText} from './difference.tsx';
import {FigureText} from './figure.tsx';
import {formatPoints, formatShare} from './format.ts';
import type {Query} from './query.ts';
import {ScrollBox} from './scroll-box.tsx';

const STATES: Readonly<Record<DriftRow['state'], [words: string, tone: string]>> = {
  slower: ['slower', 'outcome-error'],
  faster: ['faster', ''],
  steady: ['no change', ''],
  few: ['too few pages', 'outcome-open'],
};

const BY: Readonly<Record<DriftCause['by'], string>> = {
  class: 'prompt class',
  model: 'model',
  device: 'device',
  net: 'network',
  answered: 'who answered',
};

/** Draws what became slower or faster in the last day. */
export function Drift({query}: {query: Query}) {
  return (
    <ComparisonCard
      name="drift"
      title="The last day against the week before"
      query={query}
      draw={({rows}) =>
        rows.some(({state}) => state !== 'few') ? (
          <>
            <ScrollBox label="The last day against the week before, table">
              <table aria-labelledby="drift">
                <thead>
                  <tr>
                    <th scope="col">Turns</th>
                    <th scope="col">P95 before</th>
                    <th scope="col">P95 now</th>
                    <th scope="col">Change</th>
                    <th scope="col">Found</th>
                    <th scope="col">Why</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <DriftLine key={`${row.by} ${row.name}`} row={row} />
                  ))}
                </tbody>
              </table>
            </ScrollBox>
            <p class="note">
              Time to the first word of 24 hours against the same hours of seven days. Told as a change where it is over
              10 % and over 50 ms and not by chance: of those that are told at most 5 % are.
            </p>
          </>
        ) : null
      }
    />
  );
}

function DriftLine({row}: {row: DriftRow}) {
  const [words, tone] = STATES[row.state];
  return (
    <tr>
      <th scope="row">
        {row.by === 'all' ? 'all' : <code>{row.name}</code>} {row.by !== 'all' && <span class="count">{row.by}</span>}
      </th>
      <td>
        <FigureText figure={row.before} />
      </td>
      <td>
        <FigureText figure={row.recent} />
      </td>
      <td>
        <DifferenceText difference={row.change} />
      </td>
      <td class={tone}>{words}</td>
      <td>{row.causes?.[0] ? <Cause cause={row.causes[0]} /> : ''}</td>
    </tr>
  );
}

/** Says by one property of turns what made the share of slow ones change. */
function Cause({cause}: {cause: DriftCause}) {
  const [group] = cause.groups;
  if (!group) return null;
  return (
    <span class="figure">
      <span>
        {BY[cause.by]}: {formatPoints(cause.mixShare)} by other turns, {formatPoints(cause.withinShare)} within them
      </span>
      <span class="interval">
        <code>{group.name}</code> {formatShare(group.partBeforeShare)} to {formatShare(group.partShare)} of the turns,
        slow {formatShare(group.slowBeforeShare)} to {formatShare(group.slowShare)}
      </span>
    </span>
  );
}

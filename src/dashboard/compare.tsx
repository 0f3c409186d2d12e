import type {CompareReport, FigureChange, ShareChange} from '../protocol/index.ts';
import {FigureText, ShareText} from './figure.tsx';
import {formatCount, formatDifference, formatMoment, formatPercentile, formatPoints} from './format.ts';
import type {Query} from './query.ts';
import {ScrollBox} from './scroll-box.tsx';
import {useReportState} from './use-answer.ts';
import {Unread} from './waiting.tsx';

const MILESTONES = {
  'first-token': 'First word',
  'first-token/misses': 'First word, misses only',
  complete: 'Complete answer',
} as const;

const SHARES = {
  'over-first-token': 'First word over budget',
  'over-complete': 'Complete answer over budget',
  'left-first': 'Left before the first word',
  'left-end': 'Left before the end',
} as const;

/** What of a stage is compared. */
const STAGE_SHARES: readonly number[] = [0.95, 0.99];

/** Draws what changed against an earlier window; nothing where none was asked for. */
export function Compare({query}: {query: Query}) {
  return query.compare ? <Compared query={query} /> : null;
}

function Compared({query}: {query: Query}) {
  const {state, busy} = useReportState('compare', query);
  const report = 'answer' in state && !busy ? state.answer.report : undefined;
  return (
    <section class="card wide" aria-labelledby="compare" aria-busy={!report}>
      <h2 id="compare">
        {query.compare === 'week' ? 'Against the same time a week ago' : 'Against the same length of time before'}
      </h2>
      {report ? <Tables report={report} /> : <Unread state={state} />}
    </section>
  );
}

function Tables({report}: {report: CompareReport}) {
  const {milestones, shares, stages, turns} = report;
  return (
    <>
      <p class="note">
        Before: {formatMoment(report.fromAt, Date.now())} to {formatMoment(report.untilAt, Date.now())},{' '}
        {formatCount(turns.count)} turns
        {turns.simulatedCount > 0 && `, ${formatCount(turns.simulatedCount)} of them simulated`}. A difference is called
        one where the two 95 % intervals do not overlap: with so many figures side by side its own interval alone would
        call one in twenty by chance.
      </p>
      <ScrollBox label="Comparison of percentiles, table">
        <table class="compared" aria-label="Percentiles of both times">
          <Head first="Percentile" />
          <tbody>
            {milestones.flatMap(({name, figures}) =>
              figures.map((change) => (
                <FigureRow
                  key={`${name} ${change.now.share}`}
                  name={`${MILESTONES[name]}, ${formatPercentile(change.now.share)}`}
                  change={change}
                />
              )),
            )}
          </tbody>
        </table>
      </ScrollBox>
      <ScrollBox label="Comparison of shares, table">
        <table class="compared" aria-label="Shares of both times">
          <Head first="Share" />
          <tbody>
            {shares.map(({name, share}) => (
              <ShareRow key={name} name={SHARES[name]} change={share} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {stages.length > 0 && (
        <ScrollBox label="Comparison of stages, table">
          <table class="compared" aria-label="Stages of both times">
            <Head first="Stage" />
            <tbody>
              {stages.flatMap(({stage, figures, over}) => [
                ...figures
                  .filter(({now}) => STAGE_SHARES.includes(now.share))
                  .map((change) => (
                    <FigureRow
                      key={`${stage} ${change.now.share}`}
                      name={`${stage}, ${formatPercentile(change.now.share)}`}
                      change={change}
                    />
                  )),
                ...(over.now.state === 'known' || over.before.state === 'known'
                  ? [<ShareRow key={`${stage} over`} name={`${stage}, over budget`} change={over} />]
                  : []),
              ])}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </>
  );
}

function Head({first}: {first: string}) {
  return (
    <thead>
      <tr>
        {[first, 'Now', 'Before', 'Difference'].map((words) => (
          <th key={words} scope="col">
            {words}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function FigureRow({name, change}: {name: string; change: FigureChange}) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <FigureText figure={change.now} />
      </td>
      <td>
        <FigureText figure={change.before} />
      </td>
      <Difference change={change.change} write={formatDifference} unit="ms" />
    </tr>
  );
}

function ShareRow({name, change}: {name: string; change: ShareChange}) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <ShareText share={change.now} tone="bad" />
      </td>
      <td>
        <ShareText share={change.before} tone="bad" />
      </td>
      <Difference change={change.change} write={formatPoints} unit="share" />
    </tr>
  );
}

function Difference(props: {change: FigureChange['change']; write: (value: number) => string; unit: 'ms' | 'share'}) {
  const {change, write, unit} = props;
  if (change.state === 'unknown') return <td class="figure-hidden">cannot be told</td>;
  const {state, difference, lowDifference, highDifference} = change;
  const kind = state === 'together' ? 'same' : difference > 0 ? 'worse' : 'better';
  const words = {same: 'may be chance', worse: 'worse', better: 'better'}[kind];
  return (
    <td>
      <span class={`figure change-${kind}`}>
        <data class="value" value={difference} data-unit={unit} data-low={lowDifference} data-high={highDifference}>
          {write(difference)}
        </data>
        <span class="interval">
          {write(lowDifference)} to {write(highDifference)}, {words}
        </span>
      </span>
    </td>
  );
}

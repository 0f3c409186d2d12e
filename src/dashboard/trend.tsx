import {areaY, axisX, axisY, dot, gridY, lineY, type PlotOptions, ruleX, ruleY, text} from '@observablehq/plot';
import {useMemo, useState} from 'preact/hooks';
import type {BlameVerdict, TrendReport} from '../protocol/index.ts';
import {FigureText, ShareText} from './figure.tsx';
import {formatBudget, formatCount, formatMoment, formatMs, formatPercentile} from './format.ts';
import {PlotChart} from './plot-chart.tsx';
import type {Query} from './query.ts';
import {ScrollBox} from './scroll-box.tsx';
import {useReport} from './use-answer.ts';
import {Place} from './waiting.tsx';

/** Draws the tail over the window with the budget, and since when somebody is to blame for it. */
export function Trend({query, verdict}: {query: Query; verdict: BlameVerdict | undefined}) {
  const answer = useReport('trend', query);
  const since = verdict?.kind === 'culprit' ? verdict.since : undefined;
  const drawn = JSON.stringify([answer?.report, since]);
  const options = useMemo(() => trendOptions(answer?.report, since), [drawn]);
  if (!answer) return <Place tall="chart" />;
  if (answer.report.bins.length < 2) return null;
  const {report, computedAt} = answer;
  const name = formatPercentile(report.share);
  return (
    <section class="card wide" aria-labelledby="trend">
      <h2 id="trend">Time to first word over time</h2>
      <ul class="legend">
        <li class="key-miss">{name} of answered turns, with its interval</li>
        {report.budget && <li class="key-budget">Budget {formatBudget(report.budget.ms)}</li>}
        {since && (
          <li class="key-since">
            {since.untilAt === undefined
              ? `Since ${formatMoment(since.fromAt, computedAt)}`
              : `From ${formatMoment(since.fromAt, computedAt)} to ${formatMoment(since.untilAt, computedAt)}`}
          </li>
        )}
      </ul>
      <figure>
        <PlotChart options={options} label={`${name} of the time to first word, ${trendWords(report)}`} />
      </figure>
      {report.share < 0.99 && (
        <p class="note">Each part of the window has too few turns for P99; {name} is the highest that most carry.</p>
      )}
      <TrendTable report={report} nowAt={computedAt} />
    </section>
  );
}

function TrendTable({report, nowAt}: {report: TrendReport; nowAt: number}) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The same as a table</summary>
      {open && (
        <ScrollBox label="Time to first word over time, table" tall="bounded">
          <table>
            <thead>
              <tr>
                <th scope="col">From</th>
                <th scope="col">{formatPercentile(report.share)}</th>
                <th scope="col">Over budget</th>
                <th scope="col">Turns</th>
              </tr>
            </thead>
            <tbody>
              {report.bins.map(({fromAt, figure, over, count}) => (
                <tr key={fromAt}>
                  <th scope="row">{formatMoment(fromAt, nowAt)}</th>
                  <td>
                    <FigureText figure={figure} />
                  </td>
                  <td>
                    <ShareText share={over} tone="bad" />
                  </td>
                  <td>{formatCount(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </details>
  );
}

interface Point {
  at: Date;
  valueMs: number;
  lowMs: number;
  highMs: number;
  firm: boolean;
}

function trendOptions(
  report: TrendReport | undefined,
  since: Extract<BlameVerdict, {kind: 'culprit'}>['since'],
): (widthPx: number) => PlotOptions {
  const bins = report?.bins ?? [];
  const binMs = report?.binMs ?? 0;
  const points: Point[] = bins.flatMap(({fromAt, figure}) =>
    'valueMs' in figure
      ? [
          {
            at: new Date(fromAt + binMs / 2),
            valueMs: figure.valueMs,
            lowMs: figure.lowMs,
            highMs: figure.highMs ?? figure.valueMs,
            firm: figure.state === 'firm',
          },
        ]
      : [],
  );
  const budgetMs = report?.budget?.ms;
  const highestMs = 1.08 * Math.max(...points.map(({valueMs}) => valueMs), budgetMs ?? 0, 1);
  const first = bins[0]?.fromAt ?? 0;
  const last = (bins.at(-1)?.fromAt ?? 0) + binMs;
  const turns = since
    ? [Math.max(first, since.fromAt), ...(since.untilAt ? [since.untilAt] : [])].map((at) => new Date(at))
    : [];
  return (widthPx) => ({
    height: 260,
    marginLeft: 56,
    marginRight: 16,
    marginTop: 22,
    marginBottom: 30,
    x: {type: 'time', domain: [new Date(first), new Date(last)], label: null},
    y: {domain: [0, highestMs], label: null, clamp: true},
    marks: [
      gridY({stroke: 'var(--grid)', strokeOpacity: 1, ticks: 4}),
      axisX({
        ticks: widthPx < 420 ? 4 : 8,
        tickSize: 0,
        label: null,
        tickFormat: (at: Date) => formatMoment(+at, +at),
      }),
      axisY({ticks: 4, tickSize: 0, label: null, tickFormat: (ms: number) => formatBudget(ms)}),
      ruleX(turns, {stroke: 'var(--warn)', strokeWidth: 2}),
      text(turns, {
        x: (at: Date) => at,
        text: (_: Date, index: number) => (index === 0 ? 'since' : 'until'),
        frameAnchor: 'top',
        dy: -14,
        fill: 'var(--warn)',
        fontSize: 11,
      }),
      areaY(points, {x: 'at', y1: 'lowMs', y2: 'highMs', fill: 'var(--miss)', fillOpacity: 0.16}),
      lineY(points, {x: 'at', y: 'valueMs', stroke: 'var(--miss)', strokeWidth: 2}),
      dot(points, {
        x: 'at',
        y: 'valueMs',
        r: 3,
        stroke: 'var(--miss)',
        fill: (point: Point) => (point.firm ? 'var(--miss)' : 'var(--card)'),
      }),
      ruleY([0], {stroke: 'var(--line)'}),
      ...(budgetMs === undefined
        ? []
        : [ruleY([budgetMs], {stroke: 'var(--budget)', strokeWidth: 1.5, strokeDasharray: '5 4'})]),
    ],
  });
}

function trendWords({bins, share}: TrendReport): string {
  const values = bins.flatMap(({figure}) => ('valueMs' in figure ? [figure.valueMs] : []));
  if (values.length === 0) return `too few turns for ${formatPercentile(share)}`;
  return `from ${formatMs(Math.min(...values))} to ${formatMs(Math.max(...values))}`;
}

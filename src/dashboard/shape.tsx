import {axisX, axisY, gridX, gridY, lineY, type PlotOptions, rectY, ruleX, ruleY, text} from '@observablehq/plot';
import {useMemo, useState} from 'preact/hooks';
import {HONEST_COUNT} from '../latency/index.ts';
import type {CurvePoint, DeclaredBudget, MilestoneSummary, Summary} from '../protocol/index.ts';
import {formatBudget, formatCount, formatMs, formatShare} from './format.ts';
import {PlotChart} from './plot-chart.tsx';
import {ScrollBox} from './scroll-box.tsx';

const MILESTONES = [
  {name: 'firstToken', words: 'First word'},
  {name: 'complete', words: 'Complete answer'},
] as const;

/** Draws the distribution of a milestone: a histogram, and curves that show the tail as far as n carries them. */
export function ShapeSection({summary}: {summary: Summary}) {
  const [name, setName] = useState<(typeof MILESTONES)[number]['name']>('firstToken');
  const milestone = summary[name];
  const words = MILESTONES.find((choice) => choice.name === name)?.words ?? '';
  // a summary comes every two seconds; only one that changes the picture is drawn again
  const drawn = JSON.stringify([milestone.shape, milestone.budget]);
  const histogram = useMemo(() => histogramOptions(milestone), [drawn]);
  const curves = useMemo(() => curveOptions(milestone), [drawn]);
  const empty = milestone.shape.bars.length === 0;
  return (
    <section class="card wide" aria-labelledby="shape">
      <div class="card-head">
        <h2 id="shape">Distribution</h2>
        <fieldset class="choice">
          <legend class="sr">Milestone</legend>
          {MILESTONES.map((choice) => (
            <label key={choice.name}>
              <input
                type="radio"
                name="milestone"
                checked={choice.name === name}
                onChange={() => setName(choice.name)}
              />
              <span>{choice.words}</span>
            </label>
          ))}
        </fieldset>
      </div>
      {empty ? (
        <p class="note">No turn has reached it in this window.</p>
      ) : (
        <>
          <ul class="legend">
            <li class="key-miss">Misses</li>
            <li class="key-hit">Cache and FAQ</li>
            <li class="key-all">All{milestone.all.leftCount > 0 ? ', with those who left' : ''}</li>
            {milestone.budget && <li class="key-budget">Budget {formatBudget(milestone.budget.ms)}</li>}
          </ul>
          <div class="charts">
            <figure>
              <figcaption>Share of turns by time</figcaption>
              <PlotChart options={histogram} label={`${words}: share of turns by time, logarithmic`} />
            </figure>
            <figure>
              <figcaption>Percentile by time, drawn as far as n carries it</figcaption>
              <PlotChart options={curves} label={`${words}: ${curveWords(milestone)}`} />
            </figure>
          </div>
          <ShapeTable milestone={milestone} />
        </>
      )}
    </section>
  );
}

function ShapeTable({milestone}: {milestone: MilestoneSummary}) {
  const [open, setOpen] = useState(false);
  const bars = milestone.shape.bars.filter((bar) => bar.missShare + bar.hitShare > 0);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The same as a table</summary>
      {open && (
        <ScrollBox label="Distribution, table" tall="bounded">
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Misses</th>
                <th scope="col">Cache and FAQ</th>
              </tr>
            </thead>
            <tbody>
              {bars.map((bar) => (
                <tr key={bar.lowMs}>
                  <th scope="row">
                    {formatMs(bar.lowMs)} to {formatMs(bar.highMs)}
                  </th>
                  <td>{formatShare(bar.missShare)}</td>
                  <td>{formatShare(bar.hitShare)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </details>
  );
}

function timeAxis(milestone: MilestoneSummary, widthPx: number) {
  const {bars} = milestone.shape;
  const lowMs = bars[0]?.lowMs ?? 1;
  const highMs = Math.max(bars.at(-1)?.highMs ?? 10, (milestone.budget?.ms ?? 0) * 1.15);
  const steps = widthPx < 420 ? [1] : [1, 3];
  const ticks = [1, 10, 100, 1000, 10_000, 100_000]
    .flatMap((decade) => steps.map((step) => decade * step))
    .filter((ms) => ms >= lowMs && ms <= highMs);
  return {domain: [lowMs, highMs], ticks};
}

function frame(milestone: MilestoneSummary, widthPx: number) {
  const {domain, ticks} = timeAxis(milestone, widthPx);
  return {
    height: 260,
    marginLeft: 48,
    marginRight: 16,
    marginTop: 22,
    marginBottom: 30,
    x: {type: 'log', domain, label: null},
    marks: [
      gridX(ticks, {stroke: 'var(--grid)', strokeOpacity: 1}),
      axisX(ticks, {tickFormat: (ms: number) => formatBudget(ms), tickSize: 0, label: null}),
    ],
  } satisfies PlotOptions;
}

function budgetMarks(budget: DeclaredBudget | undefined) {
  if (!budget) return [];
  return [
    ruleX([budget.ms], {stroke: 'var(--budget)', strokeWidth: 1.5, strokeDasharray: '5 4'}),
    text([budget.ms], {
      x: (ms: number) => ms,
      text: () => `budget ${formatBudget(budget.ms)}`,
      frameAnchor: 'top',
      dy: -14,
      fill: 'var(--budget)',
      fontSize: 11,
    }),
  ];
}

function histogramOptions(milestone: MilestoneSummary): (widthPx: number) => PlotOptions {
  const {bars} = milestone.shape;
  const inset = {x1: 'lowMs', x2: 'highMs', insetLeft: 0.5, insetRight: 0.5} as const;
  return (widthPx) => {
    const base = frame(milestone, widthPx);
    return {
      ...base,
      y: {domain: [0, Math.max(...bars.map((bar) => bar.missShare + bar.hitShare)) * 1.05]},
      marks: [
        ...base.marks,
        axisY({tickFormat: (share: number) => formatShare(share), ticks: 4, tickSize: 0, label: null}),
        rectY(bars, {...inset, y1: 0, y2: 'missShare', fill: 'var(--miss)'}),
        rectY(bars, {
          ...inset,
          y1: 'missShare',
          y2: (bar: (typeof bars)[number]) => bar.missShare + bar.hitShare,
          fill: 'var(--hit)',
        }),
        ruleY([0], {stroke: 'var(--line)'}),
        ...budgetMarks(milestone.budget),
      ],
    };
  };
}

/** Percentiles are spread by their nines, so that the tail has as much room as the middle. */
function nines(share: number): number {
  return -Math.log10(1 - share);
}

/** The highest percentile that so many turns carry. */
function reachOf(count: number): number {
  let reach = 0;
  for (const [share, needs] of HONEST_COUNT) if (count >= needs.shown) reach = Math.max(reach, share);
  return reach;
}

function curveOptions(milestone: MilestoneSummary): (widthPx: number) => PlotOptions {
  const {all, misses, shape} = milestone;
  const reach = reachOf(all.count);
  const ticks = [0, 0.5, 0.9, 0.95, 0.99, 0.999].filter((share) => share <= Math.max(reach, 0.5));
  const line = (read: (point: CurvePoint) => number | undefined, count: number, style: object) =>
    lineY(
      shape.curve.flatMap((point) => {
        const share = read(point);
        return share === undefined || share > reachOf(count) ? [] : [{ms: point.ms, level: nines(share)}];
      }),
      {x: 'ms', y: 'level', clip: true, ...style},
    );
  return (widthPx) => {
    const base = frame(milestone, widthPx);
    return {
      ...base,
      y: {domain: [0, nines(Math.max(reach, 0.5)) * 1.04]},
      marks: [
        ...base.marks,
        gridY(ticks.map(nines), {stroke: 'var(--grid)', strokeOpacity: 1}),
        axisY(ticks.map(nines), {
          tickFormat: (level: number) => `${Math.round((1 - 10 ** -level) * 1000) / 10} %`,
          tickSize: 0,
          label: null,
        }),
        line((point) => point.hitShare, all.count - misses.count, {stroke: 'var(--hit)', strokeWidth: 2}),
        line((point) => point.missShare, misses.count - misses.leftCount, {stroke: 'var(--miss)', strokeWidth: 2}),
        line((point) => point.allShare, all.count, {
          stroke: 'var(--ink)',
          strokeWidth: 1.5,
          strokeDasharray: '2 3',
        }),
        ...budgetMarks(milestone.budget),
      ],
    };
  };
}

function curveWords(milestone: MilestoneSummary): string {
  const said = milestone.all.figures.flatMap((figure) =>
    'valueMs' in figure ? [`${formatShare(figure.share)} by ${formatMs(figure.valueMs)}`] : [],
  );
  return said.length > 0 ? said.join(', ') : `${formatCount(milestone.all.count)} turns, too few for a percentile`;
}

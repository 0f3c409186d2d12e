import type {Figure, MilestoneSummary, Summary} from '../protocol/index.ts';
import {FigureText, intervalText, ShareText} from './figure.tsx';
import {formatBudget, formatCount, formatMs, formatPercentile} from './format.ts';

/** The percentile that is emphasised: it is the worst wait that one visitor in a hundred had. */
export const EMPHASIS = 0.99;

/** Draws the headline: the tail of the time to first word, all its percentiles beside it, with misses apart. */
export function Headline({summary}: {summary: Summary}) {
  const {firstToken, abandonment} = summary;
  const all = firstToken.all.figures.find((figure) => figure.share === EMPHASIS);
  const misses = firstToken.misses.figures.find((figure) => figure.share === EMPHASIS);
  return (
    <section class="card headline" aria-labelledby="headline">
      <h2 id="headline">Time to first word</h2>
      <div class="headline-parts">
        <div class="hero">
          <Hero figure={all} budgetMs={firstToken.budget?.ms} />
          <dl class="facts">
            <div>
              <dt>Misses only, {formatPercentile(EMPHASIS)}</dt>
              <dd>
                <FigureText figure={misses} />
              </dd>
            </div>
            <div>
              <dt>Over budget{firstToken.budget ? ` of ${budgetText(firstToken.budget)}` : ''}</dt>
              <dd>
                <ShareText share={firstToken.over} tone="bad" />
              </dd>
            </div>
            <div>
              <dt>Left before the first word</dt>
              <dd>
                <ShareText share={abandonment.beforeFirstToken} tone="bad" />
              </dd>
            </div>
          </dl>
        </div>
        <PercentileTable milestone={firstToken} label="Time to first word, percentiles" />
      </div>
      <p class="note">
        From the visitor's own key or click to the word on screen.{' '}
        {firstToken.all.leftCount > 0
          ? `${formatCount(firstToken.all.leftCount)} of ${formatCount(firstToken.all.count)} turns left or were hidden before it and count as still waiting (Kaplan–Meier).`
          : `${formatCount(firstToken.all.count)} turns, none of which left before it.`}{' '}
        Misses are turns that neither a cache nor the FAQ answered.
      </p>
    </section>
  );
}

function Hero({figure, budgetMs}: {figure: Figure | undefined; budgetMs: number | undefined}) {
  if (!figure || figure.state === 'hidden' || figure.state === 'unreached') {
    const words = !figure ? 'no turns' : figure.state === 'hidden' ? figure.words : `over ${formatMs(figure.aboveMs)}`;
    return (
      <p class="hero-figure">
        <span class="hero-name">{formatPercentile(EMPHASIS)}</span>
        <span class="hero-value hero-hidden">{words}</span>
        {figure?.state === 'unreached' && <span class="hero-interval">{figure.words}</span>}
      </p>
    );
  }
  return (
    <p class="hero-figure">
      <span class="hero-name">{formatPercentile(EMPHASIS)}</span>
      <span class={`hero-value figure-${figure.state}`}>{formatMs(figure.valueMs)}</span>
      {budgetMs !== undefined && <Verdict figure={figure} budgetMs={budgetMs} />}
      <span class="hero-interval">
        {intervalText(figure)} with 95 % confidence, n={formatCount(figure.count)}
        {figure.state === 'grey' && '; few turns, so take it with reserve'}
      </span>
      {figure.answeredMs !== undefined && (
        <span class="hero-interval">Answered turns alone would read {formatMs(figure.answeredMs)}.</span>
      )}
    </p>
  );
}

/** Judges a figure only where its whole interval lies on one side of the budget. */
function Verdict({figure, budgetMs}: {figure: {lowMs: number; highMs?: number}; budgetMs: number}) {
  if (figure.lowMs > budgetMs) return <span class="verdict verdict-bad">over {formatBudget(budgetMs)}</span>;
  const within = figure.highMs !== undefined && figure.highMs <= budgetMs;
  if (within) return <span class="verdict verdict-good">within {formatBudget(budgetMs)}</span>;
  return <span class="verdict verdict-open">{formatBudget(budgetMs)} lies within its interval</span>;
}

/** Draws all percentiles of a milestone as a table, all turns beside misses only. */
export function PercentileTable({milestone, label}: {milestone: MilestoneSummary; label: string}) {
  const {all, misses, budget} = milestone;
  return (
    <table class="percentiles" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">
            <span class="sr">Percentile</span>
          </th>
          <th scope="col">
            All turns <span class="count">n={formatCount(all.count)}</span>
          </th>
          <th scope="col">
            Misses only <span class="count">n={formatCount(misses.count)}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {all.figures.map((figure, index) => (
          <tr key={figure.share} class={figure.share === EMPHASIS ? 'emphasis' : undefined}>
            <th scope="row">{formatPercentile(figure.share)}</th>
            <td class={overClass(figure, budget?.ms)}>
              <FigureText figure={figure} />
            </td>
            <td class={overClass(misses.figures[index], budget?.ms)}>
              <FigureText figure={misses.figures[index]} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function overClass(figure: Figure | undefined, budgetMs: number | undefined): string | undefined {
  if (!figure || !('valueMs' in figure) || budgetMs === undefined) return undefined;
  return figure.valueMs > budgetMs ? 'over' : undefined;
}

/** Draws the time until the answer was complete. */
export function Completion({summary}: {summary: Summary}) {
  const {complete, abandonment} = summary;
  return (
    <section class="card" aria-labelledby="completion">
      <h2 id="completion">Time to the complete answer</h2>
      <PercentileTable milestone={complete} label="Time to the complete answer, percentiles" />
      <dl class="facts facts-row">
        <div>
          <dt>Over budget{complete.budget ? ` of ${budgetText(complete.budget)}` : ''}</dt>
          <dd>
            <ShareText share={complete.over} tone="bad" />
          </dd>
        </div>
        <div>
          <dt>Left before the end</dt>
          <dd>
            <ShareText share={abandonment.beforeEnd} tone="bad" />
          </dd>
        </div>
      </dl>
    </section>
  );
}

/** Writes a declared budget, and that it is not everybody's where turns declared different ones. */
export function budgetText(budget: {ms: number; mixed: boolean}): string {
  return `${formatBudget(budget.ms)}${budget.mixed ? ' (most turns)' : ''}`;
}

import type {PlacedStage, TurnDetail} from '../protocol/index.ts';
import {formatBudget, formatMs} from './format.ts';
import {FROM_WORDS, factsOf, MILESTONE_WORDS} from './turn-words.ts';

/** How wide a waterfall is, in its own units. */
const WIDTH = 1000;

/** Draws one turn: its stages one below the other on its own clock, each against its budget, and its instants. */
export function Waterfall({turn}: {turn: TurnDetail}) {
  const {stages, milestones, wholeMs, record} = turn;
  const place = (ms: number) => Math.round((Math.min(wholeMs, Math.max(0, ms)) / wholeMs) * WIDTH);
  const budgets = record.budget
    ? [
        {name: 'first word', ms: record.budget.token},
        {name: 'complete answer', ms: record.budget.done},
      ]
    : [];
  return (
    <div class="waterfall">
      <table aria-label="Stages of this turn">
        <thead>
          <tr>
            {['Stage', 'Time', 'Budget', 'When'].map((words) => (
              <th key={words} scope="col">
                {words}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {stages.map((stage, index) => (
            <StageRow key={`${stage.stage} ${index}`} stage={stage} place={place} />
          ))}
          <tr>
            <th scope="row">Instants</th>
            <td colSpan={2} class="interval">
              {budgets.map(({name, ms}) => `${name} ${formatBudget(ms)}`).join(', ') || 'no budget'}
            </td>
            <td>
              <svg class="track" viewBox={`0 0 ${WIDTH} 12`} preserveAspectRatio="none" aria-hidden="true">
                <path class="track-line" d={`M0 6h${WIDTH}`} />
                <path class="track-ticks" d={milestones.map(({ms}) => `M${place(ms)} 1v10`).join('')} />
                <path
                  class="track-limit"
                  d={budgets
                    .filter(({ms}) => ms <= wholeMs)
                    .map(({ms}) => `M${place(ms)} 0v12`)
                    .join('')}
                />
              </svg>
            </td>
          </tr>
        </tbody>
      </table>
      {stages.length === 0 && <p class="note">No stage was told of.</p>}
      <ol class="instants">
        {milestones.map(({name, ms}) => (
          <li key={name}>
            {MILESTONE_WORDS[name]} {ms < 0 ? `${formatMs(-ms)} before` : formatMs(ms)}
          </li>
        ))}
      </ol>
      <ul class="facts-said">
        {factsOf(turn).map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
    </div>
  );
}

function StageRow({stage, place}: {stage: PlacedStage; place: (ms: number) => number}) {
  const {stage: name, ms, atMs, budgetMs, over, state, from} = stage;
  const start = place(atMs ?? 0);
  const end = Math.max(start + 4, place((atMs ?? 0) + ms));
  const limit = budgetMs === undefined ? undefined : place((atMs ?? 0) + budgetMs);
  const when = atMs === undefined ? 'from when is not known' : `from ${formatMs(Math.max(0, atMs))} on`;
  return (
    <tr>
      <th scope="row">{[name, state !== 'ok' && state].filter(Boolean).join(', ')}</th>
      <td class={over ? 'over' : undefined}>{formatMs(ms)}</td>
      <td>{budgetMs === undefined ? 'none' : `${over ? 'over ' : ''}${formatBudget(budgetMs)}`}</td>
      <td>
        <span class="sr">{when}</span>
        <svg class="track" viewBox={`0 0 ${WIDTH} 12`} preserveAspectRatio="none" role="presentation">
          <title>{`${when}${from ? `, ${FROM_WORDS[from]}` : ''}`}</title>
          <path
            class={`track-stage ${over ? 'track-over' : ''} ${atMs === undefined ? 'track-unplaced' : ''}`}
            d={`M${start} 2H${Math.min(end, WIDTH)}v8H${start}z`}
          />
          {limit !== undefined && limit < WIDTH && <path class="track-limit" d={`M${limit} 0v12`} />}
        </svg>
      </td>
    </tr>
  );
}

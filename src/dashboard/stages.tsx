import type {StageSummary, Summary} from '../protocol/index.ts';
import {FigureText, ShareText} from './figure.tsx';
import {formatBudget, formatCount, formatShare} from './format.ts';
import {ScrollBox} from './scroll-box.tsx';

/** Draws the stages, slowest P99 first: where the wait comes from. */
export function Stages({summary}: {summary: Summary}) {
  return (
    <section class="card wide" aria-labelledby="stages">
      <h2 id="stages">Stages</h2>
      {summary.stages.length === 0 ? (
        <p class="note">
          No turn told of its stages. A backend sends them as <code>Server-Timing</code> or in the stream.
        </p>
      ) : (
        <ScrollBox label="Stages, table">
          <table class="stages" aria-label="Stages by their P99, slowest first">
            <thead>
              <tr>
                <th scope="col">Stage</th>
                <th scope="col">P95</th>
                <th scope="col">P99</th>
                <th scope="col">Budget</th>
                <th scope="col">Over budget</th>
                <th scope="col">Timeouts</th>
                <th scope="col">n</th>
                <th scope="col">Ran in</th>
              </tr>
            </thead>
            <tbody>
              {summary.stages.map((stage) => (
                <StageRow key={stage.stage} stage={stage} />
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
      <p class="note">
        Over the turns in which the stage ran. Percentiles of stages do not add up to those of the whole.
      </p>
    </section>
  );
}

function StageRow({stage}: {stage: StageSummary}) {
  const at = (share: number) => stage.figures.find((figure) => figure.share === share);
  return (
    <tr>
      <th scope="row" class="stage-name">
        {stage.stage}
      </th>
      <td>
        <FigureText figure={at(0.95)} />
      </td>
      <td class="emphasis">
        <FigureText figure={at(0.99)} />
      </td>
      <td>{stage.budget ? `${formatBudget(stage.budget.ms)}${stage.budget.mixed ? ' (most)' : ''}` : 'none'}</td>
      <td>
        <ShareText share={stage.over} tone="bad" />
      </td>
      <td>{formatCount(stage.timeoutCount)}</td>
      <td>{formatCount(stage.count)}</td>
      <td>{formatShare(stage.turnShare)}</td>
    </tr>
  );
}

import type {Around, BlameReport, Contribution, StageSummary, Summary} from '../protocol/index.ts';
import {stageWords} from './culprit.tsx';
import {FigureText, ShareText} from './figure.tsx';
import {formatBudget, formatCount, formatMs, formatShare} from './format.ts';
import {ScrollBox} from './scroll-box.tsx';

/** Draws the stages, slowest P99 first: where the wait comes from, and what each contributes to it. */
export function Stages({summary, blame}: {summary: Summary; blame: BlameReport | undefined}) {
  const contributions = new Map(blame?.contributions.map((one) => [one.stage, one]));
  const ran = new Set(summary.stages.map(({stage}) => stage));
  const rest = blame?.contributions.filter(({stage}) => !ran.has(stage)) ?? [];
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
                <th scope="col">Of the wait</th>
                <th scope="col">Of its P95</th>
                <th scope="col">Of its P99</th>
                <th scope="col">Timeouts</th>
                <th scope="col">n</th>
                <th scope="col">Ran in</th>
              </tr>
            </thead>
            <tbody>
              {summary.stages.map((stage) => (
                <StageRow key={stage.stage} stage={stage} contribution={contributions.get(stage.stage)} />
              ))}
              {rest.map((contribution) => (
                <tr key={contribution.stage}>
                  <th scope="row" class="stage-name">
                    {stageWords(contribution.stage)}
                  </th>
                  <td colSpan={4} />
                  <Parts contribution={contribution} />
                  <td colSpan={3} />
                </tr>
              ))}
            </tbody>
            {blame && (
              <tfoot>
                <tr class="sum-row">
                  <th scope="row" class="stage-name">
                    all of it
                  </th>
                  <td colSpan={4} />
                  <td>{formatShare(1)}</td>
                  <td>{aroundWords(blame.p95)}</td>
                  <td>{aroundWords(blame.p99)}</td>
                  <td colSpan={3} />
                </tr>
              </tfoot>
            )}
          </table>
        </ScrollBox>
      )}
      <p class="note">
        Percentiles are over the turns in which the stage ran, and do not add up. What stages contribute to the wait for
        the first word does: each instant of it belongs to the one stage that the turn waited for.
      </p>
    </section>
  );
}

function Parts({contribution}: {contribution: Contribution | undefined}) {
  const {totalShare, p95Ms, p99Ms} = contribution ?? {};
  return (
    <>
      <td>{totalShare === undefined ? '' : formatShare(totalShare)}</td>
      <td>{p95Ms === undefined ? '' : formatMs(p95Ms)}</td>
      <td>{p99Ms === undefined ? '' : formatMs(p99Ms)}</td>
    </>
  );
}

function aroundWords(around: Around) {
  return around.state === 'known' ? formatMs(around.ms) : <span class="figure-hidden">{around.words}</span>;
}

function StageRow({stage, contribution}: {stage: StageSummary; contribution: Contribution | undefined}) {
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
      <Parts contribution={contribution} />
      <td>{formatCount(stage.timeoutCount)}</td>
      <td>{formatCount(stage.count)}</td>
      <td>{formatShare(stage.turnShare)}</td>
    </tr>
  );
}

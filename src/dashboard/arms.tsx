import type {ArmComparison, ArmFigures, ArmVerdict, ExperimentReport, Figure} from '../protocol/index.ts';
import {ComparisonCard} from './comparison-card.tsx';
import {DifferenceText, PointsText} from './difference.tsx';
import {FigureText, ShareText} from './figure.tsx';
import {formatCount, formatPercentile, formatShare} from './format.ts';
import type {Query} from './query.ts';
import {ScrollBox} from './scroll-box.tsx';

/** Percentiles at which arms are shown. */
const SHOWN_SHARES = [0.5, 0.95, 0.99];

const TONES: Readonly<Record<ArmVerdict['overall'], string>> = {
  better: 'good',
  worse: 'bad',
  mixed: 'open',
  unclear: 'open',
};

/** Draws every experiment: its arms, and what each has more than the reference. */
export function Arms({query}: {query: Query}) {
  return (
    <ComparisonCard
      name="arms"
      title="Experiments"
      query={query}
      draw={({experiments}) =>
        experiments.length === 0
          ? null
          : experiments.map((experiment) => <Experiment key={experiment.name} experiment={experiment} />)
      }
    />
  );
}

function Experiment({experiment}: {experiment: ExperimentReport}) {
  const {name, arms, comparisons, reference, split, decision, levelShare} = experiment;
  return (
    <div class="experiment">
      <h3>
        <code>{name}</code>{' '}
        <span class={`count outcome-${split.state === 'broken' ? 'error' : 'open'}`}>{split.words}</span>
      </h3>
      <ScrollBox label={`Arms of ${name}, table`}>
        <table class="arms">
          <caption>Arms, with the time to the first word and the time that a task takes</caption>
          <thead>
            <tr>
              <th scope="col">Arm</th>
              <th scope="col">Pages</th>
              <th scope="col">Turns</th>
              {SHOWN_SHARES.map((share) => (
                <th key={share} scope="col">
                  First word {formatPercentile(share)}
                </th>
              ))}
              <th scope="col">Task P50</th>
              <th scope="col">Task P95</th>
              <th scope="col">Turns a task</th>
              <th scope="col">Over budget</th>
              <th scope="col">Left before first word</th>
              <th scope="col">Left before the end</th>
            </tr>
          </thead>
          <tbody>
            {arms.map((arm) => (
              <ArmRow key={arm.arm} arm={arm} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {comparisons.length > 0 && (
        <ScrollBox label={`Differences in ${name}, table`}>
          <table class="arms">
            <caption>
              More than in <code>{reference}</code>, with intervals of {formatShare(levelShare)} by pages
            </caption>
            <thead>
              <tr>
                <th scope="col">Arm</th>
                {SHOWN_SHARES.map((share) => (
                  <th key={share} scope="col">
                    First word {formatPercentile(share)}
                  </th>
                ))}
                <th scope="col">Task P50</th>
                <th scope="col">Task P95</th>
                <th scope="col">Over budget</th>
                <th scope="col">Left before first word</th>
                <th scope="col">Left before the end</th>
              </tr>
            </thead>
            <tbody>
              {comparisons.map((comparison) => (
                <ComparisonRow key={comparison.arm} comparison={comparison} />
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
      {comparisons.map(
        ({arm, verdict}) =>
          verdict && (
            <p key={arm} class="note">
              <code>{arm}</code> <span class={`verdict verdict-${TONES[verdict.overall]}`}>{verdict.words}</span>
            </p>
          ),
      )}
      <p class="note">
        {decision.state === 'decided'
          ? 'Decided as planned.'
          : `${decision.words[0]?.toUpperCase()}${decision.words.slice(1)}.`}
      </p>
    </div>
  );
}

const at = (figures: readonly Figure[], share: number) => figures.find((figure) => figure.share === share);

function ArmRow({arm: {arm, pageCount, turnCount, firstToken, tasks, ...shares}}: {arm: ArmFigures}) {
  return (
    <tr>
      <th scope="row" class="stage-name">
        <code>{arm}</code>
      </th>
      <td>{formatCount(pageCount)}</td>
      <td>{formatCount(turnCount)}</td>
      {SHOWN_SHARES.map((share) => (
        <td key={share}>
          <FigureText figure={at(firstToken, share)} />
        </td>
      ))}
      <td>
        <FigureText figure={at(tasks.figures, 0.5)} />
      </td>
      <td>
        <FigureText figure={at(tasks.figures, 0.95)} />
      </td>
      <td>{tasks.count > 0 ? tasks.turnsPerTask.toFixed(2) : 'none'}</td>
      <td>
        <ShareText share={shares.over} tone="bad" />
      </td>
      <td>
        <ShareText share={shares.leftBeforeFirst} tone="bad" />
      </td>
      <td>
        <ShareText share={shares.leftBeforeEnd} tone="bad" />
      </td>
    </tr>
  );
}

function ComparisonRow({comparison}: {comparison: ArmComparison}) {
  const {arm, firstToken, task} = comparison;
  return (
    <tr>
      <th scope="row" class="stage-name">
        <code>{arm}</code>
      </th>
      {firstToken.map((difference) => (
        <td key={difference.share}>
          <DifferenceText difference={difference} />
        </td>
      ))}
      {task.slice(0, 2).map((difference) => (
        <td key={difference.share}>
          <DifferenceText difference={difference} />
        </td>
      ))}
      <td>
        <PointsText difference={comparison.over} />
      </td>
      <td>
        <PointsText difference={comparison.leftBeforeFirst} />
      </td>
      <td>
        <PointsText difference={comparison.leftBeforeEnd} />
      </td>
    </tr>
  );
}

import type {LeavingBin} from '../protocol/index.ts';
import {ShareFigure, ShareText} from './figure.tsx';
import {formatBudget, formatCount, formatShare} from './format.ts';
import type {Query} from './query.ts';
import {ScrollBox} from './scroll-box.tsx';
import {useReport} from './use-answer.ts';

/** Draws when visitors stop to wait; nothing while nobody left. */
export function Leaving({query}: {query: Query}) {
  const report = useReport('leaving', query)?.report;
  if (!report || !('share' in report.beforeEnd) || report.beforeEnd.share === 0) return null;
  return (
    <section class="card wide" aria-labelledby="leaving">
      <h2 id="leaving">When visitors leave</h2>
      <dl class="facts facts-row">
        <div>
          <dt>Left before the first word</dt>
          <dd>
            <ShareFigure share={report.beforeFirstToken} none="no turns" />
          </dd>
        </div>
        <div>
          <dt>Left before the end</dt>
          <dd>
            <ShareFigure share={report.beforeEnd} none="no turns" />
          </dd>
        </div>
      </dl>
      <div class="charts">
        <Bins bins={report.firstToken} label="Waiting for the first word" />
        <Bins bins={report.complete} label="Waiting for the end of the answer" />
      </div>
      <p class="note">
        Of those who still waited at the beginning of a time, the share who left in it. Failures, answers that were
        stopped and pages that were hidden and shown again end a wait without leaving.
      </p>
    </section>
  );
}

function Bins({bins, label}: {bins: readonly LeavingBin[]; label: string}) {
  return (
    <ScrollBox label={`${label}, table`}>
      <table>
        <caption>{label}</caption>
        <thead>
          <tr>
            <th scope="col">Waited</th>
            <th scope="col">Still waiting</th>
            <th scope="col">Left</th>
            <th scope="col">Share that left</th>
            <th scope="col">Gone by then</th>
          </tr>
        </thead>
        <tbody>
          {bins.map(({fromMs, untilMs, hazard, goneShare, leftCount}) => (
            <tr key={fromMs}>
              <th scope="row">
                {untilMs === undefined
                  ? `from ${formatBudget(fromMs)}`
                  : `${formatBudget(fromMs)} to ${formatBudget(untilMs)}`}
              </th>
              <td>{'count' in hazard ? formatCount(hazard.count) : '0'}</td>
              <td>{formatCount(leftCount)}</td>
              <td>
                <ShareText share={hazard} tone="bad" />
              </td>
              <td>{formatShare(goneShare)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

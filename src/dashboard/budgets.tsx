import {BURN_WINDOWS, type BurnReport, type KeptBudget, type WorstRoute} from '../protocol/index.ts';
import {FigureText, ShareText} from './figure.tsx';
import {
  formatBudget,
  formatBurn,
  formatCount,
  formatMoment,
  formatPercentile,
  formatShare,
  formatSpan,
} from './format.ts';
import type {Query} from './query.ts';
import {ScrollBox} from './scroll-box.tsx';
import {useReport} from './use-answer.ts';

/** Draws how the declared budgets are kept; nothing until the collector has told. */
export function Budgets({query}: {query: Query}) {
  const answer = useReport('burn', query);
  return answer ? <BudgetsCard report={answer.report} nowAt={answer.computedAt} /> : null;
}

/** Draws budgets, and how fast they are used up; what fires at `nowAt` (epoch ms) stands first. */
export function BudgetsCard({report, nowAt}: {report: BurnReport; nowAt: number}) {
  const {budgets, alerts, watched} = report;
  return (
    <section class="card wide" aria-labelledby="budgets">
      <h2 id="budgets">Budgets</h2>
      <Alerts alerts={alerts} watched={watched} nowAt={nowAt} />
      {budgets.length === 0 ? (
        <p class="note">No turn of this time declares a budget.</p>
      ) : (
        <ScrollBox label="Budgets, table">
          <table class="budgets" aria-labelledby="budgets">
            <thead>
              <tr>
                <th scope="col">Budget</th>
                <th scope="col">Kept?</th>
                <th scope="col">Measured</th>
                <th scope="col">Degraded</th>
                <th scope="col">Bad turns</th>
                <th scope="col">Burn (1× is what may be)</th>
                <th scope="col">Left</th>
                <th scope="col">Timeouts</th>
                <th scope="col">Retries</th>
              </tr>
            </thead>
            <tbody>
              {budgets.map((kept) => (
                <BudgetRow key={`${kept.kind} ${kept.name} ${kept.targetShare}`} kept={kept} nowAt={nowAt} />
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
      <p class="note">
        A turn is bad when it is over budget, fails, or is answered by something else because a deadline fell; who left
        or hid the page before that counts neither way. Degraded answers shorten what is measured: something lesser
        answered before the model did.
      </p>
    </section>
  );
}

function Alerts({alerts, watched, nowAt}: Pick<BurnReport, 'alerts' | 'watched'> & {nowAt: number}) {
  const firing = alerts.filter(({state}) => state === 'firing');
  const cleared = alerts.filter(({state}) => state === 'cleared');
  return (
    <>
      {!watched && <p class="note">This collector does not look for alerts.</p>}
      {watched && firing.length === 0 && <p class="note">No alert fires.</p>}
      {firing.length > 0 && (
        <ul class="alerts" aria-label="Alerts that fire">
          {firing.map((alert) => (
            <AlertLine key={alert.id} alert={alert} nowAt={nowAt} />
          ))}
        </ul>
      )}
      {cleared.length > 0 && (
        <details>
          <summary>{formatCount(cleared.length)} earlier, over now</summary>
          <ul class="alerts" aria-label="Alerts that are over">
            {cleared.map((alert) => (
              <AlertLine key={alert.id} alert={alert} nowAt={nowAt} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function AlertLine({alert, nowAt}: {alert: BurnReport['alerts'][number]; nowAt: number}) {
  const {state, kind, name, site, route, targetShare, budgetMs, sinceAt, clearedAt, rule, worst, untold} = alert;
  const {longWindow, shortWindow, longBurn, shortBurn, badCount} = rule;
  return (
    <li class={`alert alert-${state}`}>
      <strong>
        {kind === 'stage' ? 'Stage ' : ''}
        <code>{name}</code>
        {route !== undefined && (
          <>
            {' on '}
            <code>{route}</code>
          </>
        )}
        {site !== undefined && (
          <>
            {route === undefined ? ' on ' : ' of '}
            <code>{site}</code>
          </>
        )}
      </strong>{' '}
      {clearedAt === undefined ? 'burns since ' : 'burned from '}
      <Instant at={sinceAt} nowAt={nowAt} />
      {clearedAt !== undefined && (
        <>
          {' until '}
          <Instant at={clearedAt} nowAt={nowAt} />
        </>
      )}
      <span class="interval">
        {formatPercentile(targetShare)} {budgetMs === undefined ? '' : `within ${formatBudget(budgetMs)}`}: used up{' '}
        {formatBurn(longBurn)} in {longWindow} and {formatBurn(shortBurn)} in {shortWindow} when it fired,{' '}
        {formatCount(badCount)} bad turns
        <Places worst={worst} before=", most of them at " />
        {untold && '. The webhook has not taken this yet'}.
      </span>
    </li>
  );
}

function Instant({at, nowAt}: {at: number; nowAt: number}) {
  return <time dateTime={new Date(at).toISOString()}>{formatMoment(at, nowAt)}</time>;
}

function Places({worst, before}: {worst: WorstRoute | undefined; before: string}) {
  if (!worst) return null;
  return <>{before + [worst.pageRoute, worst.route].filter(Boolean).join(' · ')}</>;
}

const VERDICTS: Record<KeptBudget['verdict'], [tone: string, words: string]> = {
  attained: ['good', 'attained'],
  missed: ['bad', 'missed'],
  few: ['open', 'n too small'],
};

function BudgetRow({kept, nowAt}: {kept: KeptBudget; nowAt: number}) {
  const {kind, name, targetShare, budget, verdict, sure, figure, bad, burn, left, degraded, sinceAt, worst} = kept;
  const [tone, words] = VERDICTS[verdict];
  return (
    <tr>
      <th scope="row" class="stage-name">
        <code>{name}</code> <span class="count">{kind === 'stage' ? 'stage' : ''}</span>
        <span class="interval">
          {formatPercentile(targetShare)} within {formatBudget(budget.ms)}
          {budget.mixed ? ' (most)' : ''}
        </span>
      </th>
      <td>
        <span class={`verdict verdict-${verdict !== 'few' && !sure ? 'open' : tone}`}>{words}</span>
        {verdict !== 'few' && !sure && <span class="interval">not for sure</span>}
        {sinceAt !== undefined && (
          <span class="interval">
            burns since <Instant at={sinceAt} nowAt={nowAt} />
            <Places worst={worst} before=", most at " />
          </span>
        )}
      </td>
      <td>
        <FigureText figure={figure} />
      </td>
      <td>
        <ShareText share={degraded} tone="bad" none="no turn has ended" />
      </td>
      <td>
        <ShareText share={bad} tone="bad" none="no turn to judge" />
        <span class="interval">{formatCount(kept.badCount)} turns</span>
      </td>
      <td>
        <Burns burn={burn} />
      </td>
      <td>
        {left && (
          <span class={left.share < 0 ? 'over' : undefined}>
            {left.share < 0 ? `spent ${formatBurn(1 - left.share)}` : formatShare(left.share)}{' '}
            <span class="interval">in {formatSpan(left.overMs)}</span>
          </span>
        )}
      </td>
      <td>{formatCount(kept.timeoutCount)}</td>
      <td>{formatCount(kept.retryCount)}</td>
    </tr>
  );
}

function Burns({burn}: {burn: KeptBudget['burn']}) {
  return (
    <dl class="burns">
      {BURN_WINDOWS.map((window) => {
        const rate = burn[window];
        return (
          <div key={window}>
            <dt>{window}</dt>
            <dd class={rate !== undefined && rate > 1 ? 'over' : undefined}>
              {rate === undefined ? '–' : formatBurn(rate)}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

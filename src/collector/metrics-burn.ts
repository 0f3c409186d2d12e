import {BURN_WINDOWS, type BurnReport, type KeptBudget} from '../protocol/index.ts';
import type {AlertHealth} from './alerts.ts';
import {type MetricFamily, sampleOf} from './metric-family.ts';
import type {Totals} from './store.ts';

/**
 * Lists the metrics of budgets, alerts and stages.
 *
 * @param options.alerts - Absent where the collector does not look for any.
 */
export function burnFamilies(options: {
  budgets: BurnReport['budgets'];
  alerts: AlertHealth | undefined;
  stages: Totals['stages'];
}): MetricFamily[] {
  const {budgets, alerts, stages} = options;
  return [
    {
      name: 'firstword_budget_seconds',
      type: 'gauge',
      help: 'The time that the share target of the turns should keep; what most declare, where turns differ.',
      samples: budgets.map((kept) => sampleOf(labelsOf(kept), kept.budget.ms / 1000)),
    },
    {
      name: 'firstword_burn_rate',
      type: 'gauge',
      help: 'How many times as many turns as may be broke a budget, over the time up to now.',
      samples: budgets.flatMap((kept) =>
        BURN_WINDOWS.flatMap((window) => {
          const rate = kept.burn[window];
          return rate === undefined ? [] : sampleOf({...labelsOf(kept), window}, rate);
        }),
      ),
    },
    {
      name: 'firstword_error_budget_left_share',
      type: 'gauge',
      help: 'What is left of the bad turns that may be, over four weeks or as long as turns are stored; below 0 there were more.',
      samples: budgets.flatMap((kept) => (kept.left ? sampleOf(labelsOf(kept), kept.left.share) : [])),
    },
    ...(alerts ? alertFamilies(budgets, alerts) : []),
    ...stageFamilies(stages),
  ];
}

function alertFamilies(budgets: readonly KeptBudget[], alerts: AlertHealth): MetricFamily[] {
  const {toldCount, failedCount, givenUpCount, waitingCount} = alerts;
  const counts = new Map(budgets.map((kept) => [JSON.stringify(labelsOf(kept)), 0]));
  for (const alert of alerts.firing) {
    const key = JSON.stringify(labelsOf(alert));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [
    {
      name: 'firstword_alerts_firing',
      type: 'gauge',
      help: 'Alerts that fire now, one for each route that burns by itself.',
      samples: [...counts].map(([labels, count]) => sampleOf(JSON.parse(labels), count)),
    },
    {
      name: 'firstword_alert_notices_total',
      type: 'counter',
      help: 'Notices that the webhook took since the start.',
      samples: [sampleOf({}, toldCount)],
    },
    {
      name: 'firstword_alert_webhook_failures_total',
      type: 'counter',
      help: 'Posts to the webhook that failed since the start.',
      samples: [sampleOf({}, failedCount)],
    },
    {
      name: 'firstword_alert_notices_given_up_total',
      type: 'counter',
      help: 'Notices that could not be told for a day and are told no more, since the start.',
      samples: [sampleOf({}, givenUpCount)],
    },
    {
      name: 'firstword_alert_notices_waiting',
      type: 'gauge',
      help: 'Notices that the webhook has not taken yet.',
      samples: [sampleOf({}, waitingCount)],
    },
  ];
}

function stageFamilies(stages: Totals['stages']): MetricFamily[] {
  const counted = (pick: (each: Totals['stages'][number]) => number) =>
    stages.map((each) => sampleOf({stage: each.stage}, pick(each)));
  return [
    {
      name: 'firstword_stage_runs_total',
      type: 'counter',
      help: 'Ended turns in which a stage ran.',
      samples: counted(({count}) => count),
    },
    {
      name: 'firstword_stage_over_budget_total',
      type: 'counter',
      help: 'Those in which it took longer than the budget in their own record.',
      samples: counted(({overCount}) => overCount),
    },
    {
      name: 'firstword_stage_timeouts_total',
      type: 'counter',
      help: 'Those in which it ran out of time.',
      samples: counted(({timeoutCount}) => timeoutCount),
    },
  ];
}

function labelsOf({kind, name, targetShare}: Pick<KeptBudget, 'kind' | 'name' | 'targetShare'>) {
  return {kind, name, target: targetShare};
}

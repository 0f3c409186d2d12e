import type {Figure, InstantSummary, Losses, Proportion} from '../protocol/index.ts';
import type {Totals} from './store.ts';

/**
 * Writes the collector's counts in Prometheus' text format. Quantiles are those of the last hour; one with too few
 * turns is left out, and so is a name no line follows. `_sum` and `_count` are over everything stored.
 *
 * @param options.figures - Time to first token, per population.
 * @param options.instant - How the FAQ in the page did in the last hour; absent where it was asked for no turn.
 */
export function metricsText(options: {
  totals: Totals;
  losses: Omit<Losses, 'droppedCount'>;
  figures: {all: readonly Figure[]; misses: readonly Figure[]};
  instant: InstantSummary | undefined;
}): string {
  const {totals, losses, figures, instant} = options;
  const families: Family[] = [
    {
      name: 'firstword_turns_total',
      type: 'counter',
      help: 'Ended turns by outcome and by who answered.',
      samples: totals.turns.map(({outcome, source, count}) => `{outcome="${outcome}",source="${source}"} ${count}`),
    },
    {
      name: 'firstword_ttft_seconds',
      type: 'summary',
      help: 'Time to the first word on screen; quantiles over the last hour.',
      samples: [...quantiles(figures.all), `_sum ${totals.firstTokenSumMs / 1000}`, `_count ${totals.firstTokenCount}`],
    },
    {
      name: 'firstword_ttft_misses_seconds',
      type: 'gauge',
      help: 'The same without answers from a cache or the FAQ.',
      samples: quantiles(figures.misses),
    },
    ...instantFamilies(totals.instant, instant),
    ...lossFamilies({...losses, droppedCount: totals.droppedCount}),
  ];
  return families
    .filter(({samples}) => samples.length > 0)
    .map(familyText)
    .join('');
}

/** One name with its samples: each is what follows the name on its line. */
interface Family {
  name: string;
  type: 'counter' | 'gauge' | 'summary';
  help: string;
  samples: string[];
}

function familyText({name, type, help, samples}: Family): string {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map((sample) => name + sample), ''].join('\n');
}

function instantFamilies(hits: Totals['instant'], instant: InstantSummary | undefined): Family[] {
  const kinds = ['exact', 'answerable', 'matched', 'right'] as const;
  return [
    {
      name: 'firstword_instant_turns_total',
      type: 'counter',
      help: 'Ended turns for which the FAQ in the page was asked, by what it had.',
      samples: hits.map(({hit, count}) => `{hit="${hit}"} ${count}`),
    },
    {
      name: 'firstword_instant_share',
      type: 'gauge',
      help: 'Shares of such turns in the last hour; answerable is a lower bound, right (nobody objected) an upper one.',
      samples: kinds.flatMap((kind) => shares(`{kind="${kind}"}`, instant?.[kind])),
    },
    {
      name: 'firstword_instant_precision_share',
      type: 'gauge',
      help: 'The share of right in matched in the last hour, an upper bound.',
      samples: shares('', instant?.precision),
    },
  ];
}

function lossFamilies({refused, strippedCount, droppedCount}: Omit<Losses, 'startedAt'>): Family[] {
  return [
    {
      name: 'firstword_refused_total',
      type: 'counter',
      help: 'Requests and turns refused since the start, by reason.',
      samples: refused.map(({code, count}) => `{code="${code}"} ${count}`),
    },
    {
      name: 'firstword_stripped_properties_total',
      type: 'counter',
      help: 'Unknown properties removed since the start.',
      samples: [` ${strippedCount}`],
    },
    {
      name: 'firstword_dropped_turns_total',
      type: 'counter',
      help: 'Turns that browsers dropped because their queue was full.',
      samples: [` ${droppedCount}`],
    },
  ];
}

function quantiles(figures: readonly Figure[]): string[] {
  return figures.flatMap((figure) =>
    'valueMs' in figure ? [`{quantile="${figure.share}"} ${figure.valueMs / 1000}`] : [],
  );
}

function shares(labels: string, proportion: Proportion | undefined): string[] {
  return proportion?.state === 'known' ? [`${labels} ${proportion.share}`] : [];
}

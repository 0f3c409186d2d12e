import type {Figure, Losses} from '../protocol/index.ts';
import type {Totals} from './store.ts';

/**
 * Writes the collector's counts in Prometheus' text format. Quantiles are those of the last hour; one with too few
 * turns is left out, and so is a name no line follows. `_sum` and `_count` are over everything stored.
 *
 * @param options.figures - Time to first token, per population.
 */
export function metricsText(options: {
  totals: Totals;
  losses: Omit<Losses, 'droppedCount'>;
  figures: {all: readonly Figure[]; misses: readonly Figure[]};
}): string {
  const {totals, losses, figures} = options;
  const lines: string[] = [];
  const head = (name: string, type: string, help: string) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  };

  head('firstword_turns_total', 'counter', 'Ended turns by outcome and by who answered.');
  for (const {outcome, source, count} of totals.turns) {
    lines.push(`firstword_turns_total{outcome="${outcome}",source="${source}"} ${count}`);
  }
  const shown = (figure: Figure) => ('valueMs' in figure ? [figure] : []);
  head('firstword_ttft_seconds', 'summary', 'Time to the first word on screen; quantiles over the last hour.');
  for (const figure of figures.all.flatMap(shown)) {
    lines.push(`firstword_ttft_seconds{quantile="${figure.share}"} ${figure.valueMs / 1000}`);
  }
  lines.push(`firstword_ttft_seconds_sum ${totals.firstTokenSumMs / 1000}`);
  lines.push(`firstword_ttft_seconds_count ${totals.firstTokenCount}`);
  head('firstword_ttft_misses_seconds', 'gauge', 'The same without answers from a cache or the FAQ.');
  for (const figure of figures.misses.flatMap(shown)) {
    lines.push(`firstword_ttft_misses_seconds{quantile="${figure.share}"} ${figure.valueMs / 1000}`);
  }
  head('firstword_refused_total', 'counter', 'Requests and turns refused since the start, by reason.');
  for (const {code, count} of losses.refused) lines.push(`firstword_refused_total{code="${code}"} ${count}`);
  head('firstword_stripped_properties_total', 'counter', 'Unknown properties removed since the start.');
  lines.push(`firstword_stripped_properties_total ${losses.strippedCount}`);
  head('firstword_dropped_turns_total', 'counter', 'Turns that browsers dropped because their queue was full.');
  lines.push(`firstword_dropped_turns_total ${totals.droppedCount}`);
  return `${lines.join('\n')}\n`;
}

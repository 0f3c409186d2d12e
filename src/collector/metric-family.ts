/** One name of Prometheus' text format with its samples: each is what follows the name on its line. */
export interface MetricFamily {
  name: string;
  type: 'counter' | 'gauge' | 'summary';
  help: string;
  samples: string[];
}

/** Writes families; one without samples is left out. */
export function writeFamilies(families: readonly MetricFamily[]): string {
  return families
    .filter(({samples}) => samples.length > 0)
    .map(({name, type, help, samples}) =>
      [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map((sample) => name + sample), ''].join('\n'),
    )
    .join('');
}

/** Writes a sample: its labels, and its value. */
export function sampleOf(labels: Readonly<Record<string, string | number>>, value: number): string {
  const pairs = Object.entries(labels).map(([name, text]) => `${name}="${escapeLabel(String(text))}"`);
  return `${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n');
}

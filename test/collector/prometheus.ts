/** One sample of a metrics page, as a scraper keeps it. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** A family of a metrics page. */
export interface Family {
  type: string;
  help: string;
  samples: Sample[];
}

/** Which endings of a family's name its samples may have. */
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  summary: ['', '_sum', '_count'],
};

/**
 * Reads a page in Prometheus' text format 0.0.4, strictly, without any of our own code.
 *
 * @throws Error with the line that breaks the format.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function parseMetrics(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let current: [name: string, family: Family] | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const fail = (why: string) => new Error(`${why}: ${line}`);
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (families.has(name)) throw fail('a family comes twice');
      if (/\\(?![\\n])/.test(rest)) throw fail('a wrong escape');
      current = [name, {type: '', help: rest, samples: []}];
      families.set(...current);
    } else if (keyword === 'TYPE') {
      if (current?.[0] !== name || current[1].type !== '' || current[1].samples.length > 0)
        throw fail('a TYPE out of place');
      if (!Object.hasOwn(ENDINGS, rest)) throw fail('an unknown type');
      current[1].type = rest;
    } else {
      const sample = parseSample(line);
      if (!sample || !current) throw fail('no sample');
      const [family, {type, samples}] = current;
      if (!ENDINGS[type]?.some((ending) => sample.name === family + ending)) throw fail('a sample of another family');
      if (type === 'counter' && (!family.endsWith('_total') || sample.value < 0)) throw fail('no counter');
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (seen.has(key)) throw fail('a series comes twice');
      seen.add(key);
      samples.push(sample);
    }
  }
  return families;
}

function parseSample(line: string): Sample | undefined {
  const [, name = '', braces, number = ''] =
    /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\]|\\["\\n])*",?)*\})? ([-+]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|Inf)|NaN)$/.exec(
      line,
    ) ?? [];
  if (!name) return undefined;
  const pairs = [...(braces ?? '').matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\["\\n])*)"/g)];
  const labels = Object.fromEntries(
    pairs.map(([, label = '', text = '']) => [
      label,
      text.replace(/\\(.)/g, (_, mark) => (mark === 'n' ? '\n' : mark)),
    ]),
  );
  return Object.keys(labels).length === pairs.length ? {name, labels, value: Number(number)} : undefined;
}

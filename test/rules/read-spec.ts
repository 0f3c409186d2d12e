/** A row of the table of attributes, as the document writes it: one for each attribute. */
export interface AttributeRow {
  /** Without `data-`. */
  name: string;
  values: string;
  fallback: string;
}

/** Reads the table of attributes. A row that names several gives one for each, with its part of each cell. */
export function readAttributes(embed: string): AttributeRow[] {
  return embed.split('\n').flatMap((line) => {
    if (!line.startsWith('| `data-')) return [];
    const [, first = '', values = '', fallback = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const names = spans(first).map((name) => name.replace(/^data-/, ''));
    const part = (cell: string, at: number) => {
      const parts = cell.split(/;\s*/);
      return (parts.length === names.length ? parts[at] : cell)?.replaceAll('\\|', '|') ?? '';
    };
    return names.map((name, at) => ({name, values: part(values, at), fallback: part(fallback, at)}));
  });
}

/** Reads the other names of attributes: the attribute that each stands for. */
export function readAliases(embed: string): Map<string, string> {
  const aliases = new Map<string, string>();
  const paragraph = between(embed, 'Accepted as aliases', '\n\n');
  for (const [, names = '', name = ''] of paragraph.matchAll(/((?:`data-[a-z-]+`(?: and )?)+) \(([a-z-]+)\)/g)) {
    for (const alias of spans(names)) aliases.set(alias.replace(/^data-/, ''), name);
  }
  return aliases;
}

/** Reads which attributes the loader itself reads. */
export function readEarly(embed: string): string[] {
  return between(embed, 'before the panel is there (', ')').split(/,\s*/);
}

/** Reads the names of the methods of the JS API, and of what `window.Firstword` has beside them. */
export function readApi(embed: string): {methods: string[]; global: string[]} {
  const [methods = ''] = spans(between(embed, '(and the value `mount()` returns): ', ', and'));
  return {
    methods: [...methods.replace(/→ \w+\(\)/g, '').matchAll(/(\w+)\(/g)].map(([, name = '']) => name),
    global: [...new Set([...embed.matchAll(/`Firstword\.(init|version)\b/g)].map(([, name = '']) => name))],
  };
}

/** Reads the names of the DOM events, without `firstword:`. */
export function readEvents(embed: string): string[] {
  return between(embed, '`firstword:', '`').split(/\s+/);
}

/** Reads the public parts, and the words of the two attributes of an answer. */
export function readParts(embed: string): {parts: string[]; properties: string[]; sources: string[]; states: string[]} {
  const words = (start: string) => spans(between(embed, start, '.'))[0]?.split(/\s+/) ?? [];
  return {
    parts: words('`part`: '),
    properties: words('Custom properties: '),
    sources: words('`data-source` ('),
    states: words('`data-state`\n('),
  };
}

/** Reads the table of parts of an answer: the `data-fw-*` names. */
export function readWireParts(wire: string): string[] {
  return [...wire.matchAll(/^\| `(data-fw-[a-z]+)`/gm)].map(([, name = '']) => name);
}

/** Reads how many turns a percentile needs: to be shown at all, and to be shown without reserve. */
export function readHonestCounts(metrics: string): {share: number; shown: number; firm: number}[] {
  const rule = between(metrics, '**Honest n.**', '\n');
  const shown = numbers(between(rule, 'n ≥ ', ' for '));
  const shares = numbers(between(rule, ' for ', ':').replaceAll('P', ''));
  const firm = numbers(between(rule, '; below ', ' it is grey'));
  return shares.map((percent, at) => ({
    share: Math.round(percent * 1000) / 100_000,
    shown: shown[at] ?? 0,
    firm: firm[at] ?? 0,
  }));
}

/** Reads the milestones of the record. */
export function readMilestones(turn: string): string[] {
  const table = between(turn, '| mark `t.*` | instant |', '\n\n');
  return [...table.matchAll(/^\|(( `\w+`)+) \|/gm)].flatMap(([, names = '']) => spans(names));
}

/** Reads the options of the server kit. */
export function readServerOptions(server: string): string[] {
  return [...server.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name);
}

/** Reads `name 3 s` or `name 400 ms` pairs: the time of each name in ms. */
export function readTimes(text: string): Record<string, number> {
  const pairs = [...text.matchAll(/([a-z-]+) ([\d.]+) (ms|s)\b/g)];
  return Object.fromEntries(pairs.map(([, name, time, unit]) => [name, Number(time) * (unit === 's' ? 1000 : 1)]));
}

/** Gives the text between two marks; throws when it is not there, so that a changed document is not taken for none. */
export function between(text: string, start: string, end: string): string {
  const from = text.indexOf(start);
  const to = text.indexOf(end, from + start.length);
  if (from < 0 || to < 0) throw new Error(`nothing stands between "${start}" and "${end}"`);
  return text.slice(from + start.length, to);
}

/** Gives the texts between backticks. */
export function spans(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
}

/** A row of the table of what is stored: the thing, where it is, and what each consent makes of it. */
export interface StorageRow {
  thing: string;
  where: string;
  auto: string;
  required: string;
  granted: string;
  denied: string;
}

/** Reads the table of what is stored, and when. */
export function readStorage(embed: string): StorageRow[] {
  const [, ...lines] = between(embed, '| thing | where |', '\n\n').split('\n');
  return lines.slice(1).map((line) => {
    const [, thing = '', where = '', auto = '', required = '', granted = '', denied = '', ...more] = line
      .split('|')
      .map((cell) => cell.trim());
    if (more.join('')) throw new Error(`the table of what is stored has more columns than are known: ${line}`);
    return {thing, where, auto, required, granted, denied};
  });
}

const numbers = (text: string) => text.split(/,\s*/).map(Number);

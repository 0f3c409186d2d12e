import {type AttributeRow, between, readAliases, readAttributes, readEarly, readTimes, spans} from './read-spec.ts';
import type {Verdict} from './source.ts';

/** The options table as it is compared: how a value is read, its default, its other names. */
export type OptionsTable = Readonly<
  Record<string, readonly [kind: unknown, fallback?: unknown, ...aliases: unknown[]]>
>;

/** A browser that takes every value of CSS, for reading values in a test. */
const AROUND = {base: 'https://shop.example/', supports: () => true, selects: () => true};

/** Holds the options table against the document's: names, words, defaults, other names. */
export function checkOptions(embed: string, table: OptionsTable): Verdict {
  const rows = readAttributes(embed);
  const options = new Map(Object.entries(table).map(([name, option]) => [kebab(name), option]));
  const breaches: string[] = [];
  const tell = (name: string, cause: string) => breaches.push(`data-${name}: ${cause}`);
  for (const row of rows) {
    const option = options.get(row.name);
    if (!option) tell(row.name, 'is documented and no option');
    else
      for (const cause of [...compareWords(row, option[0]), ...compareFallback(row, option[1])]) tell(row.name, cause);
  }
  for (const name of options.keys()) {
    if (!rows.some((row) => row.name === name)) tell(name, 'is an option and not documented');
  }
  const aliases = readAliases(embed);
  for (const [alias, name] of aliases) {
    if (!options.get(name)?.slice(2).map(String).map(kebab).includes(alias)) tell(alias, `does not stand for ${name}`);
  }
  for (const [name, [, , ...others]] of options) {
    for (const alias of others.map(String).map(kebab)) {
      if (aliases.get(alias) !== name) tell(alias, `stands for ${name} and is not documented`);
    }
  }
  return {lookedAtCount: rows.length + aliases.size, breaches};
}

/** Holds the early part of the table against the document's list. */
export function checkEarly(embed: string, early: OptionsTable): Verdict {
  const documented = new Set(readEarly(embed));
  const names = new Set(Object.keys(early).map(kebab));
  return {
    lookedAtCount: documented.size,
    breaches: [
      ...[...documented].filter((name) => !names.has(name)).map((name) => `data-${name}: is not read by the loader`),
      ...[...names].filter((name) => !documented.has(name)).map((name) => `data-${name}: is read by the loader`),
    ],
  };
}

/** The built-in budgets as a program holds them: ms by name of attribute. */
export interface Budgets {
  standard: Readonly<Record<string, number>>;
  chat: Readonly<Record<string, number>>;
  /** Shares of the first-token budget by stage. */
  stageShares: Readonly<Record<string, number>>;
  /** The percentile that holds when none is named. */
  share: number;
}

/** Holds the built-in budgets against the document's. `readTime` reads a time as attributes write it. */
export function checkBudgets(
  embed: string,
  {budgets, readTime}: {budgets: Budgets; readTime: (text: string) => number | undefined},
): Verdict {
  const rows = new Map(readAttributes(embed).map((row) => [row.name, row]));
  const standard = rows.get('budget')?.fallback ?? '';
  const [declared = ''] = spans(standard);
  const preset = between(embed, '| `data-preset` ', '\n');
  const shares = [...between(embed, 'share of the first-token budget (', ')').matchAll(/(\w+) (\d+)\/(\d+)/g)];
  const percentile = Number(/at p([\d.]+)$/.exec(standard)?.[1]) / 100;
  const told = {
    standard: Object.fromEntries(
      declared.split(' ').map((part) => [part.split('=')[0], readTime(part.split('=')[1] ?? '')]),
    ),
    chat: readTimes(preset),
    stageShares: Object.fromEntries(shares.map(([, stage, over, under]) => [stage, Number(over) / Number(under)])),
  };
  let lookedAtCount = 1;
  const breaches =
    percentile === budgets.share ? [] : [`budget: holds at ${budgets.share}, documented is ${percentile}`];
  for (const kind of ['standard', 'chat', 'stageShares'] as const) {
    for (const name of new Set([...Object.keys(told[kind]), ...Object.keys(budgets[kind])])) {
      lookedAtCount++;
      const [ours, theirs] = [budgets[kind][name], told[kind][name]];
      if (ours !== theirs) breaches.push(`budget: ${kind} ${name} is ${ours}, documented is ${theirs}`);
    }
  }
  return {lookedAtCount, breaches};
}

function compareWords({values}: AttributeRow, kind: unknown): string[] {
  const words = spans(values).flatMap((span) => span.split(' '));
  const closed = /^`[\w -]+`$/.test(values);
  if (closed && !Array.isArray(kind)) return [`takes anything, documented are ${words.join(' ')}`];
  if (Array.isArray(kind)) {
    return closed && kind.join(' ') === words.join(' ')
      ? []
      : [`takes ${kind.join(' ')}, documented are ${closed ? words.join(' ') : values}`];
  }
  const readable = /[=…]/.test(values)
    ? []
    : words.map((word) => word.replace('<time>', '800ms').replace('<route>', 'fast'));
  const refused = readable.filter((word) => read(kind, word) === undefined).map((word) => `does not take ${word}`);
  const foreign = /^(list of|`off)/.test(values) && read(kind, 'no such word') !== undefined;
  const untrue = values === 'boolean' && (read(kind, '') !== true || read(kind, 'off') !== false);
  return [...refused, ...(foreign ? ['takes any word'] : []), ...(untrue ? ['does not read a boolean'] : [])];
}

/** What the document writes as a literal must be in the table; what it says in words is made where it is used. */
function compareFallback({name, fallback, values}: AttributeRow, given: unknown): string[] {
  const literal = /^`([^`]+)`$/.exec(fallback)?.[1] ?? (/^(true|false|[\d.]+)$/.test(fallback) ? fallback : undefined);
  const written = Array.isArray(given) ? given.join('|') : given;
  if (literal !== undefined)
    return String(written) === literal ? [] : [`is ${written} by default, documented is ${literal}`];
  const empty = written === undefined || written === '';
  return empty ? [] : [`is ${written} by default, documented is "${fallback}" (${name}, ${values})`];
}

const read = (kind: unknown, value: string): unknown => (typeof kind === 'function' ? kind(value, AROUND) : undefined);

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

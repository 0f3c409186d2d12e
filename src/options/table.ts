import type {EarlyOptions, Kind, Raw, readTable, Table} from './early.ts';
import type {Surroundings} from './kinds.ts';
import {SECRET} from './secret.ts';

/** What an endpoint may speak. */
export const PROTOCOLS = [
  'auto',
  'firstword',
  'ai-sdk',
  'ag-ui',
  'openai',
  'openai-responses',
  'anthropic',
  'langgraph',
  'ollama',
  'text',
] as const;

/**
 * Every option of the widget, read. Addresses are absolute, a share is 0 to 1; undefined means that a default is made
 * where the option is used. `budget`, `deadline` and `hedge` are texts of the right shape, which the part that uses them
 * takes apart, as it does with `experiment`, whatever its shape.
 */
export interface Options extends EarlyOptions {
  protocol: (typeof PROTOCOLS)[number];
  credentials: 'same-origin' | 'include' | 'omit';
  site: string | undefined;
  route: string | undefined;
  model: string | undefined;
  greeting: string | undefined;
  placeholder: string | undefined;
  disclaimer: string | undefined;
  suggestions: readonly string[];
  persist: 'session' | 'local' | 'none';
  consent: 'required' | 'granted' | 'denied' | 'auto';
  gpc: 'first-party' | 'off';
  budget: string | undefined;
  preset: 'chat' | undefined;
  deadline: string | undefined;
  fallback: readonly string[];
  supportEmail: string | undefined;
  supportUrl: string | undefined;
  hedge: string;
  hedgeEndpoint: string | undefined;
  prefetch: 'off' | 'warm' | 'topics' | undefined;
  linkHosts: readonly string[];
  imagePrefixes: readonly string[];
  faq: string | undefined;
  rum: string;
  rumSample: number;
  analytics: readonly string[];
  experiment: string | undefined;
  userToken: string | undefined;
  context: unknown;
}

/** Longest page context, in bytes of JSON. */
export const MAX_CONTEXT_BYTES = 2048;

const TIME = '\\d+(\\.\\d+)?(ms|s)?';
const AT = `${TIME}(@p\\d{1,2}(\\.\\d+)?)?`;
const SLUG = '[a-z0-9][\\w.-]{0,31}';

/** Reads a text that matches a pattern from its beginning to its end. */
const like = (pattern: string) => {
  const whole = new RegExp(`^(${pattern})$`);
  return (raw: string) => (whole.test(raw.trim()) ? raw.trim() : undefined);
};

/** Reads a list, JSON or separated by `|`; every item must match the pattern where there is one. */
const list = (pattern = '[^]+') => {
  const item = like(pattern);
  return (raw: string): string[] | undefined => {
    const items = raw.trim()[0] === '[' ? parse(raw) : raw.split('|');
    if (!Array.isArray(items)) return;
    const read = items.map((entry: unknown) => (typeof entry === 'string' ? item(entry) : undefined));
    return read.every((entry) => entry !== undefined) ? read : undefined;
  };
};

/** Reads JSON; null is none. */
const parse = (raw: string): NonNullable<unknown> | undefined => {
  try {
    return JSON.parse(raw) ?? undefined;
  } catch {
    return; // not JSON
  }
};

/** Reads JSON of at most MAX_CONTEXT_BYTES. */
const json = (raw: string) => (new TextEncoder().encode(raw).length > MAX_CONTEXT_BYTES ? undefined : parse(raw));

const words = list();
const share = (raw: string) => (/^[01]?\.?\d*$/.test(raw) && raw !== '' && +raw <= 1 ? +raw : undefined);

/** Reads an address, or `off`. */
const urlOrOff =
  (url: Kind<string>): Kind<string> =>
  (raw, around) =>
    raw === 'off' ? raw : typeof url === 'function' ? url(raw, around) : undefined;

/**
 * Makes the one options table: `data-kebab-name`, `kebab-name` on the element, `camelName` in code.
 *
 * @param early - The early part, which the loader has already: a page does not pay for it twice.
 */
export const createTable = (early: Table<EarlyOptions>): Table<Options> => ({
  ...early,
  protocol: [PROTOCOLS, 'auto'],
  credentials: [['same-origin', 'include', 'omit'], 'same-origin'],
  site: [like('[a-z0-9][a-z0-9._-]{0,252}'), undefined],
  route: [like('/[\\w/:.~-]{0,63}'), undefined],
  model: [early.title[0], undefined],
  greeting: [early.title[0], undefined, 'welcomeMessage'],
  placeholder: [early.title[0], undefined],
  disclaimer: [early.title[0], undefined],
  suggestions: [words, [], 'defaultMessages', 'modalExampleQuestions'],
  persist: [['session', 'local', 'none'], 'session'],
  consent: [['required', 'granted', 'denied', 'auto'], 'auto'],
  gpc: [['first-party', 'off'], 'off'],
  budget: [like(`(${SLUG}=${AT}(,${AT})*\\s*)+`), undefined],
  preset: [['chat'], undefined],
  deadline: [like(`((soft|first|complete)=${TIME}\\s*)+`), undefined],
  fallback: [list(`faq|contact|retry:${SLUG}|"[^"]+"|'[^']+'`), ['faq', 'contact']],
  supportEmail: [like('[^\\s@<>"?&]+@[^\\s@<>"?&]+'), undefined],
  supportUrl: [early.endpoint[0], undefined],
  hedge: [like(`off|auto|${TIME}`), 'off'],
  hedgeEndpoint: [early.endpoint[0], undefined],
  prefetch: [['off', 'warm', 'topics'], undefined],
  linkHosts: [words, []],
  imagePrefixes: [words, []],
  faq: [early.endpoint[0], undefined],
  rum: [urlOrOff(early.endpoint[0]), 'off'],
  rumSample: [share, 1],
  analytics: [list('ga4|gtm|posthog|segment|plausible|amplitude|mixpanel|auto|none'), ['none']],
  experiment: [early.title[0], undefined],
  userToken: [early.title[0], undefined],
  context: [json, undefined],
});

/** What was expected of an option whose value is not one of a few words. */
const EXPECTED: Readonly<Record<string, string>> = {
  launcher: 'true or false',
  title: 'words',
  endpoint: 'an http(s) address',
  offset: 'a length',
  zIndex: 'a whole number',
  accent: 'a colour',
  avoid: 'a selector',
  language: 'a language',
  suggestions: 'texts, a|b',
  rum: 'an http(s) address or off',
  rumSample: '0 to 1',
  context: 'JSON, at most 2 KiB',
  site: 'a-z and digits',
  route: 'a path',
  budget: 'first-token=800ms complete=4s@p95',
  deadline: 'soft=1s first=3s',
  fallback: 'faq, contact or "words"',
  supportEmail: 'an address',
  hedge: 'off, auto or a time',
  analytics: 'ga4 and others',
};

/**
 * Reads every option and says in words what could not be read: what was read, what was expected, what is used. A value
 * that looks like a secret key is neither used nor printed, whatever the option.
 *
 * @param given.names - All names that were given, to find the unknown ones.
 * @param given.early - The early part of the table, and the function that reads a table.
 * @param onLine - Gets one line for each cause.
 */
export function readOptions(
  given: {
    raw: Raw;
    names: Iterable<string>;
    around: Surroundings;
    early: Table<EarlyOptions>;
    readTable: typeof readTable;
  },
  onLine: (line: string) => void,
): Options {
  const table = createTable(given.early);
  const known = new Map(
    Object.entries(table).flatMap(([name, [, , ...aliases]]) => [name, ...aliases].map((alias) => [alias, name])),
  );
  const secrets: string[] = [];
  for (const name of given.names) {
    const [secret] = SECRET.exec(given.raw(name) ?? '') ?? [];
    if (secret) {
      secrets.push(name);
      onLine(`data-${kebab(name)} looks like a secret key (${secret.slice(0, 3)}…): not used. Keep it on the server.`);
    } else if (name === 'onHandoff' && given.raw(name) === undefined)
      continue; // a function has no text
    else if (!known.has(name) && !/^(firstword|turbo|astro|cf)/.test(name))
      onLine(`data-${kebab(name)} is not known. Did you mean data-${kebab(nearest(name, known))}?`);
  }
  return given.readTable(table, {
    ...given,
    raw: (name) => (secrets.includes(name) ? undefined : given.raw(name)),
    onBad(name, value) {
      const [kind, fallback] = table[name];
      const [, expected] = Array.isArray(kind)
        ? ['', kind.join(', ')]
        : (Object.entries(EXPECTED).find(([like]) => table[like as typeof name][0] === kind) ?? []);
      const used = fallback === undefined ? 'none' : JSON.stringify(fallback);
      onLine(`data-${kebab(name)}: read "${value.slice(0, 60)}", expected ${expected}; using ${used}.`);
    },
  });
}

/** Writes an option's name as attributes do. */
export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What the known name means that shares the longest beginning and end with a name, for its length. */
function nearest(name: string, known: ReadonlyMap<string, string>): string {
  const likeness = (other: string) => {
    let same = -Math.abs(other.length - name.length);
    for (let at = 0; at < name.length && name[at] === other[at]; at++) same++;
    for (let at = 1; at <= name.length && name.at(-at) === other.at(-at); at++) same++;
    return same;
  };
  const [best = ''] = [...known.keys()].sort((a, b) => likeness(b) - likeness(a));
  return known.get(best) ?? best;
}

import {randomHex} from '../chat/index.ts';
import {assignArms, kebab, type Options, type Raw, readExperiments} from '../options/index.ts';

/** Reads options: what they were given as, and under which names. */
export type Read = (raw: Raw, names: Iterable<string>) => Options;

/** What is decided for a page view before anything is asked or stored. */
export interface Decided {
  /** The arms of the site's experiments by their names. */
  arms: Record<string, string>;
  /** The id of the page view, which says which arms they are. */
  pageId: string;
}

/** What an arm may set: how answers are made fast, not how the chat looks nor where it keeps what. */
const SETTABLE = ['prefetch', 'faq', 'hedge', 'hedgeEndpoint', 'deadline', 'budget', 'preset', 'fallback'] as const;

/** Of these options an arm `off` takes the value away. */
const OPTIONAL: readonly string[] = ['faq', 'hedgeEndpoint'] satisfies (keyof Options)[];

/**
 * Decides which arms of the site's experiments this page view is in, and adds that, and what they set, to the options. What
 * is declared wrong decides nothing, with one line.
 */
export function decide(
  options: Options & Partial<Decided>,
  {raw: given, read, print}: {raw: Raw; read: Read; print: (line: string) => void},
): void {
  const experiments = readExperiments(options.experiment ?? '');
  if (typeof experiments === 'string') {
    print(`data-experiment is not used: ${experiments}.`);
    return;
  }
  const pageId = randomHex(16);
  const assigned = assignArms(experiments, pageId);
  const wanted = new Map(assigned.flatMap(({set}) => Object.entries(set)).map(([name, raw]) => [camel(name), raw]));
  for (const name of wanted.keys()) {
    if (SETTABLE.some((each) => each === name)) continue;
    print(`data-experiment is not used: it cannot set ${kebab(name)}, but ${SETTABLE.map(kebab).join(', ')}.`);
    return;
  }
  const isOff = (name: string) => OPTIONAL.includes(name) && wanted.get(name) === 'off';
  const names = [...wanted.keys()].filter((name) => !isOff(name));
  const raw = (name: string) => (isOff(name) ? undefined : (wanted.get(name) ?? given(name)));
  const set = read(raw, names);
  for (const name of SETTABLE) if (wanted.has(name)) Object.assign(options, {[name]: set[name]});
  Object.assign(options, {pageId, arms: Object.fromEntries(assigned.map(({name, arm}) => [name, arm]))});
}

const camel = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

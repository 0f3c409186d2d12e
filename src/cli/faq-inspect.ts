import {type FaqEntry, MIN_PHRASINGS, type Negative, type PlainPack, phrasingsOf, readWords} from '../faq/index.ts';
import {readEntry, readNegative} from './faq-entry.ts';
import {readFields, type Tell} from './faq-fields.ts';
import {isLanguage, writeKnown} from './faq-names.ts';
import {type Path, type Problem, quote, type Source} from './faq-source.ts';

/** What a FAQ was found to be. */
export interface Inspection {
  /** By line; those of the whole come last. */
  problems: Problem[];
  /** What may be compiled when none of the problems is an error: no unknown names, no phrasing twice, nothing expired. */
  pack: PlainPack;
}

const PACK_FIELDS = {
  version: 'text',
  language: 'text',
  ttlMs: 'number',
  entries: 'list',
  negatives: 'list',
  topics: 'object',
} as const satisfies Record<keyof PlainPack, string>;

/** An entry or a negative with its place. */
interface Placed<T> {
  subject: T;
  path: Path;
}

/** Looks at everything in a FAQ, and tells all that is wrong with it. */
export function inspectFaq(source: Source, {nowAt}: {nowAt: number}): Inspection {
  const problems = [...source.problems];
  const tell: Tell = (path, what, level = 'error') => {
    const line = source.lineOf(path);
    problems.push({level, text: `${source.nameOf(path)} ${what}`, ...(line !== undefined && {line})});
  };
  if (source.value === undefined) return {problems: sorted(problems), pack: {entries: []}};
  if (Array.isArray(source.value)) tell([], 'is a list; a FAQ is an object: {"entries": […]}');
  else if (typeof source.value !== 'object' || source.value === null) tell([], 'is no object: {"entries": […]}');
  if (problems.some(({level}) => level === 'error') && !isObject(source.value)) {
    return {problems: sorted(problems), pack: {entries: []}};
  }
  const read = readFields(source.value, {fields: PACK_FIELDS, path: [], tell}) as Partial<PlainPack>; // each of its kind
  checkPack(read, tell);
  const entries = (read.entries ?? []).map((value, at): Placed<FaqEntry> => {
    const path = ['entries', at];
    return {path, subject: readEntry(value, {path, tell})};
  });
  const negatives = (read.negatives ?? []).map((value, at): Placed<Negative> => {
    const path = ['negatives', at];
    return {path, subject: readNegative(value, {path, tell})};
  });
  checkIds(entries, {tell, source});
  checkTopics(read.topics, {entries, tell});
  const kept = dropExpired(entries, {nowAt, tell});
  const compared = comparePhrasings({entries: kept, negatives}, {tell, source});
  if (isObject(source.value) && (read.entries ?? []).length === 0) tell(['entries'], 'has no entry to answer with');
  return {problems: sorted(problems), pack: {...read, ...compared}};
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Puts problems into the order of their lines. */
export function sorted(problems: readonly Problem[]): Problem[] {
  const lineOf = ({line = Number.POSITIVE_INFINITY}: Problem) => line;
  return [...problems].sort((a, b) => (lineOf(a) === lineOf(b) ? 0 : lineOf(a) - lineOf(b)));
}

function checkPack({language, ttlMs}: Partial<PlainPack>, tell: Tell): void {
  if (language !== undefined && !isLanguage(language)) {
    tell(['language'], `is ${quote(language)}, no tag such as "en" or "pt-BR"`);
  }
  if (ttlMs !== undefined && !(Number.isInteger(ttlMs) && ttlMs > 0)) {
    tell(['ttlMs'], `is ${ttlMs}, no whole number of milliseconds above 0`);
  }
}

function checkIds(entries: readonly Placed<FaqEntry>[], {tell, source}: {tell: Tell; source: Source}): void {
  const first = new Map<string, Path>();
  for (const {subject, path} of entries) {
    const {id} = subject;
    if (id === '') continue;
    const before = first.get(id);
    if (before) tell(path, `has the id ${quote(id)} of another entry${writeLine(source, before)}`);
    else first.set(id, path);
  }
}

function checkTopics(
  topics: PlainPack['topics'] = {},
  {entries, tell}: {entries: readonly Placed<FaqEntry>[]; tell: Tell},
): void {
  const used = [...new Set(entries.flatMap(({subject}) => subject.topic ?? []))];
  for (const [topic, value] of Object.entries(topics)) {
    const path = ['topics', topic];
    readFields(value, {fields: {private: 'flag'}, path, tell});
    if (!used.includes(topic)) tell(path, `is the topic of no entry; ${writeKnown(topic, used)}`, 'warning');
  }
}

function dropExpired(
  entries: readonly Placed<FaqEntry>[],
  {nowAt, tell}: {nowAt: number; tell: Tell},
): Placed<FaqEntry>[] {
  return entries.filter(({subject, path}) => {
    const isExpired = Date.parse(subject.expiresAt ?? '') <= nowAt;
    if (isExpired) tell([...path, 'expiresAt'], `is past (${subject.expiresAt}): the entry is left out`, 'warning');
    return !isExpired;
  });
}

/** Drops what a subject says twice, and tells what several say. */
function comparePhrasings(
  {entries, negatives}: {entries: readonly Placed<FaqEntry>[]; negatives: readonly Placed<Negative>[]},
  {tell, source}: {tell: Tell; source: Source},
): {entries: FaqEntry[]; negatives?: Negative[]} {
  const holders = new Map<string, {place: Path; entry?: FaqEntry}>();
  const kept = negatives.map((placed) => {
    const {variants, phrasings} = readOnce(placed, tell);
    for (const {key, place} of phrasings) if (!holders.has(key)) holders.set(key, {place});
    return {...placed.subject, variants};
  });
  const pruned = entries.map((placed) => {
    const {variants, phrasings} = readOnce(placed, tell);
    for (const {key, place, text} of phrasings) {
      const other = holders.get(key);
      if (!other) {
        holders.set(key, {place, entry: placed.subject});
        continue;
      }
      const where = writeLine(source, other.place);
      if (!other.entry) tell(place, `${quote(text)} is also a negative${where}: it would never be answered`);
      // each may have its own pages
      else if (!other.entry.context || !placed.subject.context) {
        const twin = `${quote(other.entry.id)}${where}`;
        tell(place, `${quote(text)} is also a phrasing of ${twin}: one of them is never found by it`);
      }
    }
    tellFew(placed, {count: phrasings.length, tell});
    return {...placed.subject, variants};
  });
  return {entries: pruned, ...(kept.length > 0 && {negatives: kept})};
}

/** Lists a subject's different phrasings with what they are compared by, and tells those that are there twice. */
function readOnce({subject, path}: Placed<Negative>, tell: Tell) {
  const phrasings: {key: string; place: Path; text: string}[] = [];
  const variants: string[] = [];
  phrasingsOf(subject).forEach((text, at) => {
    const place = [...path, ...(at === 0 ? ['question'] : ['variants', at - 1])];
    const key = readWords(text).join(' ');
    if (key === '') return;
    const twin = phrasings.find((each) => each.key === key);
    if (twin) {
      const what = twin.place.includes('variants') ? 'another variant' : 'the question';
      tell(place, `${quote(text)} is left out: it says the same as ${what}`, 'warning');
      return;
    }
    phrasings.push({key, place, text});
    if (at > 0) variants.push(text);
  });
  return {phrasings, variants};
}

function tellFew({subject, path}: Placed<FaqEntry>, {count, tell}: {count: number; tell: Tell}): void {
  if (count >= MIN_PHRASINGS || subject.question.trim() === '') return;
  const phrasings = count === 1 ? '1 phrasing' : `${count} phrasings`;
  const why = `with fewer than ${MIN_PHRASINGS} hardly more than its own words finds it`;
  tell(path, `${quote(subject.id)} has ${phrasings}; ${why}`, 'warning');
}

function writeLine(source: Source, path: Path): string {
  const line = source.lineOf(path);
  return line === undefined ? '' : ` in line ${line}`;
}

import {writeKnown} from './faq-names.ts';
import {type Path, type Problem, quote} from './faq-source.ts';

/** Says what is wrong with the value that has a path; an error when nothing else is said. */
export type Tell = (path: Path, what: string, level?: Problem['level']) => void;

/** What a value may be. */
export type FieldKind = 'text' | 'texts' | 'number' | 'flag' | 'list' | 'object';

const NAMES: Readonly<Record<FieldKind, string>> = {
  text: 'a text',
  texts: 'a list of texts',
  number: 'a number',
  flag: 'true or false',
  list: 'a list',
  object: 'an object',
};

function isOf(kind: FieldKind, value: unknown): boolean {
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'number') return typeof value === 'number';
  if (kind === 'flag') return typeof value === 'boolean';
  if (kind === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  const kinds = ['text', 'number', 'flag', 'list', 'object'] as const;
  const kind = kinds.find((each) => isOf(each, value)) ?? 'object';
  return kind === 'flag' ? String(value) : NAMES[kind];
}

/** Gives a value when it is of a kind, and tells it when it is not. */
export function readField(value: unknown, {kind, path, tell}: {kind: FieldKind; path: Path; tell: Tell}): unknown {
  if (!isOf(kind, value)) {
    tell(path, `is ${describe(value)}, not ${NAMES[kind]}`);
    return undefined;
  }
  if (kind !== 'texts' || !Array.isArray(value)) return value;
  return value.filter((each, at) => {
    if (typeof each === 'string') return true;
    tell([...path, at], `is ${describe(each)}, not a text`);
    return false;
  });
}

/** Gives those values of an object that are known and of their kind, and tells the others. */
export function readFields(
  value: unknown,
  {fields, path, tell}: {fields: Readonly<Record<string, FieldKind>>; path: Path; tell: Tell},
): Record<string, unknown> {
  const given = readField(value, {kind: 'object', path, tell}) as object | undefined; // it is one, or undefined
  const read: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(given ?? {})) {
    const kind = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (kind === undefined) {
      tell(
        [...path, key],
        `is not known and left out (${quote(key)}; ${writeKnown(key, Object.keys(fields))})`,
        'warning',
      );
      continue;
    }
    const field = readField(inner, {kind, path: [...path, key], tell});
    if (field !== undefined) read[key] = field;
  }
  return read;
}

import {decode} from './entities.ts';
import {skipSpace} from './space.ts';

/** A part of a link that has been read, and the place after it. */
export interface Part {
  value: string;
  end: number;
}

/** Where a link leads. */
export interface Target {
  url: string;
  title: string;
}

/** Longest label, in characters. https://spec.commonmark.org/0.31.2/#link-label */
const MAX_LABEL = 999;

/** Longest destination or title, in characters, so that what is never closed costs a bounded look. */
export const MAX_PART = 4096;

/** Deepest parentheses in a destination, as in the reference implementation. */
const MAX_PARENTHESES = 32;

/** Gives the place after spaces, tabs and at most one line end. */
export function skipLine(text: string, at: number): number {
  const next = skipSpace(text, at);
  return text[next] === '\n' ? skipSpace(text, next + 1) : next;
}

/** Reads a label from its opening bracket on; undefined when it is none. */
export function readLabel(text: string, at: number): Part | undefined {
  for (let end = at + 1; end < text.length && end - at <= MAX_LABEL + 1; end++) {
    if (text[end] === '[') return undefined;
    if (text[end] === ']') return {value: text.slice(at + 1, end), end: end + 1};
    if (text[end] === '\\') end++;
  }
  return undefined;
}

/** Brings a label into the form by which labels are compared; empty for one that is blank. */
export function normaliseLabel(label: string): string {
  return label
    .replace(/[ \t\n]+/g, ' ')
    .replace(/^ | $/g, '')
    .toLowerCase()
    .toUpperCase();
}

/** Reads a destination, in pointed brackets or bare; undefined when there is none. */
export function readDestination(text: string, at: number): Part | undefined {
  const limit = Math.min(text.length, at + MAX_PART);
  let end = at;
  if (text[at] === '<') {
    for (end++; end < limit && !'<>\n'.includes(text.charAt(end)); end++) if (text[end] === '\\') end++;
    return text[end] === '>' ? {value: decode(text.slice(at + 1, end)), end: end + 1} : undefined;
  }
  let depth = 0;
  for (; end < limit && text.charAt(end) > ' '; end++) {
    const character = text[end];
    if (character === '\\' && text.charAt(end + 1) > ' ') end++;
    else if (character === '(' && ++depth > MAX_PARENTHESES) return undefined;
    else if (character === ')' && --depth < 0) break;
  }
  return depth > 0 ? undefined : {value: decode(text.slice(at, end)), end};
}

/** Reads a title in quotes or parentheses; undefined when there is none. */
export function readTitle(text: string, at: number): Part | undefined {
  const first = text.charAt(at);
  const last = first === '(' ? ')' : first;
  if (!first || !`"'(`.includes(first)) return undefined;
  const limit = Math.min(text.length, at + MAX_PART);
  for (let end = at + 1; end < limit; end++) {
    if (text[end] === last) return {value: decode(text.slice(at + 1, end)), end: end + 1};
    if (text[end] === '(' && first === '(') return undefined;
    if (text[end] === '\\') end++;
  }
  return undefined;
}

/** Reads what follows a link's text: destination and title in parentheses, from the opening one on. */
export function readInlineTarget(text: string, at: number): (Target & {end: number}) | undefined {
  const destination = readDestination(text, skipLine(text, at + 1));
  if (!destination) return undefined;
  let end = skipLine(text, destination.end);
  const title = end > destination.end ? readTitle(text, end) : undefined;
  if (title) end = skipLine(text, title.end);
  return text[end] === ')' ? {url: destination.value, title: title?.value ?? '', end: end + 1} : undefined;
}

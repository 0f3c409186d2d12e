import {MAX_PART, normaliseLabel, readDestination, readLabel, readTitle, skipLine, type Target} from './link.ts';
import {skipSpace} from './space.ts';

/** All definitions of an answer by their label's compared form; the first of a label counts. */
export type Definitions = Map<string, Target>;

/**
 * Takes link definitions from the beginning of a paragraph.
 *
 * @param options.into - Where they go; without it they are only taken away.
 * @param options.closed - Whether the paragraph is complete. If not, the last line stays, and what may get a title.
 * @returns What is left of the paragraph.
 */
export function takeDefinitions(text: string, options: {into: Definitions | undefined; closed: boolean}): string {
  const {into, closed} = options;
  while (text[0] === '[') {
    const found = readDefinition(text);
    if (!found) break;
    const {label, url, title, end} = found;
    const rest = text.slice(end);
    const titled = title !== undefined || rest.length > MAX_PART || !/^["'(]/.test(rest);
    if (!closed && !(rest && titled)) break;
    if (into && !into.has(label)) into.set(label, {url, title: title ?? ''});
    text = rest;
  }
  return text;
}

function readDefinition(text: string) {
  const name = readLabel(text, 0);
  const label = name && text[name.end] === ':' ? normaliseLabel(name.value) : '';
  if (!name || !label) return undefined;
  const start = skipLine(text, name.end + 1);
  const destination = readDestination(text, start);
  if (!destination || destination.end === start) return undefined;
  const {value: url, end: after} = destination;
  const titleStart = skipLine(text, after);
  const title = titleStart > after ? readTitle(text, titleStart) : undefined;
  const end = title && lineEnd(text, title.end);
  if (end) return {label, url, title: title.value, end};
  const plainEnd = lineEnd(text, after);
  return plainEnd ? {label, url, title: undefined, end: plainEnd} : undefined;
}

/** Gives the place after a line end that follows at once; 0 when something else does. */
function lineEnd(text: string, at: number): number {
  const end = skipSpace(text, at);
  if (end === text.length) return end;
  return text[end] === '\n' ? end + 1 : 0;
}

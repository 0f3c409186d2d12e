import {parse, type ValueNode} from '@humanwhocodes/momoa';
import {lineAt, type Path, type Problem, quote, type Source} from './faq-source.ts';

/** Names that would change what every object of a page has. */
export const FORBIDDEN_NAMES = ['__proto__', 'constructor', 'prototype'];

/** Reads a FAQ that is written as JSON, and tells everything by its line and its JSON pointer. */
export function readJson(text: string): Source {
  const nameOf = (path: Path) =>
    path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('') || 'the whole';
  let body: ValueNode;
  try {
    ({body} = parse(text, {mode: 'json'}));
  } catch (error) {
    return {value: undefined, lineOf: () => undefined, nameOf, problems: [tellFault(error, text)]};
  }
  const problems: Problem[] = [];
  look(body, {text, problems});
  const lineOf = (path: Path) => findNode(body, path).loc.start.line;
  // line breaks in quotes are what only JSON.parse refuses
  return {value: problems.some(isFatal) ? undefined : JSON.parse(text), lineOf, nameOf, problems};
}

const BREAK_IN_QUOTES = 'a line break or a tab stands between quotes: write \\n or \\t';
const isFatal = (problem: Problem) => problem.text === BREAK_IN_QUOTES;

function tellFault(error: unknown, text: string): Problem {
  if (error instanceof RangeError) return {level: 'error', text: 'not JSON that a FAQ could be: nested too deeply'};
  // a fault says where it is; anything else is none of the file's
  const {offset, column} = error as {offset?: number; column?: number};
  if (offset === undefined) throw error;
  const line = lineAt(text, offset);
  const found = text[offset] === undefined ? 'it ends too early' : `${quote(text[offset])} is unexpected here`;
  const place = column === undefined ? '' : ` (column ${column})`;
  return {level: 'error', line, text: `not JSON: ${found}${place}`};
}

/** Finds what JSON lets through and no FAQ may have: names that are given twice or forbidden, broken lines. */
function look(node: ValueNode, {text, problems}: {text: string; problems: Problem[]}): void {
  const tell = (line: number, what: string) => problems.push({level: 'error', line, text: what});
  const {start, end} = node.loc;
  if (node.type === 'String') {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    if (/[\u0000-\u001f]/.test(text.slice(start.offset, end.offset))) tell(start.line, BREAK_IN_QUOTES);
  } else if (node.type === 'Array') {
    for (const {value} of node.elements) look(value, {text, problems});
  } else if (node.type === 'Object') {
    const lines = new Map<string, number>();
    for (const {name, value, loc} of node.members) {
      const key = name.type === 'String' ? name.value : name.name;
      const {line} = loc.start;
      const before = lines.get(key);
      if (before !== undefined) tell(line, `${quote(key)} is given twice, first in line ${before}`);
      if (FORBIDDEN_NAMES.includes(key)) tell(line, `${quote(key)} may not be a name`);
      lines.set(key, line);
      look(value, {text, problems});
    }
  }
}

/** Finds the value with a path, or the nearest around it. */
function findNode(body: ValueNode, path: Path): ValueNode {
  let node = body;
  for (const key of path) {
    let next: ValueNode | undefined;
    if (node.type === 'Array') next = node.elements[Number(key)]?.value;
    else if (node.type === 'Object') {
      next = node.members.findLast(({name}) => (name.type === 'String' ? name.value : name.name) === key)?.value;
    }
    if (!next) break;
    node = next;
  }
  return node;
}

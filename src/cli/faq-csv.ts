import {type Cell, readCells} from './faq-cells.ts';
import {slugOf, writeKnown} from './faq-names.ts';
import {createLines, type Problem, quote, type Source} from './faq-source.ts';

/** The columns of a FAQ that is written as a table. */
export const CSV_COLUMNS = [
  'id',
  'question',
  'answer',
  'variants',
  'topic',
  'tags',
  'expiresAt',
  'private',
  'negative',
];

/** What stands between the phrasings, or the tags, of one cell. */
const BETWEEN = /[|\n]/;
const YES = /^(1|true|yes|x)$/i;
const NO = /^(|0|false|no)$/i;

/**
 * Reads a FAQ that is written as a table with its columns' names in the first line; cells are separated by what separates
 * the names: a comma, a semicolon or a tab.
 */
export function readCsv(text: string): Source {
  const problems: Problem[] = [];
  const tell = (line: number, what: string, level: Problem['level'] = 'error') =>
    problems.push({level, line, text: what});
  const lines = createLines();
  const {rows, faults} = readCells(...splitSeparator(text));
  for (const fault of faults) tell(fault.line, fault.text);
  const [header = [], ...rest] = rows;
  const columns = readHeader(header, tell);
  const entries: object[] = [];
  const negatives: object[] = [];
  for (const row of columns.includes('question') ? rest : []) {
    const [{line}] = row as [Cell]; // a row has a cell
    if (row.length < header.length || row.slice(header.length).some((cell) => cell.text !== '')) {
      tell(line, `has ${row.length} ${row.length === 1 ? 'cell' : 'cells'}, the first line has ${header.length}`);
      continue;
    }
    const {negative, ...subject} = readRow({row, columns, tell});
    const list = negative ? negatives : entries;
    const path = [negative ? 'negatives' : 'entries', list.length];
    lines.set(path, line);
    columns.forEach((column, at) => {
      if (column) lines.set([...path, column], row[at]?.line ?? line);
    });
    if (negative) list.push({question: subject['question'], variants: subject['variants'] ?? []});
    // a table without ids takes them from the questions
    else list.push({...(!columns.includes('id') && {id: slugOf(String(subject['question'] ?? ''))}), ...subject});
  }
  return {
    value: columns.includes('question') ? {entries, ...(negatives.length > 0 && {negatives})} : undefined,
    lineOf: lines.lineOf,
    nameOf: (path) => (path.length > 2 ? `column ${path[2]}` : path.length > 1 ? 'the row' : 'the table'),
    problems,
  };
}

type Tell = (line: number, what: string, level?: Problem['level']) => void;

/** Gives the table and what separates its cells; spreadsheets may say so in a line before the names. */
function splitSeparator(text: string): [table: string, separator: string] {
  const [, said] = /^sep=(.)[ ]*(?=\n)/i.exec(text) ?? [];
  if (said !== undefined) return [text.replace(/^.*/, ''), said];
  const [first = ''] = text.trimStart().split('\n', 1);
  const countOf = (letter: string) => first.split(letter).length;
  return [text, [',', ';', '\t'].sort((a, b) => countOf(b) - countOf(a))[0] ?? ','];
}

/** Gives each column's known name; undefined where there is none. */
function readHeader(header: readonly Cell[], tell: Tell): (string | undefined)[] {
  const plain = (name: string) => name.toLowerCase().replace(/[\s_-]/g, '');
  const columns = header.map(({text}) => {
    if (/^variants?\d*$/.test(plain(text))) return 'variants'; // there may be several
    return CSV_COLUMNS.find((known) => plain(known) === plain(text));
  });
  const line = header[0]?.line ?? 1;
  if (columns.every((column) => column === undefined)) {
    tell(line, `the first line must name the columns, such as id,question,answer,variants; ${writeColumns()}`);
    return [];
  }
  header.forEach(({text}, at) => {
    const column = columns[at];
    if (column === undefined && text !== '') {
      tell(line, `column ${quote(text)} is not known and left out; ${writeKnown(text, CSV_COLUMNS)}`, 'warning');
    } else if (column !== undefined && column !== 'variants' && columns.indexOf(column) < at) {
      tell(line, `column ${column} is there twice`);
    }
  });
  for (const needed of ['question', 'answer']) {
    if (!columns.includes(needed)) tell(line, `there is no column ${needed}`);
  }
  return columns;
}

const writeColumns = () => `known are ${CSV_COLUMNS.join(', ')}`;

function readRow({row, columns, tell}: {row: readonly Cell[]; columns: readonly (string | undefined)[]; tell: Tell}) {
  const subject: Record<string, unknown> = {};
  let negative = false;
  columns.forEach((column, at) => {
    const {text, line} = row[at] ?? {text: '', line: 0};
    if (column === undefined || text === '') return;
    const listed = () => text.split(BETWEEN).flatMap((each) => each.trim() || []);
    if (column === 'variants' || column === 'tags') {
      const before = subject[column];
      subject[column] = [...(Array.isArray(before) ? before : []), ...listed()];
    } else if (column === 'private' || column === 'negative') {
      if (!YES.test(text) && !NO.test(text)) tell(line, `column ${column} is ${quote(text)}, neither yes nor no`);
      if (column === 'negative') negative = YES.test(text);
      else if (YES.test(text)) subject['private'] = true;
    } else subject[column] = text;
  });
  return {...subject, negative} as {negative: boolean} & Record<string, unknown>;
}

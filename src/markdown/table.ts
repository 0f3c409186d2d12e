import {trim} from './space.ts';

/** The most columns that a table may have; more make it a paragraph. */
export const MAX_COLUMNS = 32;

/** Cuts a row at its pipes, those at the edges aside; `\|` stands for a pipe within a cell. */
export function splitRow(row: string): string[] {
  const inner = trim(row);
  const cells: string[] = [];
  let cell = '';
  let at = inner[0] === '|' ? 1 : 0;
  for (; at < inner.length; at++) {
    const escaped = inner[at] === '\\' && at + 1 < inner.length;
    if (escaped) {
      at++;
      cell += inner[at] === '|' ? '|' : `\\${inner[at]}`;
    } else if (inner[at] === '|') {
      cells.push(trim(cell));
      cell = '';
    } else cell += inner[at];
  }
  if (inner.at(-1) !== '|' || cell) cells.push(trim(cell));
  return cells;
}

/**
 * Reads the row below a table's header.
 *
 * @returns One letter a column (`l`, `c`, `r`, or `-` where nothing is said); undefined when it is no such row, or does
 *   not fit the header.
 */
export function readAlignments(row: string, header: string): string | undefined {
  if (!header.includes('|')) return undefined;
  const cells = splitRow(row);
  if (cells.length > MAX_COLUMNS || !cells.every((cell) => /^:?-+:?$/.test(cell))) return undefined;
  if (splitRow(header).length !== cells.length) return undefined;
  return cells
    .map((cell) => (cell.at(-1) === ':' ? (cell[0] === ':' ? 'c' : 'r') : cell[0] === ':' ? 'l' : '-'))
    .join('');
}

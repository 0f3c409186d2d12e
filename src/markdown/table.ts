import {trim} from './space.ts';

/** The most columns that a table may have; more make it a paragraph. */
export const MAX_COLUMNS = 32;

/** Cuts a row at its pipes, those at the edges aside; `\|` stands for a pipe within a cell. */
export function splitRow(row: string): string[] {
  const cells = trim(row)
    .replace(/^\|/, '')
    .replace(/\\(.)|\|/g, (found, escaped) => (found === '|' ? '\n' : escaped === '|' ? escaped : found))
    .split('\n'); // which no row has
  if (!cells.at(-1)) cells.pop();
  return cells.map(trim);
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

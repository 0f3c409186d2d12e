/** What a table's cell may hold; absent is an empty cell. */
export type Cell = string | number | boolean | undefined;

/** A spreadsheet takes what begins so for a formula and runs it. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * Writes one line of a table as comma-separated values (RFC 4180), its line end included. Text that a spreadsheet would
 * run as a formula gets an apostrophe before it; numbers are numbers and stay as they are.
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: Cell): string {
  if (typeof cell !== 'string') return cell === undefined ? '' : String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

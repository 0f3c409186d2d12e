import type {Cell} from '../protocol/index.ts';

/** A table as it is drawn: the names of its columns and its rows, a value for each column. */
export interface DrawnTable {
  columns: string[];
  rows: Cell[][];
}

/** One cell: its words, or its value with its unit and the ends of its interval. */
interface DrawnCell {
  value: Cell;
  unit?: string;
  low?: number;
  high?: number;
}

/**
 * Reads a table from the page. A cell whose value stands in a `data` element gives that, in ms or as a share of 1, and
 * its interval in columns of its own; any other cell gives its words, those of a figure that too few turns carry too.
 */
export function readTable(table: HTMLTableElement): DrawnTable {
  const names = [...(table.tHead?.rows[0]?.cells ?? [])].map(wordsOf);
  const rows = [...table.tBodies].flatMap((body) => [...body.rows].map((row) => [...row.cells].map(readCell)));
  const columnCount = Math.max(names.length, ...rows.map((row) => row.length));
  const columns: string[] = [];
  const cells: Cell[][] = rows.map(() => []);
  for (let column = 0; column < columnCount; column++) {
    const drawn = rows.map((row) => row[column]);
    const unit = drawn.find((cell) => cell?.unit)?.unit;
    const name = names[column] || `column ${column + 1}`;
    const unitWords = unit ? `, ${unit}` : '';
    columns.push(name + unitWords);
    for (const [index, cell] of drawn.entries()) cells[index]?.push(cell?.value);
    for (const end of ['low', 'high'] as const) {
      if (!drawn.some((cell) => cell?.[end] !== undefined)) continue;
      columns.push(`${name} ${end}${unitWords}`);
      for (const [index, cell] of drawn.entries()) cells[index]?.push(cell?.[end]);
    }
  }
  return {columns, rows: cells};
}

/** Gives the name of a table: what it is labelled by, its caption, or the heading above it. */
export function nameOfTable(table: HTMLTableElement): string {
  const labelled = table.getAttribute('aria-labelledby');
  const own = table.getAttribute('aria-label') ?? (labelled && document.getElementById(labelled)?.textContent);
  return (own || table.caption?.textContent || table.closest('section')?.querySelector('h2')?.textContent || '').trim();
}

function readCell(cell: HTMLTableCellElement): DrawnCell {
  const data = cell.querySelectorAll('data');
  const [only] = data;
  if (!only || data.length > 1) return {value: wordsOf(cell)};
  const {unit, low, high} = only.dataset;
  return {
    value: Number(only.value),
    ...(unit ? {unit} : {}),
    ...(low ? {low: Number(low)} : {}),
    ...(high ? {high: Number(high)} : {}),
  };
}

/** What is drawn for the eye or the ear alone says the same again. */
function wordsOf(cell: HTMLTableCellElement): string {
  const copy = cell.cloneNode(true) as HTMLTableCellElement; // a clone is what it is cloned from
  for (const extra of copy.querySelectorAll('td .sr, svg, title')) extra.remove();
  return (copy.textContent ?? '').replaceAll('\u202f', ' ').replace(/\s+/g, ' ').trim();
}

/** A cell of a table, and the line in which it begins. */
export interface Cell {
  text: string;
  line: number;
}

/** Rows of cells, and what is wrong with quotes. */
export interface Table {
  rows: Cell[][];
  faults: {line: number; text: string}[];
}

/**
 * Reads the rows of a table as RFC 4180 has them, with any separator of one character; empty lines are left out. Goes on
 * behind a fault, so that all of them are told.
 */
export function readCells(text: string, separator: string): Table {
  const rows: Cell[][] = [];
  const faults: Table['faults'] = [];
  let line = 1;
  let row: Cell[] = [];
  let cell: Cell = {text: '', line};
  let state: 'open' | 'quoted' | 'closed' | 'spoilt' = 'open';
  const endCell = () => {
    row.push({...cell, text: cell.text.trim()});
    cell = {text: '', line};
    state = 'open';
  };
  const endRow = () => {
    endCell();
    if (row.some((each) => each.text !== '')) rows.push(row);
    row = [];
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] as string; // at is within
    if (letter === '\n') line++;
    if (state === 'quoted') {
      if (letter !== '"') cell.text += letter;
      else if (text[at + 1] !== '"') state = 'closed';
      else cell.text += text[at++];
    } else if (letter === separator) endCell();
    else if (letter === '\n') endRow();
    else if (letter === '"' && state === 'open' && cell.text.trim() === '') {
      cell.text = '';
      state = 'quoted';
    } else if (state !== 'closed') cell.text += letter;
    else if (letter.trim() !== '') {
      faults.push({line, text: 'text follows a closing quote; a quote between quotes is written twice'});
      state = 'spoilt';
    }
  }
  // what follows a quote that is never closed is no row that anybody wrote
  if (state === 'quoted') faults.push({line: cell.line, text: 'a quote is opened and never closed'});
  else endRow();
  return {rows, faults};
}

import {useContext, useState} from 'preact/hooks';
import {csvLine} from '../protocol/index.ts';
import {LoadError, type LoadProblem} from './load-answer.ts';
import {type Query, writeListed} from './query.ts';
import {saveAnswer, saveBlob} from './save-file.ts';
import {nameOfTable, readTable} from './table-cells.ts';
import {TokenContext} from './token.tsx';

const FORMS = ['csv', 'json'] as const;
type Form = (typeof FORMS)[number];

const PROBLEMS: Readonly<Record<LoadProblem, string>> = {
  offline: 'The file broke off: the collector cannot be reached.',
  refused: 'The collector does not hand it out.',
  unreadable: 'The collector answers something else.',
  slow: 'The collector takes too long.',
  computing: 'The collector still makes it.',
  'no-token': 'The collector asks for a reading token.',
  'wrong-token': 'The collector does not know the reading token.',
  closed: 'The collector hands it out on its own machine only.',
};

/** Draws the buttons that save the turns of the view as a file, each with all its values. */
export function SaveTurns({query}: {query: Query}) {
  const token = useContext(TokenContext);
  const [said, setSaid] = useState('');
  async function save(form: Form): Promise<void> {
    setSaid('Reading …');
    try {
      const url = `../v1/reports/turns.${form}${writeListed(query)}`;
      const {fileName, cut} = await saveAnswer({url, token});
      setSaid(`Saved ${fileName}${cut ? `: cut, the ${cut}` : ''}.`);
    } catch (error) {
      setSaid(error instanceof LoadError ? PROBLEMS[error.problem] : PROBLEMS.unreadable);
    }
  }
  return (
    <>
      {FORMS.map((form) => (
        <button key={form} type="button" onClick={() => save(form)}>
          <span class="sr">Save the turns of this view as </span>
          {form.toUpperCase()}
        </button>
      ))}
      <span class="said" role="status">
        {said}
      </span>
    </>
  );
}

/** Draws a list of the tables that the page shows, to save each as a file. */
export function SaveTables() {
  const [tables, setTables] = useState<HTMLTableElement[]>([]);
  const find = (open: boolean) => {
    const drawn = open ? [...document.querySelectorAll<HTMLTableElement>('main table')] : [];
    setTables(drawn.filter((table) => !table.closest('.waterfall')));
  };
  return (
    <details class="card wide" onToggle={(event) => find(event.currentTarget.open)}>
      <summary>Save tables of this page</summary>
      <ul class="tables">
        {tables.map((table, index) => (
          <li key={`${nameOfTable(table)} ${index}`}>
            <span>{nameOfTable(table)}</span>
            {FORMS.map((form) => (
              <button key={form} type="button" onClick={() => saveTable(table, form)}>
                <span class="sr">{nameOfTable(table)} as </span>
                {form.toUpperCase()}
              </button>
            ))}
          </li>
        ))}
      </ul>
      <p class="note">Times are in ms and shares from 0 to 1, with the ends of their 95 % intervals beside them.</p>
    </details>
  );
}

/** How a file's name says that what is in it was made up, wholly or in part. */
const MARKS: Readonly<Record<string, string>> = {some: 'partly-simulated-', all: 'simulated-'};

function saveTable(table: HTMLTableElement, form: Form): void {
  const {columns, rows} = readTable(table);
  const title = nameOfTable(table);
  const simulated = document.querySelector<HTMLElement>('main')?.dataset['simulated'] ?? 'none';
  const objects = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])));
  const text =
    form === 'csv'
      ? [columns, ...rows].map(csvLine).join('')
      : JSON.stringify({table: title, simulated, rows: objects}, null, 1);
  const slug = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  const type = form === 'csv' ? 'text/csv;charset=utf-8' : 'application/json';
  saveBlob(new Blob([text], {type}), `firstword-${MARKS[simulated] ?? ''}${slug || 'table'}.${form}`);
}

import {csvLine, EXPORT_LIMIT_COUNT, type LookedAt} from '../protocol/index.ts';
import {FLAT_COLUMNS, flatTurn} from './flat-turn.ts';
import type {ReadWindow, Store} from './store.ts';
import {type CountsReading, LIST_PAGE_COUNT, type TurnsReading} from './turns-reading.ts';

/** The forms in which turns are handed out as a file. */
export type ExportForm = 'csv' | 'json';

/** Version of the file's columns; it grows when one goes or means something else. */
export const EXPORT_VERSION = 1;

/**
 * Answers with the turns of a window as a file, newest first, EXPORT_LIMIT_COUNT at most. It is written as it is read, a
 * page of rows at a time and no faster than it is taken, so it takes little memory however long it is. A file that is
 * cut says so in its name and in the header `firstword-cut`, as JSON also in itself.
 *
 * @param options.limitCount - Default: EXPORT_LIMIT_COUNT.
 * @throws What the store throws, before the first byte; a store that fails later breaks the file off.
 */
export async function exportTurns(options: {
  store: Store;
  window: ReadWindow;
  form: ExportForm;
  limitCount?: number;
}): Promise<Response> {
  const {store, window, form, limitCount = EXPORT_LIMIT_COUNT} = options;
  const counts = await store.read('counts', window);
  const cut = counts.turnCount > limitCount ? `newest ${limitCount} of ${counts.turnCount}` : undefined;
  const name = ['firstword', 'turns', ...(cut?.split(' ') ?? [])].join('-');
  const rows = rowsOf({store, window, limitCount});
  const lines = form === 'csv' ? csvLines(rows) : jsonLines(rows, {window, cut, ...counts});
  return new Response(toStream(lines), {
    headers: {
      'content-type': form === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/json',
      'content-disposition': `attachment; filename="${name}.${form}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(cut ? {'firstword-cut': cut} : {}),
    },
  });
}

type Rows = AsyncGenerator<TurnsReading['rows'], void>;

/** Reads on after the last row, so that turns that come meanwhile neither repeat one nor push one out. */
async function* rowsOf(options: {store: Store; window: ReadWindow; limitCount: number}): Rows {
  const {store, window} = options;
  let leftCount = options.limitCount;
  let after: ReadWindow['after'];
  while (leftCount > 0) {
    const {rows} = await store.read('turnPages', after ? {...window, after} : window);
    if (rows.length > 0) yield rows.slice(0, leftCount);
    leftCount -= rows.length;
    after = rows.at(-1);
    if (rows.length < LIST_PAGE_COUNT) return;
  }
}

async function* csvLines(pages: Rows): AsyncGenerator<string, void> {
  yield csvLine(FLAT_COLUMNS);
  for await (const rows of pages) yield rows.map((row) => csvLine(flatTurn(row))).join('');
}

async function* jsonLines(
  pages: Rows,
  head: {window: LookedAt; cut: string | undefined} & CountsReading,
): AsyncGenerator<string, void> {
  const {cut, turnCount, simulatedCount} = head;
  const {fromAt, untilAt} = head.window;
  const told = {v: EXPORT_VERSION, window: {fromAt, untilAt}, turnCount, simulatedCount, ...(cut ? {cut} : {})};
  yield `${JSON.stringify(told).slice(0, -1)},"turns":[`;
  let isFirst = true;
  for await (const rows of pages) {
    const objects = rows.map((row) => {
      const cells = flatTurn(row);
      return JSON.stringify(Object.fromEntries(FLAT_COLUMNS.map((column, index) => [column, cells[index]])));
    });
    yield `${isFirst ? '\n' : ',\n'}${objects.join(',\n')}`;
    isFirst = false;
  }
  yield '\n]}\n';
}

function toStream(lines: AsyncGenerator<string, void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream(
    {
      async pull(controller) {
        const {done, value} = await lines.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await lines.return();
      },
    },
    // nothing is read ahead of whoever takes it
    {highWaterMark: 0},
  );
}

import {DOUBLE, type DuckDBAppender, type DuckDBConnection, INTEGER, LIST, uuidValue, VARCHAR} from '@duckdb/node-api';
import {COLUMNS, type Column, type TurnRow} from './duckdb-tables.ts';

/** Appends turns whose ids are not stored, inside a transaction of the caller's. */
export type Append = (rows: readonly TurnRow[]) => Promise<void>;

const ITEMS = {DOUBLE, INTEGER, VARCHAR};

/** A file of an older version has its columns in another order. */
const ORDER = `SELECT column_name FROM duckdb_columns() WHERE table_name = 'turns' ORDER BY column_index`;

/** Prepares the fastest way into the turns that the database has. It fails at an id that is stored. */
export async function createAppend(connection: DuckDBConnection): Promise<Append> {
  const found = await connection.runAndReadAll(ORDER);
  const columns = found.getRows().map(([name]) => String(name) as Column); // made of COLUMNS
  return async (rows) => {
    // one that failed is of no more use, so each transaction has its own
    const appender = await connection.createAppender('turns');
    try {
      for (const row of rows) {
        for (const column of columns) appendValue(appender, {type: COLUMNS[column], value: row[column]});
        appender.endRow();
      }
      appender.flushSync();
    } catch (error) {
      closeQuietly(appender);
      throw error;
    }
    appender.closeSync();
  };
}

function closeQuietly(appender: DuckDBAppender): void {
  try {
    appender.closeSync();
  } catch {
    // it tries once more to append what it has, and fails for the same reason
  }
}

/** The value is of its column's type, as JSON carries it. */
function appendValue(appender: DuckDBAppender, {type, value}: {type: (typeof COLUMNS)[Column]; value: unknown}): void {
  if (value === undefined || value === null) appender.appendNull();
  else if (type === 'VARCHAR') appender.appendVarchar(String(value));
  else if (type === 'DOUBLE') appender.appendDouble(Number(value));
  else if (type === 'INTEGER') appender.appendInteger(Number(value));
  else if (type === 'BIGINT') appender.appendBigInt(BigInt(Number(value)));
  else if (type === 'BOOLEAN') appender.appendBoolean(value === true);
  else if (type === 'UUID') appender.appendUUID(uuidValue(BigInt(`0x${value}`)));
  else if (Array.isArray(value)) appender.appendList(value, LIST(ITEMS[type[0]]));
}

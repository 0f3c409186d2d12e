import {StoreError, type StoreErrorKind} from './store.ts';

const LOCKED = /could not set lock/i;

/** What the database or the system says, and what that means for the operator. */
const MEANINGS: readonly {says: RegExp; kind: StoreErrorKind; words: (path: string) => string}[] = [
  {
    says: LOCKED,
    kind: 'locked',
    words: (path) => `the turn store ${path} is in use by another collector; stop that one or choose another file`,
  },
  {
    says: /no space left|file too large|disk quota|not enough space|disk full/i,
    kind: 'full',
    words: (path) => `the disk of the turn store ${path} is full; make room, and turns are kept again`,
  },
  {
    says: /not a valid duckdb|corrupt|checksum|replaying wal|deserializ|serialization error|could not read enough|with version number|truncated|unexpected end/i,
    kind: 'corrupt',
    words: (path) =>
      `the turn store ${path} is damaged, or no turn store that this version reads; bring back a copy, or move it away with the .wal file beside it to begin another`,
  },
  {
    says: /read-only|permission denied|operation not permitted|is a directory|not a directory|cannot open file|eacces|enoent|enotdir|eperm|erofs|eexist/i,
    kind: 'unwritable',
    words: (path) =>
      `the turn store ${path} cannot be opened for writing; check the folder's rights, or move a file of that name away`,
  },
];

/** The database can do nothing more until it is opened again. */
const FATAL = /^fatal error|database has been invalidated|database must be restarted/i;

/** Tells what a database's error means for whoever runs the collector. */
export function failureOf(error: unknown, {path, words}: {path: string; words: string}): StoreError {
  if (error instanceof StoreError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const meaning = MEANINGS.find(({says}) => says.test(reason));
  return new StoreError(meaning?.kind ?? 'failed', meaning?.words(path) ?? words, {cause: error});
}

/** Tells whether an error is the last that a database gives: it has to be opened again. */
export function isFatal(error: unknown): boolean {
  return error instanceof Error && FATAL.test(error.message);
}

/** Tells whether an error says that somebody has the file open. */
export function isLocked(error: unknown): boolean {
  return error instanceof Error && LOCKED.test(error.message);
}

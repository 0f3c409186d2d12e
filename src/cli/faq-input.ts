import {readFileSync, statSync} from 'node:fs';
import {extname} from 'node:path';
import {addAbortSignal} from 'node:stream';
import {CommandError, firstLine} from './command-error.ts';
import {readCsv} from './faq-csv.ts';
import {readJson} from './faq-json.ts';
import {readMarkdown} from './faq-markdown.ts';
import {lineAt, type Problem, type Source} from './faq-source.ts';

/** What a FAQ may be written as. */
export const FAQ_FORMATS = ['json', 'csv', 'markdown'] as const;

/** One of FAQ_FORMATS. */
export type FaqFormat = (typeof FAQ_FORMATS)[number];

/** The name that stands for standard input and output. */
export const STANDARD = '-';

/** The most megabytes of a file that are read: a thousand entries with twenty phrasings each take one or two. */
export const MAX_FILE_MB = 8;

const MEGABYTE = 1_000_000;
const ENDINGS: Readonly<Record<string, FaqFormat>> = {
  '.json': 'json',
  '.csv': 'csv',
  '.tsv': 'csv',
  '.md': 'markdown',
  '.markdown': 'markdown',
};
const READERS = {json: readJson, csv: readCsv, markdown: readMarkdown};

/**
 * Reads a file, or standard input, as a FAQ in the form that its ending says.
 *
 * @param options.format - What it is whatever its ending; needed for standard input.
 * @param options.signal - Ends waiting for standard input.
 * @throws CommandError `file` when it cannot be read at all, the signal's reason when it was stopped.
 */
export async function readFaqFile(
  file: string,
  {format, signal}: {format: FaqFormat | undefined; signal: AbortSignal},
): Promise<Source> {
  const known = format ?? ENDINGS[extname(file).toLowerCase()];
  if (known === undefined) {
    throw new CommandError('file', `${file}: what it is written as is not known; add --format json, csv or markdown`);
  }
  const {text, problems} = decode(file === STANDARD ? await readStandard(signal) : readBytes(file));
  if (problems.length > 0) return {...nothing, problems};
  return READERS[known](text);
}

/** Makes what is told of a file that cannot be read any further. */
const nothing: Omit<Source, 'problems'> = {value: undefined, lineOf: () => undefined, nameOf: () => 'the file'};

/** Reads standard input without holding up the signal that ends it. */
async function readStandard(signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of addAbortSignal(signal, process.stdin)) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_FILE_MB * MEGABYTE) throw tooLarge(STANDARD, sizeBytes);
  }
  return Buffer.concat(chunks);
}

function readBytes(file: string): Buffer {
  const fail = (reason: string, cause: unknown) => new CommandError('file', `${file}: ${reason}`, {cause});
  try {
    const sizeBytes = statSync(file).size;
    if (sizeBytes > MAX_FILE_MB * MEGABYTE) throw tooLarge(file, sizeBytes);
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const {code} = cause as NodeJS.ErrnoException; // reading files throws nothing else
    if (code === 'ENOENT') throw fail('there is no such file', cause);
    if (code === 'EISDIR') throw fail('it is a folder', cause);
    throw fail(`it cannot be read (${firstLine(cause)})`, cause);
  }
}

const tooLarge = (file: string, sizeBytes: number) =>
  new CommandError('file', `${file}: it is ${(sizeBytes / MEGABYTE).toFixed(1)} MB; a FAQ may have ${MAX_FILE_MB} MB`);

/** Makes text of bytes: UTF-8, or UTF-16 that says so. Line ends become those of JavaScript. */
function decode(bytes: Buffer): {text: string; problems: Problem[]} {
  const fault = (text: string, line = 1) => ({text: '', problems: [{level: 'error' as const, text, line}]});
  const [first = 0, second = 0] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  const text = new TextDecoder(encoding).decode(bytes).replace(/\r\n?/g, '\n');
  if (text.trim() === '') return fault('the file is empty');
  const nul = text.indexOf('\0');
  if (nul >= 0) return fault('is no text; if it is UTF-16, save it as UTF-8', lineAt(text, nul));
  const strange = text.indexOf('\ufffd');
  if (encoding === 'utf-8' && strange >= 0 && !bytes.includes('\ufffd')) {
    return fault('is not UTF-8 from here on; save it as UTF-8', lineAt(text, strange));
  }
  return {text, problems: []};
}

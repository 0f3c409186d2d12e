import {existsSync, globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {brotliCompressSync, constants} from 'node:zlib';

/** One weighed file, or the files of one import set together; brotli 11, as a good server sends them. */
export interface Weight {
  /** The file's path in dist, or the names of the set's files. */
  file: string;
  bytes: number;
  brotliBytes: number;
  /** Absent where nothing is promised. */
  limitBytes?: number;
  /** What is loaded together; `file` for a file by itself. */
  set:
    | 'file'
    | 'the script tag'
    | 'until a message can be sent'
    | 'until an answer is drawn'
    | 'what a FAQ adds'
    | 'all that a page may load'
    | 'the one file'
    | 'dashboard';
}

/** The most that may be sent, by import set, in bytes of brotli 11. 1 kB is 1,000 bytes. */
export const SIZE_LIMITS = {
  'the script tag': 2_560,
  'until a message can be sent': 16_000,
  'until an answer is drawn': 34_000,
  'what a FAQ adds': 6_000,
  'all that a page may load': 44_000,
  'the one file': 44_000,
  dashboard: 160_000,
} as const;

/** The most that one language may be, in bytes of brotli 11. */
export const LANGUAGE_LIMIT_BYTES = 1_200;

/** Which files each set is made of; every pattern must find one. */
const SETS: Readonly<Record<keyof typeof SIZE_LIMITS, readonly string[]>> = {
  'the script tag': ['firstword.js'],
  'until a message can be sent': ['firstword.js', 'firstword-panel-*.js'],
  'until an answer is drawn': ['firstword.js', 'firstword-panel-*.js', 'firstword-answer-*.js'],
  'what a FAQ adds': ['firstword-faq-*.js'],
  'all that a page may load': ['firstword.js', 'firstword-*.js'],
  'the one file': ['firstword.full.js'],
  dashboard: ['dashboard/*.js', 'dashboard/*.css'],
};

/** What is loaded for nobody but a developer who asks for it by the page's address. */
const UNASKED = /^firstword-glass-/;

/**
 * Weighs what the build made: every file that a browser loads, then every import set.
 *
 * @param distFolder - Where the build is.
 * @throws Error when there is no build, or a part of it is missing.
 */
export function measureSizes(distFolder: string): Weight[] {
  if (!existsSync(distFolder)) throw new Error(`${distFolder} is not there: run \`npm run build\` first`);
  const weigh = (file: string): Weight => {
    const content = readFileSync(join(distFolder, file));
    const params = {[constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length};
    const limit = file.startsWith('lang/') ? {limitBytes: LANGUAGE_LIMIT_BYTES} : {};
    const brotliBytes = brotliCompressSync(content, {params}).length;
    return {file, bytes: content.length, brotliBytes, ...limit, set: 'file'};
  };
  const files = find(distFolder, ['*.js', 'lang/*', 'dashboard/*.js', 'dashboard/*.css']).map(weigh);
  const sets = Object.entries(SETS).map(([name, patterns]): Weight => {
    for (const pattern of patterns) {
      if (find(distFolder, [pattern]).length > 0) continue;
      throw new Error(`${join(distFolder, pattern)} is not there: run \`npm run build\` first`);
    }
    const set = name as keyof typeof SIZE_LIMITS; // the keys of SETS are those
    const chosen = new Set(find(distFolder, patterns).filter((file) => !UNASKED.test(file)));
    const weights = files.filter(({file}) => chosen.has(file));
    return {
      file: [...chosen].join(' + '),
      bytes: sum(weights.map(({bytes}) => bytes)),
      brotliBytes: sum(weights.map(({brotliBytes}) => brotliBytes)),
      limitBytes: SIZE_LIMITS[set],
      set,
    };
  });
  return [...files, ...sets];
}

/** Says in words which weights are over their limit. */
export function overLimit(weights: readonly Weight[]): string[] {
  return weights
    .filter(({brotliBytes, limitBytes = Number.POSITIVE_INFINITY}) => brotliBytes > limitBytes)
    .map(
      ({file, set, brotliBytes, limitBytes}) =>
        `${set === 'file' ? file : set}: ${brotliBytes} bytes of brotli, ${limitBytes} at most (${file})`,
    );
}

const find = (folder: string, patterns: readonly string[]) =>
  globSync([...patterns], {cwd: folder})
    .map((path) => path.replaceAll('\\', '/'))
    .sort();

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

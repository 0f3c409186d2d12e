import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {brotliCompressSync} from 'node:zlib';
import {build} from 'vite';

/** What one import from the package weighs in somebody's bundle, in bytes of brotli 11. */
export interface ImportWeight {
  /** The import as it is written. */
  code: string;
  bytes: number;
  brotliBytes: number;
  /** What follows by `import()`, when it is wanted. */
  laterBrotliBytes: number;
  limitBytes: number;
}

/**
 * Imports whose weight is looked at, each with the most that it may be in bytes of brotli 11: loosely, because every
 * bundler makes something else of them.
 */
const IMPORTS: Readonly<Record<string, number>> = {
  "import {mount} from 'firstword'": 4_000,
  "import {createRenderer} from 'firstword/markdown'": 14_000,
  "import {createTurn} from 'firstword/latency'": 4_000,
  "import {readBudget} from 'firstword/latency'": 2_000,
  "import {percentile} from 'firstword/latency'": 600,
  "import 'firstword/latency'": 100,
  "import {createMatcher, growMatcher} from 'firstword/faq'": 6_000,
};

/** Bundles each import by itself, with all that it brings along, as it was built into dist. */
export async function measureImports(): Promise<ImportWeight[]> {
  const weights: ImportWeight[] = [];
  for (const [code, limitBytes] of Object.entries(IMPORTS)) {
    const {entry, later} = await bundle(code);
    weights.push({
      code,
      bytes: Buffer.byteLength(entry),
      brotliBytes: brotliBytes(entry),
      laterBrotliBytes: later.reduce((sum, chunk) => sum + brotliBytes(chunk), 0),
      limitBytes,
    });
  }
  return weights;
}

const ENTRY = 'virtual:entry';

async function bundle(code: string): Promise<{entry: string; later: string[]}> {
  const [, names = '', door = ''] = /import (?:\{(.*)\} from )?'firstword(.*)'/.exec(code) ?? [];
  const {exports} = JSON.parse(readFileSync('package.json', 'utf8'));
  const file = resolve(exports[`.${door}`].default);
  const output = await build({
    configFile: false,
    logLevel: 'error',
    define: {'process.env.NODE_ENV': '"production"'},
    ssr: {noExternal: true}, // for servers only in that nothing is made to fetch chunks ahead
    build: {ssr: true, write: false, minify: true, target: 'es2022', rolldownOptions: {input: ENTRY}},
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === ENTRY ? `\0${ENTRY}` : undefined),
        load: (id) => {
          if (id !== `\0${ENTRY}`) return undefined;
          return `import {${names}} from ${JSON.stringify(file)}; ${names && `globalThis.used = ${names};`}`;
        },
      },
    ],
  });
  if (!('output' in output)) throw new Error('the bundler gave no output');
  const chunks = output.output.flatMap((each) => (each.type === 'chunk' ? [each] : []));
  const entry = chunks.find(({isEntry}) => isEntry);
  if (!entry) throw new Error('the bundler gave no entry');
  return {entry: entry.code, later: chunks.filter((chunk) => chunk !== entry).map((chunk) => chunk.code)};
}

const brotliBytes = (text: string) => brotliCompressSync(text).length; // at level 11, the default

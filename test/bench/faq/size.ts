import {brotliCompressSync, constants} from 'node:zlib';
import {minify} from 'terser';
import {build, type Rollup} from 'vite';
import {compilePack} from '../../../src/faq/index.ts';
import type {Row} from '../render/figures.ts';
import {splitIntents} from './splits.ts';

/** What a page needs: what looks at a pack, and both ways to make a matcher of it. */
const PAGE = "export {createMatcher, growMatcher, readPack} from './src/faq/index.ts';";
const ENTRY = '\0page';

/** Weighs what a page loads, as vite.config.ts builds it, and a compiled pack. */
export async function measureSizes(): Promise<Row[]> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    plugins: [
      {
        name: 'page',
        resolveId: (id, from) => (id === ENTRY ? id : from === ENTRY ? `${process.cwd()}/${id}` : undefined),
        load: (id) => (id === ENTRY ? PAGE : undefined),
      },
    ],
    build: {
      write: false,
      target: ['chrome123', 'firefox121', 'safari17.5'],
      rolldownOptions: {
        input: ENTRY,
        preserveEntrySignatures: 'strict',
        output: {format: 'es', codeSplitting: false},
      },
    },
  });
  const {code: bundled} = (result as Rollup.RolldownOutput).output[0]; // one input without a watcher gives one output
  const {code = ''} = await minify(bundled, {
    ecma: 2020,
    module: true,
    compress: {passes: 3, unsafe_arrows: true, unsafe_methods: true},
  });
  const {pack} = splitIntents({seed: 1, phrasingCount: 20, division: 'mixed'});
  const packed = brotli(JSON.stringify(compilePack(pack))) / pack.entries.length;
  return [
    {name: 'what a page needs', value: brotli(code), limit: 6_000, unit: 'bytes', detail: 'brotli 11'},
    {
      name: 'an entry of a compiled pack',
      value: packed,
      limit: 1_500,
      unit: 'bytes',
      detail: 'brotli 11, 20 phrasings',
    },
  ];
}

function brotli(text: string): number {
  const params = {[constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length};
  return brotliCompressSync(text, {params}).length;
}

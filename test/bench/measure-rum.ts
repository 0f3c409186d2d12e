import {resolve} from 'node:path';
import {brotliCompressSync} from 'node:zlib';
import {minify} from 'terser';
import {build} from 'vite';

/** The most that sending turns may take of a page in code of ours, in bytes of brotli 11. */
export const RUM_LIMIT_BYTES = 2_500;

/** What sends turns: the sender, what it keeps for a later page, and what tells it of the page's vitals. */
const PARTS = {
  'src/rum/send.ts': 'createRum',
  'src/storage/outbox.ts': 'createOutbox',
  'src/rum/vitals.ts': 'watchVitals',
  'src/rum/leash.ts': 'addEventListener, PerformanceObserver',
};

/** What it runs on: packages, the shelf that the FAQ's stores stand on too, and the facts of page and browser. */
const APART = /^(web-vitals|idb-keyval)$|\/(shelf|page)\.ts$/;

/** As the build has it. */
const COMPRESS = {passes: 3, unsafe_arrows: true, unsafe_methods: true};

const ENTRY = 'virtual:entry';

/** Weighs what sends turns, made as the build makes it but in one piece, without what it runs on. */
export async function measureRum(): Promise<{bytes: number; brotliBytes: number}> {
  const output = await build({
    configFile: false,
    logLevel: 'error',
    ssr: {noExternal: true}, // for servers only in that nothing is made to fetch chunks ahead
    build: {
      ssr: true,
      write: false,
      minify: true,
      target: 'es2022',
      rolldownOptions: {input: ENTRY, external: APART, preserveEntrySignatures: 'strict'},
    },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === ENTRY ? `\0${ENTRY}` : undefined),
        load: (id) =>
          id === `\0${ENTRY}`
            ? Object.entries(PARTS)
                .map(([path, names]) => `export {${names}} from ${JSON.stringify(resolve(path))};`)
                .join('')
            : undefined,
      },
    ],
  });
  if (!('output' in output)) throw new Error('the bundler gave no output');
  const [chunk, ...more] = output.output;
  if (chunk.type !== 'chunk' || more.length > 0) throw new Error('the bundler gave more than one piece');
  const {code = ''} = await minify(chunk.code, {ecma: 2020, module: true, compress: COMPRESS});
  return {bytes: Buffer.byteLength(code), brotliBytes: brotliCompressSync(code).length}; // at level 11, the default
}

import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {pathToFileURL} from 'node:url';
import {playwright} from '@vitest/browser-playwright';
import {minify} from 'terser';
import type {EnvironmentOptions, Plugin, ViteBuilder} from 'vite';
import {defineConfig} from 'vitest/config';
import {writeInventory} from './inventory.ts';
import {findPrograms} from './test/journey/drive/engines.ts';

const {version, dependencies} = JSON.parse(readFileSync('package.json', 'utf8')) as {
  version: string;
  dependencies: Record<string, string>;
};

/**
 * The lazy page files: each one ES module without static imports, named after what is in it, in the order in which they
 * are built: one that loads another holds its hash.
 */
const LAZY = {
  owner: 'src/widget/owner-lines.ts',
  measure: 'src/widget/measuring.ts',
  glass: 'src/widget/glass.tsx',
  more: 'src/widget/more.tsx',
  vendors: 'src/widget/vendors.ts',
  faq: 'src/widget/instant.ts',
  tabs: 'src/widget/tabs.ts',
  experiment: 'src/widget/experiment.ts',
  answer: 'src/widget/answering.ts',
  panel: 'src/widget/index.ts',
};
/** Languages with words of their own, beside English, which the other files have. */
const LANGUAGES = readdirSync('src/widget/words')
  .flatMap((name) => /^([a-z]{2,3})\.ts$/.exec(name)?.[1] ?? [])
  .filter((tag) => tag !== 'en');
/** Browsers in which everything used here, `light-dark()` included, is there without help. */
const TARGET = ['chrome123', 'firefox121', 'safari17.5'];
const VIRTUAL = 'virtual:firstword-files';

const hashOf = (code: string) => createHash('sha384').update(code).digest('base64');
const nameOf = (file: string, hash: string) => `${file}-${hash.replace(/\W/g, '').slice(0, 8)}.js`;

/** Hashes of the language files, which are data and made without a bundler. */
const languages: Record<string, string> = {};

async function writeLanguages(): Promise<void> {
  mkdirSync('dist/lang', {recursive: true});
  for (const tag of LANGUAGES) {
    const {words} = (await import(pathToFileURL(`src/widget/words/${tag}.ts`).href)) as {words: object};
    const code = `export const words=${JSON.stringify(words)};`;
    languages[tag] = hashOf(code);
    writeFileSync(`dist/${nameOf(`lang/${tag}`, hashOf(code))}`, code);
  }
}

/** Keeps each lazy file's hash as it is built, and hands it to what is built after it. */
function lazyFiles(): Plugin {
  const files: Record<string, unknown> = Object.fromEntries(Object.keys(LAZY).map((name) => [name, '']));
  return {
    name: 'firstword-files',
    sharedDuringBuild: true,
    resolveId: (id) => (id === VIRTUAL ? `\0${VIRTUAL}` : undefined),
    load: (id) =>
      id === `\0${VIRTUAL}`
        ? Object.entries({version, languages, ...files})
            .map(([name, text]) => `export const ${name} = ${JSON.stringify(text)};`)
            .join('')
        : undefined,
    async generateBundle({format}, bundle) {
      const {name} = this.environment;
      for (const chunk of Object.values(bundle)) {
        if (!(name in LAZY || name === 'loader' || name === 'full') || chunk.type !== 'chunk') continue;
        if (chunk.imports.length > 0) this.error(`${chunk.fileName} imports ${chunk.imports.join(', ')}`);
        // a second minifier finds what the first leaves, 1.5 percent of what every visitor loads; nothing is constructed
        // by the functions that become arrows and methods
        const {code} = await minify(chunk.code, {
          ecma: 2020,
          module: format === 'es',
          compress: {passes: 3, unsafe_arrows: true, unsafe_methods: true},
        });
        chunk.code = code ?? this.error(`${chunk.fileName} is empty`);
        if (!(name in LAZY)) continue;
        files[name] = hashOf(chunk.code);
        chunk.fileName = nameOf(`firstword-${name}`, hashOf(chunk.code));
      }
    },
  };
}

/** One file of the page, without chunks of its own. */
function pageFile(input: string, output: {format: 'es' | 'iife'; entryFileNames: string}, outDir = 'dist') {
  return {
    consumer: 'client',
    build: {
      outDir,
      emptyOutDir: false,
      copyPublicDir: false,
      cssCodeSplit: false,
      assetsInlineLimit: 0,
      rolldownOptions: {
        input,
        preserveEntrySignatures: 'strict',
        checks: {pluginTimings: false},
        output: {...output, assetFileNames: 'dashboard[extname]', codeSplitting: false},
      },
    },
  } satisfies EnvironmentOptions;
}

/** Leaves `import()` as it is written: for pages, Vite would wrap it in what fetches chunks ahead. */
const PLAIN_IMPORT = {consumer: 'server', resolve: {noExternal: true}} satisfies EnvironmentOptions;

/** The npm entry: a bundler finds its parts by `import()` and makes files of them; packages stay the consumer's. */
const NPM = {
  ...PLAIN_IMPORT,
  build: {
    outDir: 'dist/npm',
    emptyOutDir: false,
    copyPublicDir: false,
    rolldownOptions: {
      input: 'src/index.ts',
      preserveEntrySignatures: 'strict',
      external: Object.keys(dependencies),
      checks: {pluginTimings: false},
      output: {format: 'es', entryFileNames: 'index.js', chunkFileNames: 'page/[name].js'},
    },
  },
} satisfies EnvironmentOptions;

async function buildApp(builder: ViteBuilder): Promise<void> {
  rmSync('dist', {recursive: true, force: true});
  await writeLanguages();
  for (const name of [...Object.keys(LAZY), 'loader', 'full', 'npm', 'dashboard']) {
    const environment = builder.environments[name];
    if (!environment) throw new Error(`no build environment ${name}`);
    await builder.build(environment);
  }
  writeInventory('dist', version);
  mkdirSync('dist/dashboard', {recursive: true});
  for (const file of ['index.html', 'icon.svg']) copyFileSync(`src/dashboard/${file}`, `dist/dashboard/${file}`);
  for (const part of ['server', 'page', 'npm']) {
    const args = ['node_modules/typescript/bin/tsc', '-p', `tsconfig.${part}.json`, '--noEmit', 'false'];
    execFileSync(process.execPath, args, {stdio: 'inherit'});
  }
}

const chromium = findPrograms('chromium');

/** Journeys that need the machine, or the built files, for themselves: they compare times, or build again. */
const ALONE = ['render-speed', 'hedge-speed', 'pipeline-speed', 'paint', 'buffering', 'faults', 'start'].map(
  (name) => `test/journey/${name}.test.ts`,
);
/** Of two cores the test runner itself would leave one idle. */
const WORKERS = 2;
const JOURNEY = {environment: 'node', testTimeout: 120_000, hookTimeout: 120_000} as const;

/**
 * Pure parts run in Node, parts of the page in a real browser, adapters against their vendors' own packages, journeys on
 * the built files in three browsers.
 */
const projects = [
  {
    extends: true as const,
    test: {
      name: 'unit',
      maxWorkers: WORKERS,
      testTimeout: 60_000, // a limit for what hangs, not a measure: the machine may be busy
      environment: 'node',
      include: [
        'test/{cli,collector,dashboard,faq,latency,options,planner,prefetch,protocol,rules,server,types}/**/*.test.ts',
      ],
    },
  },
  {
    extends: true as const,
    test: {
      name: 'page',
      maxWorkers: WORKERS,
      testTimeout: 60_000,
      include: ['test/{chat,loader,markdown,rum,storage,stream,widget}/**/*.test.{ts,tsx}'],
      globalSetup: ['test/stream/answer-server.ts'],
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: {
            ...(typeof chromium === 'string' ? {} : {executablePath: chromium.browser}),
            args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update'],
          },
        }),
        instances: [{browser: 'chromium' as const}],
      },
    },
  },
  {
    extends: true as const,
    test: {
      name: 'vendor',
      testTimeout: 60_000,
      environment: 'node',
      include: ['test/vendor/*.test.ts'],
      globalSetup: ['test/vendor/ready.mjs'],
    },
  },
  {
    extends: true as const,
    test: {
      ...JOURNEY,
      name: 'journey',
      include: ['test/journey/**/*.test.ts'],
      exclude: ALONE,
      maxWorkers: WORKERS,
      isolate: false, // one file gives its browsers to the next
    },
  },
  {
    extends: true as const,
    test: {...JOURNEY, name: 'alone', include: ALONE, fileParallelism: false},
  },
];

export default defineConfig(({command}) => {
  // the same bytes, whoever builds: packages look at this variable
  if (command === 'build') process.env['NODE_ENV'] = 'production';
  return {
    appType: 'custom',
    clearScreen: false,
    logLevel: 'warn',
    oxc: {jsx: {runtime: 'automatic', importSource: 'preact', development: false}},
    plugins: [lazyFiles()],
    build: {target: TARGET, cssTarget: TARGET},
    builder: {sharedConfigBuild: true, buildApp},
    test: {projects},
    environments: {
      measure: pageFile(LAZY.measure, {format: 'es', entryFileNames: 'measure.js'}),
      glass: pageFile(LAZY.glass, {format: 'es', entryFileNames: 'glass.js'}),
      more: pageFile(LAZY.more, {format: 'es', entryFileNames: 'more.js'}),
      owner: pageFile(LAZY.owner, {format: 'es', entryFileNames: 'owner.js'}),
      vendors: pageFile(LAZY.vendors, {format: 'es', entryFileNames: 'vendors.js'}),
      tabs: pageFile(LAZY.tabs, {format: 'es', entryFileNames: 'tabs.js'}),
      experiment: pageFile(LAZY.experiment, {format: 'es', entryFileNames: 'experiment.js'}),
      faq: pageFile(LAZY.faq, {format: 'es', entryFileNames: 'faq.js'}),
      answer: pageFile(LAZY.answer, {format: 'es', entryFileNames: 'answer.js'}),
      panel: pageFile(LAZY.panel, {format: 'es', entryFileNames: 'panel.js'}),
      loader: pageFile('src/loader/firstword.ts', {format: 'iife', entryFileNames: 'firstword.js'}),
      full: {...pageFile('src/loader/full.ts', {format: 'iife', entryFileNames: 'firstword.full.js'}), ...PLAIN_IMPORT},
      npm: NPM,
      dashboard: pageFile('src/dashboard/main.tsx', {format: 'es', entryFileNames: 'dashboard.js'}, 'dist/dashboard'),
    },
  };
});

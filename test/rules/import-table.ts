/** What the modules of a folder may name beside their own folder. */
export interface Door {
  /** Folders, entered by their index. */
  folders?: readonly string[];
  /** Folders of which only types may be named. */
  types?: readonly string[];
  packages?: readonly string[];
}

/** Who may import whom: a folder that is not here may not exist in src. A change here is a design decision. */
export const TABLE: Readonly<Record<string, Door>> = {
  latency: {},
  options: {folders: ['latency']},
  protocol: {types: ['latency']},
  faq: {},
  markdown: {},
  storage: {folders: ['latency'], packages: ['idb-keyval']},
  stream: {folders: ['latency', 'protocol'], packages: ['@microsoft/fetch-event-source']},
  prefetch: {folders: ['latency', 'protocol']},
  rum: {folders: ['latency', 'protocol'], packages: ['web-vitals']},
  chat: {folders: ['latency', 'options', 'protocol', 'faq', 'storage', 'stream', 'prefetch', 'rum']},
  widget: {types: ['latency'], folders: ['options', 'chat', 'markdown']},
  loader: {folders: ['options'], types: ['chat']},
  planner: {folders: ['latency']},
  server: {
    folders: ['latency', 'protocol', 'faq'],
    packages: ['ai', '@ai-sdk/openai-compatible', 'cockatiel', 'redis'],
  },
  collector: {folders: ['latency', 'protocol'], packages: ['ajv', '@duckdb/node-api', '@clickhouse/client']},
  dashboard: {folders: ['latency', 'protocol', 'planner'], packages: ['preact', '@observablehq/plot']},
  cli: {
    folders: ['planner', 'server', 'collector', 'faq', 'protocol', 'options', 'latency'],
    // momoa: JSON.parse does not say in which line of a FAQ a value stands
    packages: ['commander', 'hono', '@hono/node-server', '@humanwhocodes/momoa'],
  },
};

/** The files that stand in src itself: the npm entry, and the types of what the build makes. */
export const TOP_FILES: Readonly<Record<string, Door>> = {
  'index.ts': {folders: ['loader'], types: ['chat', 'latency', 'protocol']},
  'files.d.ts': {},
};

/** The packages that demo may name beside the package's own public subpaths and Node itself. */
export const DEMO_PACKAGES = ['hono', '@hono/node-server', 'ai'];

/** Where Node's own modules may be named in src. */
export const NODE_PLACES = [
  {path: /^src\/cli\//, reason: 'commands run in Node only'},
  {path: /^src\/collector\/duckdb-\w+\.ts$/, reason: 'a DuckDB file lies in a folder that may have to be made'},
];

/** Modules that are reached otherwise than by the table and a folder's index; `loading` says when only one way is meant. */
export const SIDE_DOORS: readonly {from: RegExp; to: RegExp; loading?: 'dynamic'; reason: string}[] = [
  {
    from: /^src\/collector\//,
    to: /^src\/protocol\/beacon\.schema\.json$/,
    reason: 'the schema is data: a page that reads protocol must not carry it',
  },
  {
    from: /^src\/loader\/(bundled|split)\.ts$/,
    to: /^src\/widget\/((index|answering|measuring|owner-lines|instant|tabs|vendors|experiment)\.ts|(more|glass)\.tsx|words\/[a-z]+\.ts)$/,
    loading: 'dynamic',
    reason: 'the lazy page files, where a bundler places them and nothing is fetched by hash',
  },
];

/** Modules that the build makes, and who may name them. */
export const VIRTUAL = [{specifier: 'virtual:firstword-files', from: /^src\/(loader|widget)\//}];

/** Where `import()` may be given an address that is made at run time. */
export const LOADING_PLACES = ['src/loader/load.ts'];

/** Packages that are a file of their own: who names one statically must not be imported statically itself. */
export const LATE_PACKAGES = ['web-vitals'];

/** Folder names that say nothing. */
export const EMPTY_NAMES = ['utils', 'util', 'helpers', 'helper', 'common', 'shared', 'core', 'lib', 'misc'];

import {createHash, randomBytes} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {serveStatic} from '@hono/node-server/serve-static';
import {createCollector, createDuckDbStore} from 'firstword/collector';
import {compilePack, readPack} from 'firstword/faq';
import {
  type AnswerOptions,
  type BudgetFile,
  createAnswerHandler,
  createKnowledge,
  type Fault,
  type KnowledgeEntry,
  withChaos,
} from 'firstword/server';
import {Hono} from 'hono';
import {createShop, createShopModels, SIGNED_IN} from './shop.ts';

/** Where the demo keeps turns when nothing else is said. */
export const TURNS_PATH = '.data/turns.duckdb';

/** What the shop's endpoint can do wrong on purpose, for whoever opens `/checkout?fault=…`. */
const FAULTS: readonly Fault[] = [
  {kind: 'delay', ms: 6_000},
  ...(['stall', 'cut', 'malformed'] as const).map((kind) => ({kind, afterCount: 12})),
  {kind: 'buffer'},
  {kind: '429', retryAfterS: 5},
  {kind: '503', retryAfterS: 5},
];

/** What can be changed about the demo; tests do. */
export interface BackendOptions {
  /** The language model; default the endpoint of the environment, or two simulated ones when there is none. */
  model?: AnswerOptions['model'];
  /** What the index page says of the model. */
  modelName?: string;
  /** Seed of the simulated models' waits. */
  seed?: number;
  /** Whether the chat has no more than a model and what the shop knows: no classes, kept answers, tools, facts and budget. */
  isPlain?: boolean;
  /** DuckDB file, or `:memory:`. */
  turnsPath?: string;
  /** Whether the shop's page answers what its FAQ knows by itself; by default it does. */
  faq?: boolean;
  /** Content-Security-Policy of the pages for a nonce; default none. */
  policy?: (nonce: string) => string;
  observe?: AnswerOptions['observe'];
}

/** The demo as one web app. */
export interface Backend {
  fetch: (request: Request) => Response | Promise<Response>;
  close(): Promise<void>;
}

/**
 * Makes the reference backend: the shop, the chat endpoint in front of a model, the collector, the dashboard and the
 * widget's files, on one origin.
 */
export async function createBackend(options: BackendOptions = {}): Promise<Backend> {
  const entries = JSON.parse(await readFile('demo/site/knowledge.json', 'utf8')) as KnowledgeEntry[];
  const {model, name} = options.model
    ? {model: options.model, name: 'a model of its own'}
    : createShopModels({entries, seed: options.seed ?? Date.now()});
  const pack = readPack(JSON.parse(await readFile('demo/faq/shop.json', 'utf8')));
  const budget = JSON.parse(await readFile('demo/firstword.budget.json', 'utf8')) as BudgetFile;
  const answer = createAnswerHandler({
    model,
    instructions: ({language}) =>
      `You answer for Sömnad, a shop for mattresses and bedding, in ${language || 'the language of the question'}: short, friendly, only from the facts you are given.`,
    retrieve: createKnowledge(entries).retrieve,
    ...(options.isPlain ? {} : {budget, ...createShop(pack)}),
    ...(options.observe ? {observe: options.observe} : {}),
  });
  const collector = createCollector({store: await createDuckDbStore({path: options.turnsPath ?? TURNS_PATH})});

  let faq: {text: string; etag: string} | undefined;

  const app = new Hono();
  app.get('/faq.pack.json', async (context) => {
    faq ??= compileFaq(pack);
    const {text, etag} = faq;
    context.header('etag', etag);
    context.header('cache-control', 'public, max-age=60, stale-while-revalidate=86400');
    if (context.req.header('if-none-match') === etag) return context.body(null, 304);
    return context.body(text, 200, {'content-type': 'application/json'});
  });
  app.all('/chat', (context) => answer(context.req.raw));
  app.all('/chat/*', (context) => answer(context.req.raw));
  for (const fault of FAULTS) {
    const spoilt = withChaos(answer, {faults: [fault]});
    app.all(`/faulty/${fault.kind}/chat`, (context) => spoilt(context.req.raw));
    app.all(`/faulty/${fault.kind}/chat/*`, (context) => spoilt(context.req.raw));
  }
  app.all('/v1/*', (context) => collector.handle(context.req.raw));
  app.get('/metrics', (context) => collector.handle(context.req.raw));
  app.get('/dashboard', (context) => context.redirect('/dashboard/'));
  app.get('/sign-in', (context) => {
    context.header('set-cookie', `${SIGNED_IN}; Path=/; HttpOnly; SameSite=Lax`);
    return context.redirect('/checkout', 303);
  });
  for (const [path, file] of [
    ['/', 'index.html'],
    ['/checkout', 'checkout.html'],
    ['/help', 'help.html'],
  ] as const) {
    app.get(path, async (context) => {
      const nonce = randomBytes(16).toString('base64');
      if (options.policy) context.header('content-security-policy', options.policy(nonce));
      const html = await readFile(`demo/site/${file}`, 'utf8');
      const fault = FAULTS.find(({kind}) => kind === context.req.query('fault'));
      const shown = options.faq === false || fault ? html.replace(' data-faq="/faq.pack.json"', '') : html;
      const served = fault ? shown.replace('="/chat"', `="/faulty/${fault.kind}/chat"`) : shown;
      return context.html(served.replaceAll('{{nonce}}', nonce).replaceAll('{{model}}', options.modelName ?? name));
    });
  }
  // a name with a hash in it never means other bytes; everything else is asked for again
  app.use('*', async (context, next) => {
    await next();
    const hashed = /-[\w-]{8}\.js$/.test(context.req.path);
    context.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  });
  app.use('*', serveStatic({root: 'dist'}));
  app.use('*', serveStatic({root: 'demo/site'}));
  return {fetch: (request) => app.fetch(request), close: () => collector.close()};
}

/** Compiles the shop's FAQ, as `firstword faq build` would; takes about a second. */
function compileFaq(pack: ReturnType<typeof readPack>): {text: string; etag: string} {
  const text = JSON.stringify('compiled' in pack ? pack : compilePack(pack));
  return {text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 16)}"`};
}

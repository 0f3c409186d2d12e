import {serveStatic} from '@hono/node-server/serve-static';
import {type Context, Hono, type Next} from 'hono';
import {createCollector, createDuckDbStore, StoreError} from '../collector/index.ts';
import {
  type BudgetFile,
  createAnswerHandler,
  createKnowledge,
  createSimulatedModel,
  openaiCompatible,
  type TurnSpan,
} from '../server/index.ts';
import {ABOUT} from './about.ts';
import {CommandError, firstLine} from './command-error.ts';
import {writePage} from './page.ts';

/** What the server is made from. */
export interface ServeOptions {
  /** Folder of the built page files. */
  pageFiles: string;
  /** Declared budget; default the kit's. */
  budget: BudgetFile | undefined;
  /** File of the turn store, or `:memory:`. */
  dataPath: string;
  /** Origins of pages that may ask and send, beside the server's own. */
  origins: readonly string[];
  /** Is told what the operator should know, each line once. */
  onLine: (line: string) => void;
}

/** Everything that `firstword serve` serves, as one web app. */
export interface Served {
  /** Who answers, in words. */
  modelName: string;
  /** Whether that is the stand-in for a model that nobody configured. */
  simulated: boolean;
  fetch: (request: Request) => Response | Promise<Response>;
  /** Closes the turn store. */
  close(): Promise<void>;
}

/** What to look at when the model fails, by the failure's code. */
const HINTS: Readonly<Record<string, string>> = {
  'model-unauthorized': '; is OPENAI_API_KEY right?',
  'model-unreachable': '; is OPENAI_BASE_URL right?',
  'model-rejected': '; are OPENAI_BASE_URL and OPENAI_MODEL right?',
};

/**
 * Makes the app: the widget's files, the endpoint in front of the model of the environment (a simulated one without),
 * the collector, the dashboard, and a page to try it all.
 *
 * @throws CommandError `model` when the environment names a model only half, `store` when the turn store does not open.
 */
export async function createServed(options: ServeOptions): Promise<Served> {
  const {origins, budget} = options;
  const say = createTeller(options.onLine);
  const {answering, modelName, simulated} = chooseModel();
  const answer = createAnswerHandler({
    ...answering,
    origins,
    ...(budget === undefined ? {} : {budget}),
    observe: (span) => tellFailure(span, say),
  });
  const collector = createCollector({
    store: await openStore(options.dataPath),
    origins,
    observe: (event) => {
      if (event.kind === 'failed') say(`turns are not kept: ${firstLine(event.error)}`);
    },
  });

  const app = new Hono();
  const guard = (context: Context, next: Next) => tellRefusedOrigin(context, next, say);
  for (const path of ['/chat', '/chat/*']) app.all(path, guard, (context) => answer(context.req.raw));
  for (const path of ['/v1/*', '/metrics']) app.all(path, guard, (context) => collector.handle(context.req.raw));
  app.get('/', (context) =>
    context.html(writePage({origin: new URL(context.req.url).origin, modelName, origins}), 200, {
      'cache-control': 'no-cache',
    }),
  );
  const files = serveStatic({root: options.pageFiles});
  app.get('/:file{firstword[\\w.-]*\\.js}', forOtherPages, cache, files);
  app.get('/lang/*', forOtherPages, cache, files);
  app.get('/dashboard', (context) => context.redirect('/dashboard/'));
  app.get('/dashboard/*', cache, files);
  return {modelName, simulated, fetch: (request) => app.fetch(request), close: () => collector.close()};
}

function chooseModel() {
  if (!process.env['OPENAI_BASE_URL']) {
    const answering = {model: createSimulatedModel({knowledge: ABOUT}), retrieve: createKnowledge(ABOUT).retrieve};
    return {answering, modelName: 'a simulated model', simulated: true};
  }
  const model = openaiCompatible();
  const problem = model.problem();
  if (problem !== undefined) throw new CommandError('model', problem);
  return {answering: {model}, modelName: model.modelId, simulated: false};
}

async function openStore(path: string) {
  try {
    return await createDuckDbStore({path});
  } catch (cause) {
    if (cause instanceof StoreError) throw new CommandError('store', cause.message, {cause});
    throw cause;
  }
}

/** Pages of any origin may load the widget, also with integrity, and see how long that took. */
async function forOtherPages(context: Context, next: Next): Promise<void> {
  await next();
  context.header('access-control-allow-origin', '*');
  context.header('timing-allow-origin', '*');
  context.header('cross-origin-resource-policy', 'cross-origin');
}

/** A name with a hash in it never means other bytes; everything else is asked for again, what is missing too. */
async function cache(context: Context, next: Next): Promise<void> {
  await next();
  const hashed = context.res.ok && /-[\w-]{8}\.js$/.test(context.req.path);
  context.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  context.header('x-content-type-options', 'nosniff');
}

/** Somebody who embeds the widget elsewhere sees only a failed request in the page; the remedy is said here. */
async function tellRefusedOrigin(context: Context, next: Next, say: (line: string) => void): Promise<void> {
  await next();
  const origin = context.req.header('origin');
  if (context.res.status !== 403 || !origin || !URL.canParse(origin) || new URL(origin).origin !== origin) return;
  say(`a page of ${origin} was refused; to let it ask, start with --origin ${origin}`);
}

function tellFailure(span: TurnSpan, say: (line: string) => void): void {
  const {outcome, code = 'server', providerStatus} = span;
  if (outcome !== 'error') return;
  const status = providerStatus === undefined ? '' : `, the model's endpoint answered ${providerStatus}`;
  say(`a turn failed: ${code}${status}${HINTS[code] ?? ''}`);
}

/** The most different lines that strangers can make us say. */
const MAX_LINE_COUNT = 100;

function createTeller(onLine: (line: string) => void): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line) || said.size === MAX_LINE_COUNT) return;
    said.add(line);
    onLine(line);
  };
}

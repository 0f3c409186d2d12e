import {readBudgetFile} from './budget-file.ts';
import {CommandError} from './command-error.ts';
import {SERVE_PACKAGES, withPackages} from './need.ts';
import {findPageFiles, readVersion} from './package-folder.ts';

/** Where turns are kept when no file is named. */
export const DATA_PATH = '.firstword/turns.duckdb';

/** The port that is tried first when none is named. */
export const DEFAULT_PORT = 3000;

/** The interface that is listened on when none is named: this machine only. */
export const DEFAULT_HOST = '127.0.0.1';

/** What `firstword serve` was asked for. */
export interface ServeArguments {
  port: number;
  host: string;
  /** Budget file; default `firstword.budget.json` when there is one. */
  budget?: string;
  data: string;
  /** Default: none. */
  origin?: readonly string[];
  /** Default: none, and only this machine reads the figures. */
  readToken?: readonly string[];
  /** Default: none. */
  alertWebhook?: string;
}

/**
 * Serves until it is told to stop: the widget, an endpoint, the collector, the dashboard. Prints where they are.
 *
 * @param options.signal - Ends it, also while it starts.
 * @param options.print - Gets each line for the operator.
 * @returns When everything is closed.
 * @throws CommandError when it cannot start.
 */
export async function runServe(
  given: ServeArguments,
  {signal, print}: {signal: AbortSignal; print: (line: string) => void},
): Promise<void> {
  const origins = (given.origin ?? []).map(readOrigin);
  const budget = readBudgetFile(given.budget);
  const [{createServed}, {listen}, {writeTag}] = await withPackages({
    command: 'firstword serve',
    packages: SERVE_PACKAGES,
    load: () => Promise.all([import('./serve.ts'), import('./listen.ts'), import('./page.ts')]),
  });
  const onLine = (line: string) => print(`[firstword] ${line}`);
  const reachedFrom = isLoopback(given.host) ? 'this-machine' : 'network';
  const readTokens = given.readToken ?? [];
  const served = await createServed({
    ...{pageFiles: findPageFiles(), budget, dataPath: given.data, origins, readTokens, reachedFrom, onLine},
    alertWebhook: given.alertWebhook,
  });
  try {
    const {fetch, modelName, simulated} = served;
    const onTaken = (port: number) => print(`Port ${port} is in use, trying ${port + 1}.`);
    const server = await listen({fetch, host: given.host, port: given.port, onTaken});
    try {
      const facts = {url: server.url, tag: writeTag(server.url), modelName, simulated, origins, readTokens};
      print(writeWelcome({...facts, host: given.host, data: given.data}));
      await aborted(signal);
    } finally {
      await server.close();
    }
  } finally {
    await served.close();
  }
}

function writeWelcome(facts: {
  url: string;
  tag: string;
  modelName: string;
  simulated: boolean;
  host: string;
  data: string;
  origins: readonly string[];
  readTokens: readonly string[];
}): string {
  const {url, origins} = facts;
  const remedy = facts.simulated ? ' (set OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL for a real one)' : '';
  const open = isLoopback(facts.host) ? '' : `\nWhoever reaches ${facts.host} can ask.`;
  const others =
    origins.length > 0
      ? `Pages of ${origins.join(', ')} may ask.`
      : `A page of another origin may ask once it is named: --origin https://shop.example`;
  return `
Firstword ${readVersion()}, answered by ${facts.modelName}${remedy}:

  ${url}/              ask it at once
  ${url}/dashboard/    what visitors felt
  ${url}/chat          endpoint (POST)
  ${url}/v1/turns      beacons (POST)
  ${url}/v1/summary    the figures as JSON
  ${url}/metrics       the figures for Prometheus
  ${url}/firstword.js  the script

On your own page, paste this line:

  ${facts.tag}

${others}${open}
${writeReaders(facts)}
Turns are kept in ${facts.data}. Ctrl-C stops it.`;
}

function writeReaders({host, readTokens}: {host: string; readTokens: readonly string[]}): string {
  if (readTokens.length > 0) return 'The figures are told to whoever sends a reading token; the dashboard asks for it.';
  if (isLoopback(host)) return 'The figures are told on this machine only.';
  return `The figures are told to nobody, as ${host} can be reached from elsewhere: set FIRSTWORD_READ_TOKEN to at least 16 characters.`;
}

function isLoopback(host: string): boolean {
  return /^(?:127\.|localhost$|::1$)/.test(host);
}

/** Reads an origin as browsers send it; a slash at the end is forgiven. */
function readOrigin(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : undefined;
  if (origin !== undefined && origin !== 'null' && [origin, `${origin}/`].includes(text)) return origin;
  throw new CommandError('option', `--origin ${text.slice(0, 60)} is not an origin such as https://shop.example`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), {once: true});
  });
}

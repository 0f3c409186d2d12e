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
  const served = await createServed({pageFiles: findPageFiles(), budget, dataPath: given.data, origins, onLine});
  try {
    const {fetch, modelName, simulated} = served;
    const onTaken = (port: number) => print(`Port ${port} is in use, trying ${port + 1}.`);
    const server = await listen({fetch, host: given.host, port: given.port, onTaken});
    try {
      print(writeWelcome({...given, origins, url: server.url, modelName, simulated, tag: writeTag(server.url)}));
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
}): string {
  const {url, origins} = facts;
  const remedy = facts.simulated ? ' (set OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL for a real one)' : '';
  const open = /^(127\.|localhost$|::1$)/.test(facts.host)
    ? ''
    : `\nWhoever reaches ${facts.host} can ask and read the figures.`;
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
Turns are kept in ${facts.data}. Ctrl-C stops it.`;
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

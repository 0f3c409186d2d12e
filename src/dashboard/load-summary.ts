import {SUMMARY_VERSION, type Summary} from '../protocol/index.ts';

/** A collector that takes longer counts as too slow. */
export const LOAD_TIMEOUT_MS = 10_000;

/** Why there is no new summary. */
export type LoadProblem = 'offline' | 'refused' | 'unreadable' | 'slow';

/** The failure to get a summary. */
export class LoadError extends Error {
  readonly problem: LoadProblem;
  constructor(problem: LoadProblem, options?: ErrorOptions) {
    super(`no summary: ${problem}`, options);
    this.name = 'LoadError';
    this.problem = problem;
  }
}

/**
 * Asks a collector for a summary.
 *
 * @param options.url - Where.
 * @param options.signal - Gives up quietly: the promise then rejects with the signal's reason.
 * @param options.fetchUrl - Default: the global `fetch`.
 * @throws LoadError when none came, with the problem.
 */
export async function loadSummary(options: {
  url: string;
  signal: AbortSignal;
  fetchUrl?: typeof fetch;
}): Promise<Summary> {
  const {url, signal, fetchUrl = fetch} = options;
  const patience = AbortSignal.timeout(LOAD_TIMEOUT_MS);
  try {
    const response = await fetchUrl(url, {signal: AbortSignal.any([signal, patience]), cache: 'no-store'});
    if (!response.ok) throw new LoadError('refused');
    return readSummary(await response.json());
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof LoadError) throw error;
    if (patience.aborted) throw new LoadError('slow', {cause: error});
    throw new LoadError(error instanceof SyntaxError ? 'unreadable' : 'offline', {cause: error});
  }
}

function readSummary(json: unknown): Summary {
  const known = typeof json === 'object' && json !== null && 'v' in json && json.v === SUMMARY_VERSION;
  if (!known) throw new LoadError('unreadable');
  return json as Summary; // a collector of that version wrote it
}

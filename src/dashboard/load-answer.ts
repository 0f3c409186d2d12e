/** A collector that takes longer counts as too slow. */
export const LOAD_TIMEOUT_MS = 10_000;

/** Why there is no new answer. */
export type LoadProblem = 'offline' | 'refused' | 'unreadable' | 'slow';

/** The failure to get an answer. */
export class LoadError extends Error {
  readonly problem: LoadProblem;
  constructor(problem: LoadProblem, options?: ErrorOptions) {
    super(`no answer: ${problem}`, options);
    this.name = 'LoadError';
    this.problem = problem;
  }
}

/**
 * Asks a collector for one of its answers.
 *
 * @param options.url - Where.
 * @param options.version - The only `v` of it that is understood.
 * @param options.signal - Gives up quietly: the promise then rejects with the signal's reason.
 * @param options.fetchUrl - Default: the global `fetch`.
 * @throws LoadError when none came, with the problem.
 */
export async function loadAnswer<Answer extends {v: number}>(options: {
  url: string;
  version: Answer['v'];
  signal: AbortSignal;
  fetchUrl?: typeof fetch;
}): Promise<Answer> {
  const {url, version, signal, fetchUrl = fetch} = options;
  const patience = AbortSignal.timeout(LOAD_TIMEOUT_MS);
  try {
    const response = await fetchUrl(url, {signal: AbortSignal.any([signal, patience]), cache: 'no-store'});
    if (!response.ok) throw new LoadError('refused');
    return readAnswer<Answer>(await response.json(), version);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof LoadError) throw error;
    if (patience.aborted) throw new LoadError('slow', {cause: error});
    throw new LoadError(error instanceof SyntaxError ? 'unreadable' : 'offline', {cause: error});
  }
}

function readAnswer<Answer>(json: unknown, version: number): Answer {
  const known = typeof json === 'object' && json !== null && 'v' in json && json.v === version;
  if (!known) throw new LoadError('unreadable');
  return json as Answer; // a collector of that version wrote it
}

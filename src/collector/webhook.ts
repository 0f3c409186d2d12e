import type {AlertNotice} from '../protocol/index.ts';

/** A webhook that has not answered by then has failed. */
export const WEBHOOK_PATIENCE_MS = 10_000;

/** The first wait after a failure; it doubles with each further one. */
export const WEBHOOK_WAIT_MS = 1000;

/** The longest wait. */
export const WEBHOOK_MAX_WAIT_MS = 300_000;

/** What could not be told for so long is told no more. */
export const WEBHOOK_GIVES_UP_MS = 86_400_000;

/**
 * Reads a webhook's address.
 *
 * @throws TypeError when it is none; the address is a secret and is not in its words.
 */
export function readWebhook(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new TypeError('the alert webhook is no http or https address');
  }
  if (url.username || url.password) throw new TypeError('the alert webhook may not hold a user or a password');
  return url;
}

/** How a post ended: `status` is absent where there was no answer at all. */
export type PostEnd = {ok: true} | {ok: false; status?: number};

/**
 * Posts a notice. Redirects are not followed: an address that moved is to be set anew.
 *
 * @param options.key - The same for the same event: whoever gets it twice can tell.
 * @param options.signal - Ends the wait.
 */
export async function postNotice(options: {
  url: URL;
  notice: AlertNotice;
  key: string;
  signal: AbortSignal;
  fetchUrl: typeof fetch;
}): Promise<PostEnd> {
  const {url, notice, key, signal, fetchUrl} = options;
  const life = new AbortController();
  const end = () => life.abort();
  const timer = setTimeout(end, WEBHOOK_PATIENCE_MS);
  signal.addEventListener('abort', end);
  try {
    const response = await fetchUrl(url, {
      method: 'POST',
      headers: {'content-type': 'application/json', 'idempotency-key': key},
      body: JSON.stringify(notice),
      redirect: 'manual',
      signal: life.signal,
    });
    response.body?.cancel().catch(() => undefined); // what it says is of no use
    return response.ok ? {ok: true} : {ok: false, status: response.status};
  } catch {
    return {ok: false}; // the error's words hold the address
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

import {authorization, LoadError, problemOf} from './load-answer.ts';

/** What was saved: the file's name, and which part of all it holds where it is cut. */
export interface Saved {
  fileName: string;
  cut?: string;
}

/**
 * Asks the collector for a file and hands it to the browser to keep.
 *
 * @param options.url - Where.
 * @param options.token - A reading token. Default: none is sent.
 * @param options.fetchUrl - Default: the global `fetch`.
 * @throws LoadError when there is none.
 */
export async function saveAnswer(options: {
  url: string;
  token?: string | undefined;
  fetchUrl?: typeof fetch;
}): Promise<Saved> {
  const {url, token, fetchUrl = fetch} = options;
  const response = await fetchUrl(url, {cache: 'no-store', headers: authorization(token)}).catch((cause: unknown) => {
    throw new LoadError('offline', {cause});
  });
  if (!response.ok) throw new LoadError(problemOf(response.status, token));
  const named = /filename="([\w.-]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  const fileName = named ?? 'firstword-turns';
  const cut = response.headers.get('firstword-cut') ?? undefined;
  // a file that breaks off must not look like a whole one
  const blob = await response.blob().catch((cause: unknown) => {
    throw new LoadError('offline', {cause});
  });
  saveBlob(blob, fileName);
  return {fileName, ...(cut ? {cut} : {})};
}

/** Hands a file to the browser to keep under a name. */
export function saveBlob(blob: Blob, fileName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  // browsers begin to read it at the click; the address may go once that task has ended
  setTimeout(() => URL.revokeObjectURL(link.href));
}

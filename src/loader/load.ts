import type {LoadFile} from '../chat/index.ts';

/**
 * Makes the loader of page files: each is fetched whole and held against its hash, then preloaded as a module with the
 * same hash, and only then run. A file that fails any of that is never run: `import()` after a failed preload would
 * still run it, and without the nonce on the link nothing would have been checked. Cookies go to our own origin only,
 * which is what `fetch` does by itself.
 *
 * @param base - Address of the script that the files lie beside.
 */
export function createLoad(base: string, nonce: string): LoadFile {
  const caches: Record<string, RequestCache> = {};
  return async (file, hash) => {
    const integrity = `sha384-${hash}`;
    const url = new URL(`${file}-${hash.replace(/\W/g, '').slice(0, 8)}.js`, base).href;
    const cache = caches[url] ?? 'default';
    caches[url] = 'reload'; // bytes that were refused once must not come out of the cache again
    const response = await fetch(url, {integrity, cache});
    if (!response.ok) throw response.status;
    await response.arrayBuffer();
    const link = document.createElement('link');
    await new Promise((loaded, failed) => {
      link.rel = 'modulepreload';
      link.integrity = integrity;
      link.crossOrigin = '';
      link.nonce = nonce;
      link.href = url;
      link.onload = loaded;
      link.onerror = failed;
      document.head.append(link);
    }).finally(() => link.remove());
    delete caches[url];
    return import(/* @vite-ignore */ url);
  };
}

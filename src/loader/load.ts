import {files} from 'virtual:firstword-files';
import type {LoadFile} from '../chat/index.ts';

/**
 * Makes the loader of page files: each is fetched whole and held against its hash, then preloaded as a module with the
 * same hash, and only then run. A file that fails any of that is never run: `import()` after a failed preload would
 * still run it, and without the nonce on the link nothing would have been checked.
 *
 * @param base - Address of the script that the files lie beside.
 */
export function createLoad(base: string, nonce: string): LoadFile {
  return async (file) => {
    const [name, integrity] = files[file];
    const url = new URL(name, base).href;
    const response = await fetch(url, {integrity, credentials: 'same-origin'});
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
    return import(/* @vite-ignore */ url);
  };
}

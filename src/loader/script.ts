import {version} from 'virtual:firstword-files';
import type {FirstwordApi, LoadFile} from '../chat/index.ts';
import {createInstance} from './instance.ts';

/** `window.Firstword`: before this script runs a stub whose `q` holds calls, afterwards the page's first chat. */
interface Global extends Partial<FirstwordApi> {
  q?: [name: keyof FirstwordApi, ...args: never[]][];
  version?: string;
  init?: (options: object) => FirstwordApi | undefined;
}

/** Finds the tag that brought this script: the running one, or the one that a tag manager marked. */
export const findTag = () =>
  (document.currentScript ?? document.querySelector('script[data-firstword]')) as HTMLScriptElement | null; // ours is no SVG script

/** Starts the chat that a tag asks for, and makes `window.Firstword`. */
export function startScript(given: object, load: LoadFile): void {
  const page: {Firstword?: Global} = window as never; // our one global
  const before = page.Firstword ?? {};
  const init = (options: object) => createInstance({given: options, load});
  const own = init(given);
  if (before.version) return;
  const global: Global = {
    ...own,
    version,
    init,
    destroy() {
      own?.destroy();
      if (page.Firstword === global) delete page.Firstword;
    },
  };
  page.Firstword = global;
  for (const [name, ...args] of before.q ?? []) (global[name] as (...all: never[]) => void)?.(...args);
}

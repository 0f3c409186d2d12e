import {version} from 'virtual:firstword-files';
import type {FirstwordApi} from '../chat/index.ts';
import {createInstance} from './instance.ts';
import {createLoad} from './load.ts';

/** `window.Firstword`: before this script runs a stub whose `q` holds calls, afterwards the page's first chat. */
interface Global extends Partial<FirstwordApi> {
  q?: [name: keyof FirstwordApi, ...args: never[]][];
  version?: string;
  init?: (options: object) => FirstwordApi | undefined;
  standing?: Record<string, true>;
}

const page: {Firstword?: Global} = window as never; // our one global
const script = (document.currentScript ?? document.querySelector('script[data-firstword]')) as HTMLScriptElement | null; // ours is no SVG script

if (script) {
  const before = page.Firstword ?? {};
  const standing = before.standing ?? {};
  const load = createLoad(script.src, script.nonce);
  const init = (given: object) => createInstance({given, load, standing});
  const own = init(script.dataset);
  if (!before.version) {
    const global: Global = {
      ...own,
      version,
      standing,
      init,
      destroy() {
        own?.destroy();
        delete page.Firstword;
      },
    };
    page.Firstword = global;
    for (const [name, ...args] of before.q ?? []) (global[name] as (...all: never[]) => void)?.(...args);
  }
}

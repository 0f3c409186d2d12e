import {version} from 'virtual:firstword-files';
import type {FirstwordApi} from '../chat/index.ts';
import type {Raw} from '../options/index.ts';
import {createInstance} from './instance.ts';
import {createLoad} from './load.ts';

/** `window.Firstword`: before this script runs a stub whose `q` holds calls, afterwards the page's first chat. */
interface Global extends Partial<FirstwordApi> {
  q?: [name: keyof FirstwordApi, ...args: never[]][];
  version?: string;
  init?: (options: Record<string, unknown>) => FirstwordApi | undefined;
  standing?: Record<string, true>;
}

const page: {Firstword?: Global} = window as never; // our one global
const script = (document.currentScript ?? document.querySelector('script[data-firstword]')) as HTMLScriptElement | null; // ours is no SVG script

if (script) {
  const before = page.Firstword ?? {};
  const standing = before.standing ?? {};
  const load = createLoad(script.src, script.nonce);
  const start = (given: object, raw: Raw) => createInstance({raw, names: Object.keys(given), load, standing});
  const {dataset} = script;
  const own = start(dataset, (name) => dataset[name]);
  if (!before.version) {
    const global: Global = {
      ...own,
      version,
      standing,
      init: (options) =>
        start(options, (name) => {
          const value = options[name];
          return value == null ? undefined : typeof value === 'object' ? JSON.stringify(value) : `${value}`;
        }),
      destroy() {
        own?.destroy();
        delete page.Firstword;
      },
    };
    page.Firstword = global;
    for (const [name, ...args] of before.q ?? []) (global[name] as (...all: never[]) => void)?.(...args);
  }
}

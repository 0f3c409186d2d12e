import {version} from 'virtual:firstword-files';
import type {FirstwordApi} from '../chat/index.ts';
import {createInstance} from './instance.ts';
import {createLoad} from './load.ts';

/** `window.Firstword`: before this script runs a stub whose `q` holds calls, afterwards the page's first chat. */
interface Global extends Partial<FirstwordApi> {
  q?: unknown[][];
  version?: string;
  init?: (options: Record<string, unknown>) => FirstwordApi | undefined;
  /** Chats that stand on this page, so that a second tag does not double one. */
  standing?: Set<string>;
}

const page: {Firstword?: Global} = window as never; // our one global
const script = document.currentScript ?? document.querySelector('script[data-firstword]');

if (script instanceof HTMLScriptElement) {
  const before = page.Firstword ?? {};
  const standing = before.standing ?? new Set<string>();
  const load = createLoad(script.src, script.nonce);
  const {dataset} = script;
  const own = createInstance((name) => dataset[name], Object.keys(dataset), load, standing);
  if (!before.version) {
    const global: Global = {
      ...own,
      version,
      standing,
      init: (options) =>
        createInstance(
          (name) => {
            const value = options[name];
            return value == null ? undefined : typeof value === 'object' ? JSON.stringify(value) : `${value}`;
          },
          Object.keys(options),
          load,
          standing,
        ),
    };
    if (own) {
      global.destroy = () => {
        own.destroy();
        delete page.Firstword;
      };
    }
    page.Firstword = global;
    for (const [name, ...args] of before.q ?? []) (global[name as 'send'] as (...all: unknown[]) => void)?.(...args);
  }
}

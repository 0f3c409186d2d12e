import {createRenderer, type RendererOptions} from '../../../src/markdown/index.ts';
import {UNFETCHED} from './canonical.ts';

/** Lets every address pass as it was written, so that what the parser found can be compared; fetches no image. */
export const EXACT: RendererOptions = {
  policy: {link: (url) => url, image: (url) => `${UNFETCHED}${url}`},
  headingOffset: 0,
};

/** Renders a text in one write. */
export function renderWhole(text: string, options?: RendererOptions): HTMLElement {
  const root = document.createElement('div');
  const renderer = createRenderer(root, options);
  renderer.write(text);
  renderer.end();
  return root;
}

/** Renders a text part by part, each of them painted; `onStep` runs after each paint and after the end. */
export function renderParts(
  parts: Iterable<string>,
  {
    options,
    root = document.createElement('div'),
    onStep,
  }: {options?: RendererOptions; root?: HTMLElement; onStep?: (written: string) => void} = {},
): HTMLElement {
  root.replaceChildren();
  const renderer = createRenderer(root, options);
  let written = '';
  for (const part of parts) {
    renderer.write(part);
    renderer.flush();
    written += part;
    onStep?.(written);
  }
  renderer.end();
  onStep?.(written);
  return root;
}

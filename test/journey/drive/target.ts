/** Where to point at, in CSS pixels of the viewport, or why one cannot. */
export type Target = {kind: 'point'; x: number; y: number} | {kind: 'none'; reason: string};

/**
 * Finds the centre of an element and brings it into view. It runs in the page as source text, hence in one piece.
 *
 * @param selector - CSS; `host >>> css` goes on inside the open shadow root of what was found so far.
 */
export function findTarget(selector: string): Target {
  let root: Document | ShadowRoot = document;
  let element: Element | null = null;
  for (const [step, css] of selector.split('>>>').entries()) {
    if (step > 0) {
      if (!element?.shadowRoot) return {kind: 'none', reason: `no open shadow root before ">>> ${css.trim()}"`};
      root = element.shadowRoot;
    }
    element = root.querySelector(css.trim());
    if (!element) return {kind: 'none', reason: `nothing matches "${css.trim()}"`};
  }
  if (!element) return {kind: 'none', reason: 'the selector is empty'};

  let box = element.getBoundingClientRect();
  if (box.width === 0 || box.height === 0) return {kind: 'none', reason: 'it has no box'};
  if (box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth) {
    element.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
    box = element.getBoundingClientRect();
  }
  const x = box.left + box.width / 2;
  const y = box.top + box.height / 2;

  const hit = root.elementFromPoint(x, y);
  for (let node: Node | null = hit; node; node = node.parentNode ?? (node as Partial<ShadowRoot>).host ?? null) {
    if (node === element) return {kind: 'point', x, y};
  }
  const cover = hit ? `<${hit.localName} id="${hit.id}" class="${hit.getAttribute('class') ?? ''}">` : 'nothing';
  return {kind: 'none', reason: `at its centre lies ${cover}`};
}

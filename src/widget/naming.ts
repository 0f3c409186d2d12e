import type {MoreParts} from './parts.ts';
import {fill} from './words/words.ts';

/**
 * Names what in an answer has no name of its own: a task's box by its item, code and tables by how large they are. Those
 * that are wider than the answer can be scrolled by keyboard, the others are no stop on the way; their size is looked at
 * when the browser has just laid them out. Only those of the answer that grows are watched, and all of them once when
 * the panel gets another width: watching costs every frame.
 */
export function nameParts({box, words, signal}: MoreParts): void {
  const known = new WeakSet<Element>();
  let widthPx = 0;
  let growing: Element | undefined;
  const observer = new ResizeObserver((entries) => {
    for (const {target, contentRect} of entries) {
      if (target !== box) measure(target);
      else if (contentRect.width && widthPx !== contentRect.width) {
        widthPx = contentRect.width;
        lookAgain(box);
      }
    }
  });
  function measure(part: Element): void {
    if (!growing?.contains(part)) observer.unobserve(part);
    const isCode = part.localName === 'pre';
    const isWide = part.scrollWidth > part.clientWidth;
    const count = part.querySelectorAll(isCode ? '.line' : 'tbody tr').length;
    if (isWide) part.setAttribute('tabindex', '0');
    else part.removeAttribute('tabindex');
    // a table keeps its own role
    if (isCode) part.role = isWide ? 'group' : null;
    part.ariaLabel = isWide ? fill(isCode ? words.code : words.table, {count}) : null;
  }
  function look(within: Element): void {
    for (const part of within.querySelectorAll('.text :is(pre, table, input)')) {
      if (known.has(part)) continue;
      known.add(part);
      if (part.localName === 'input') part.ariaLabel = part.parentElement?.textContent?.trim() ?? '';
      else observer.observe(part);
    }
  }
  /** Has each looked at once more, and those that no longer grow not watched afterwards. */
  function lookAgain(within: Element | undefined): void {
    for (const part of within?.querySelectorAll('.text :is(pre, table)') ?? []) {
      observer.unobserve(part);
      observer.observe(part);
    }
  }
  look(box);
  observer.observe(box);
  const onDrawn = ({target}: Event) => {
    const before = growing;
    growing = target as Element; // is dispatched at the text of an answer
    if (before !== growing) lookAgain(before);
    look(growing);
  };
  box.addEventListener('drawn', onDrawn, {signal});
  signal.addEventListener('abort', () => observer.disconnect());
}

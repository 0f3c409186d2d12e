import type {MoreParts} from './parts.ts';
import {fill} from './words/words.ts';

/**
 * Names what in an answer has no name of its own: a task's box by its item, code and tables by how large they are. Those
 * that are wider than the answer can be scrolled by keyboard, the others are no stop on the way; their size is looked at
 * when the browser has just laid them out.
 */
export function nameParts({box, words, signal}: MoreParts): void {
  const watched = new WeakSet<Element>();
  const observer = new ResizeObserver((entries) => {
    for (const {target} of entries) {
      if (!target.isConnected) observer.unobserve(target);
      const isCode = target.localName === 'pre';
      const isWide = target.scrollWidth > target.clientWidth;
      const count = target.querySelectorAll(isCode ? '.line' : 'tbody tr').length;
      if (isWide) target.setAttribute('tabindex', '0');
      else target.removeAttribute('tabindex');
      // a table keeps its own role
      if (isCode) target.role = isWide ? 'group' : null;
      target.ariaLabel = isWide ? fill(isCode ? words.code : words.table, {count}) : null;
    }
  });
  const look = (within: Element) => {
    for (const part of within.querySelectorAll('.text :is(pre, table, input)')) {
      if (watched.has(part)) continue;
      watched.add(part);
      if (part.localName === 'input') part.ariaLabel = part.parentElement?.textContent?.trim() ?? '';
      else observer.observe(part);
    }
  };
  look(box);
  box.addEventListener('drawn', ({target}) => look(target as Element), {signal}); // is dispatched at elements
  signal.addEventListener('abort', () => observer.disconnect());
}

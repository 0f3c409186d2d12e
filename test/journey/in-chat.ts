import {expect} from 'vitest';
import {type Json, type Page, WAIT_LIMIT_MS} from './drive/index.ts';

/**
 * Reads something of all elements inside the chat that match. The function travels as source text: it sees its
 * arguments and the page's globals only.
 */
export function inChat<T, A extends Json[]>(
  page: Page,
  css: string,
  read: (found: HTMLElement[], ...args: A) => T,
  ...args: A
): Promise<Awaited<T>> {
  // what runs in a page is known by its source, so that two functions are put together as texts
  const work = (): T => {
    throw new Error('it runs in the page only');
  };
  work.toString = () => `(css, ...args) => {
    const root = document.querySelector('firstword-chat')?.shadowRoot;
    return (${read})(root ? [...root.querySelectorAll(css)] : [], ...args);
  }`;
  return page.run(work as (css: string, ...args: A) => Awaited<T>, css, ...args);
}

/** Counts what matches inside the chat. */
export const countOf = (page: Page, css: string) => inChat(page, css, (found) => found.length);

/** The words of all that match inside the chat. */
export const textsOf = (page: Page, css: string) => inChat(page, css, (found) => found.map((each) => each.textContent));

/** The words of the last one that matches inside the chat. */
export const textOf = async (page: Page, css: string) => (await textsOf(page, css)).at(-1) ?? '';

/** An attribute of the last one that matches inside the chat; null where it has none. */
export const attributeOf = (page: Page, css: string, name: string) =>
  inChat(page, css, (found, name) => found.at(-1)?.getAttribute(name) ?? null, name);

/** Where the last one stands that matches inside the chat. */
export const boxOf = (page: Page, css: string): Promise<Record<Side, number>> =>
  inChat(page, css, (found) => {
    const {left, top, right, bottom, width, height} = found.at(-1)?.getBoundingClientRect() ?? new DOMRect();
    return {left, top, right, bottom, width, height};
  });

type Side = 'left' | 'top' | 'right' | 'bottom' | 'width' | 'height';

/** A computed style of the last one that matches inside the chat, or of a pseudo-element of it. */
export const styleOf = (page: Page, css: string, property: string, pseudo?: '::before') =>
  inChat(
    page,
    css,
    (found, property, pseudo) => {
      const last = found.at(-1);
      return last ? getComputedStyle(last, pseudo).getPropertyValue(property) : '';
    },
    property,
    pseudo,
  );

/** How far the first one is scrolled that matches inside the chat. */
export const scrolledOf = (page: Page, css: string) => inChat(page, css, ([first]) => first?.scrollTop ?? 0);

/** What is written in the field. */
export const written = (page: Page) =>
  inChat(page, 'textarea', ([field]) => (field instanceof HTMLTextAreaElement ? field.value : ''));

/** Whether the last one that matches inside the chat can be seen. */
export const isShown = (page: Page, css: string) =>
  inChat(page, css, (found) => Boolean(found.at(-1)?.checkVisibility({visibilityProperty: true})));

/** Waits until one can be seen that matches inside the chat. */
export const shown = (page: Page, css: string) => until(() => isShown(page, css)).toBe(true);

/** Waits until nothing matches inside the chat any more. */
export const gone = (page: Page, css: string) => until(() => countOf(page, css)).toBe(0);

/** Clicks what matches first inside the chat. */
export const clickOn = (page: Page, css: string) => page.click(`firstword-chat >>> ${css}`);

/** Puts the focus on the last one that matches inside the chat. */
export const focusOn = (page: Page, css: string) => inChat(page, css, (found) => found.at(-1)?.focus());

/** What has the focus: a part of ours, or an element of the page. */
export const focused = (page: Page) =>
  page.run(() => {
    const {activeElement} = document;
    const inside = activeElement?.shadowRoot?.activeElement ?? activeElement;
    return inside?.part.value || inside?.className || inside?.localName || '';
  });

/** Waits until two frames have passed, so that whoever looks at the layout has seen it. */
export const frames = (page: Page) =>
  page.run(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

/** Waits until the last answer stands in a state. */
export const stands = (page: Page, state: string) =>
  until(() => attributeOf(page, '[part~=answer]', 'data-state')).toBe(state);

/** Waits until what is asked again and again is as expected. */
export const until = <T>(ask: () => T | Promise<T>) => expect.poll(ask, {timeout: WAIT_LIMIT_MS});

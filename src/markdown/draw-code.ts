import {type Place, putElement, setText, startOf} from './patch.ts';

/** A language as it may stand in a class name. */
const LANGUAGE = /^[a-z\d+-]{1,20}$/;

/**
 * Puts a code block at a place.
 *
 * @param options.copyLabel - What its button says that copies the code; without it there is no button.
 * @returns The outermost element, and the one that the lines go into.
 */
export function putCode(
  place: Place,
  options: {language: string; copyLabel: string},
): Record<'outer' | 'inner', Element> {
  const {copyLabel} = options;
  const language = options.language.toLowerCase();
  const named = LANGUAGE.test(language) ? ['class', `language-${language}`] : [];
  const box = copyLabel ? putElement(place, ['div', 'class', 'code']) : undefined;
  const pre = putElement(box ? {host: box, after: putButton(box, copyLabel)} : place, ['pre']);
  return {outer: box ?? pre, inner: putElement(startOf(pre), ['code', ...named])};
}

function putButton(box: Element, label: string): Element {
  const button = putElement(startOf(box), ['button', 'type', 'button', 'part', 'copy', 'class', 'copy']);
  setText(button, label);
  return button;
}

/** Copies the code beside the button that was clicked, if one was; the button dispatches `copied` when it is done. */
export function copyCode({target}: Event): void {
  // whatever is clicked among our nodes is an element
  const button = (target as Element).closest('button.copy');
  const code = button?.nextElementSibling?.textContent;
  // where a page may not write to the clipboard the code can still be selected
  if (!button || !code) return;
  navigator.clipboard?.writeText(code).then(
    () => button.dispatchEvent(new Event('copied', {bubbles: true})),
    () => {},
  );
}

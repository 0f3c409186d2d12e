import {fill, type MoreWords} from './words/words.ts';

/** The end of the last sentence of a text that still grows; Chinese and Japanese put no space between sentences. */
const SENTENCES = /^[\s\S]*(?:[.!?…؟۔](?=\s)|[。！？])/;

/** What is no part of an answer's words: buttons, and the host beside a link. */
const ASIDE = 'button, .host';

/** Elements that begin and end a line. */
const LINES = 'p, li, blockquote, h3, h4, h5, h6, ul, ol, div';

/**
 * Reads what a screen reader is told of a drawn answer: its words, which of them are a link, a full stop where a line has
 * no end of its own, of code and tables only how large they are.
 *
 * @param options.isWhole - Whether no more comes. Otherwise only what is certain is given: blocks that another one
 *   follows, and the finished sentences of a paragraph. What comes later only ever adds to it.
 */
export function readSpoken(answer: Element, options: {words: MoreWords; isWhole: boolean}): string {
  const {words, isWhole} = options;
  let text = '';

  const endLine = () => {
    if (text && !text.endsWith('\n')) text += /\p{P}\s*$/u.test(text) ? '\n' : '.\n';
  };

  function tell(form: string, count: number): void {
    endLine();
    text += `${fill(form, {count})}\n`;
  }

  function visit(node: Node): void {
    if (!(node instanceof Element)) text += node.textContent;
    else if (node.localName === 'pre') tell(words.code, node.querySelectorAll('.line').length);
    else if (node.localName === 'table') tell(words.table, node.querySelectorAll('tbody tr').length);
    else if (node.localName === 'img') text += node.getAttribute('alt');
    else if (!node.matches(ASIDE)) {
      const isLine = node.matches(LINES);
      if (isLine) endLine();
      visitChildren(node);
      if (node.localName === 'a') text += ` ${words.link}`;
      if (isLine) endLine();
    }
  }

  /** Visits what stands in an element, before one of its children. A list of them would stay with the element. */
  function visitChildren(parent: Node, end: Node | null = null): void {
    for (let child = parent.firstChild; child !== end && child; child = child.nextSibling) visit(child);
  }

  const last = isWhole ? null : answer.lastChild;
  visitChildren(answer, last);
  if (isWhole) endLine();
  else if (last instanceof HTMLParagraphElement) {
    const settled = text;
    text = '';
    visitChildren(last);
    text = settled + (SENTENCES.exec(text)?.[0] ?? '');
  }
  return text;
}

import {isText} from './patch.ts';

const BLOCK = /^(?:P|H\d|UL|OL|LI|BLOCKQUOTE|PRE|TABLE|TR|HR|DIV)$/;

/** Whether a node is an element that stands on lines of its own. */
export function isBlock(node: Node): boolean {
  return BLOCK.test(node.nodeName);
}

/** Reads what a reader reads in drawn nodes: one line for each block, cells apart by tabs, images by their text. */
export function readPlainText(root: Node): string {
  let text = '';
  const visit = (node: Node) => {
    if (isText(node)) text += node.data;
    else if (node.nodeName === 'IMG')
      text += (node as Element).getAttribute('alt'); // by its name
    else if (!isAside(node)) {
      const own = isBlock(node);
      if (own) text = ended(text);
      for (let child = node.firstChild; child; child = child.nextSibling) visit(child);
      if (own) text = ended(text);
      else if (/^T[DH]$/.test(node.nodeName) && node.nextSibling) text += '\t';
    }
  };
  visit(root);
  return text.replace(/\n$/, '');
}

const ended = (text: string) => (text && !text.endsWith('\n') ? `${text}\n` : text);

/** Whether a node is no part of the answer: a button, or the host beside a link. */
const isAside = (node: Node) =>
  node.nodeName === 'BUTTON' || (node.nodeName === 'SPAN' && (node as Element).className === 'host'); // by its name

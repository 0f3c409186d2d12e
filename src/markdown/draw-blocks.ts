import type {Block} from './block.ts';
import {copyCode, putCode} from './draw-code.ts';
import type {Leaf, LeafDrawer} from './draw-leaf.ts';
import {
  clearFrom,
  createElement,
  type Description,
  nodeAt,
  type Place,
  putElement,
  setText,
  startOf,
  type Tag,
} from './patch.ts';
import {isBlock, readPlainText} from './plain-text.ts';
import {splitRow} from './table.ts';

/** What a finished block of an answer is. */
export type BlockKind = 'paragraph' | 'heading' | 'list' | 'quote' | 'code' | 'table' | 'rule';

/** How blocks are drawn. */
export interface BlockOptions {
  leaves: LeafDrawer;
  root: HTMLElement;
  /** By how many levels headings are lowered. */
  headingOffset: number;
  /** What the button beside a code block says; without it there is none. */
  copyLabel: string;
  /** Is called for each block of the document that was drawn for good. */
  onBlock: ((kind: BlockKind, plainText: string) => void) | undefined;
}

/** Draws the tree of an answer below its root. */
export interface BlockDrawer {
  /** Draws what is closed for good, and forgets its source. */
  settle(document: Block): void;
  /** Draws all that is not settled. */
  show(document: Block): void;
}

/** What the columns of a table say about themselves. */
const ALIGNMENTS = new Map([
  ['l', 'left'],
  ['c', 'center'],
  ['r', 'right'],
]);

/** The box of a task in an item's first words. https://github.github.com/gfm/#task-list-items-extension- */
const TASK = /^\[([ xX])\](?=\s+\S)/;

/** What may still become the box of a task. */
const TASK_BEGUN = /^\[(?:[ xX]\]?)?\s*$/;

/** What may still become the definition of a link. */
const DEFINITION_BEGUN = /^\[(?:[^\]\\]|\\.)*\]:[ \t\n]*\S*[ \t\n]*(?:["'(][\s\S]*)?$/;

/** Makes a drawer of blocks. */
export function createBlockDrawer({leaves, root, headingOffset, copyLabel, onBlock}: BlockOptions): BlockDrawer {
  const loosened = new WeakSet<Node>();
  let settling = false;
  if (copyLabel) root.addEventListener('click', copyCode);

  /** Draws a block at a place and gives the last node of it, or that before it when there is nothing to draw. */
  function draw(block: Block, place: Place, parent: Block): Node | null {
    switch (block.kind) {
      case 'paragraph':
        return drawParagraph(block, place, parent);
      case 'heading': {
        const level = Math.min(block.size + headingOffset, 6);
        const heading = putElement(place, [`h${level}` as Tag, 'dir', 'auto']); // 1 to 6
        drawWords(heading, block.text, stateOf(block));
        return heading;
      }
      case 'line': {
        const line = putElement(place, ['span', 'class', 'line']);
        setText(line, block.text);
        return line;
      }
      case 'rule':
        return putElement(place, ['hr']);
      case 'row':
        return drawRow(block, putElement(place, ['tr']), parent);
      case 'body':
        return block.childCount > 0 ? drawContainer(block, place) : place.after;
      default:
        return drawContainer(block, place);
    }
  }

  function drawContainer(block: Block, place: Place): Node {
    const {outer, inner} = putContainer(block, place);
    drawChildren(block, inner);
    return outer;
  }

  function putContainer(block: Block, place: Place): Record<'outer' | 'inner', Element> {
    if (block.kind === 'code') return putCode(place, {language: block.mark, copyLabel});
    const element = putElement(place, describe(block));
    return {outer: element, inner: element};
  }

  function drawChildren(block: Block, host: Node): void {
    const {children, kind} = block;
    if (kind === 'list') {
      block.loose ||= children.some(({loose}) => loose);
      if (block.loose) loosen(host);
    }
    let after = block.done;
    // paragraphs were put around what the items of a loosened list already had
    if (after && after.parentNode !== host) after = after.parentNode;
    let doneCount = 0;
    for (const child of children) {
      child.loose ||= kind === 'list' && block.loose;
      if (settling && child.open) {
        if (!isLeaf(child)) draw(child, {host, after}, block);
        break;
      }
      const last = draw(child, {host, after}, block);
      if (settling && kind === 'document' && last && last !== after) report(child, last);
      after = last;
      doneCount++;
    }
    if (settling) {
      block.done = after;
      children.splice(0, doneCount);
    }
    if (!settling || !block.open) clearFrom({host, after});
  }

  function report({kind}: Block, node: Node): void {
    try {
      // what a document holds is of these kinds
      onBlock?.(kind as BlockKind, readPlainText(node));
    } catch {
      // an answer is drawn whether or not somebody can hear of it
    }
  }

  function loosen(list: Node): void {
    if (loosened.has(list)) return;
    loosened.add(list);
    for (let item = list.firstChild; item; item = item.nextSibling) wrapWords(item);
  }

  function drawParagraph(block: Block, place: Place, parent: Block): Node | null {
    const first =
      parent.kind === 'item' && parent.children[0] === block && parent.childCount === parent.children.length;
    const text = block.open ? withoutHeld(block.text, first) : block.text;
    if (!text) return place.after;
    const tight = parent.kind === 'item' && !parent.loose;
    const paragraph = tight ? undefined : putElement(place, ['p', 'dir', 'auto']);
    const start = paragraph ? startOf(paragraph) : place;
    const [task = '', mark] = (first && TASK.exec(text)) || [];
    const box =
      task &&
      putElement(start, ['input', 'type', 'checkbox', 'disabled', '', ...(mark === ' ' ? [] : ['checked', ''])]);
    const last = leaves.draw({
      text: text.slice(task.length),
      place: box ? {host: start.host, after: box} : start,
      state: stateOf(block),
    });
    if (!paragraph) {
      const rest = {host: start.host, after: last};
      for (let node = nodeAt(rest); node && !isBlock(node); node = nodeAt(rest)) start.host.removeChild(node);
      return last;
    }
    clearFrom({host: paragraph, after: last});
    return paragraph;
  }

  function drawWords(host: Node, text: string, state: Leaf['state']): void {
    clearFrom({host, after: leaves.draw({text, place: startOf(host), state})});
  }

  function stateOf({open}: {open: boolean}): Leaf['state'] {
    return open ? 'open' : settling ? 'final' : 'closed';
  }

  function drawRow(row: Block, host: Element, {kind}: Block): Element {
    const cells = splitRow(row.text);
    let after: Node | null = null;
    for (let column = 0; column < row.size; column++) {
      const alignment = ALIGNMENTS.get(row.mark.charAt(column));
      const aligned = alignment ? ['align', alignment] : [];
      const cell = putElement({host, after}, [kind === 'head' ? 'th' : 'td', 'dir', 'auto', ...aligned]);
      drawWords(cell, cells[column] ?? '', stateOf({open: row.open && column === cells.length - 1}));
      after = cell;
    }
    clearFrom({host, after});
    return host;
  }

  return {
    settle(document) {
      settling = true;
      leaves.rewind();
      drawChildren(document, root);
    },
    show(document) {
      settling = false;
      leaves.rewind();
      drawChildren(document, root);
    },
  };
}

/** Removes from an open paragraph what may turn out to be no text: a table's header, a definition, a task's box. */
function withoutHeld(text: string, first: boolean): string {
  const start = text.lastIndexOf('\n') + 1;
  if (text[start] === '|') return text.slice(0, start);
  return DEFINITION_BEGUN.test(text) || (first && TASK_BEGUN.test(text)) ? '' : text;
}

function isLeaf({kind}: Block): boolean {
  return kind === 'paragraph' || kind === 'heading' || kind === 'row' || kind === 'line';
}

function describe({kind, size}: Block): Description {
  if (kind === 'item') return ['li', 'dir', 'auto'];
  if (kind === 'list') return size < 0 ? ['ul'] : size === 1 ? ['ol'] : ['ol', 'start', String(size)];
  return [kind === 'quote' ? 'blockquote' : kind === 'head' ? 'thead' : kind === 'body' ? 'tbody' : 'table'];
}

/** Puts a paragraph around each run of words among an item's blocks. */
function wrapWords(item: Node): void {
  let paragraph: Node | undefined;
  for (let node = item.firstChild; node; ) {
    const next: ChildNode | null = node.nextSibling;
    if (isBlock(node)) paragraph = undefined;
    else {
      paragraph ??= item.insertBefore(createElement(['p', 'dir', 'auto']), node);
      paragraph.appendChild(node);
    }
    node = next;
  }
}

import {copyBlock, innermost} from './block.ts';
import {type Blocks, createBlocks, createLineReader} from './blocks.ts';
import type {Definitions} from './definitions.ts';
import {type BlockOptions, createBlockDrawer} from './draw-blocks.ts';
import {createLeafDrawer} from './draw-leaf.ts';
import type {Pen} from './draw-pieces.ts';
import {clearFrom, createElement} from './patch.ts';

/** An answer that is being drawn. Nothing here throws: after a fault the rest is plain text. */
export interface Answer {
  /** Reads more text, with line feeds only, and draws what is known then. */
  read(text: string): void;
  /** Reads the last of the text, and draws the answer as a whole. Nothing may be read after it. */
  end(text: string): void;
}

/** A line that may become anything: it has nothing but markers so far. */
const MARKERS_ONLY = /^[-+*_=>#|:.)`~\s\d]*$/;

/** A line that may still end a code block. */
const FENCE_BEGUN = /^[>\s]*(?:`+|~+)?\s*$/;

/** Says whether a cut at a place would part the two halves of a character. */
export const splitsPair = (text: string, at: number): boolean => /[\uD800-\uDBFF]/.test(text.charAt(at - 1));

/** Makes an answer without text; the first `maxChars` characters of what it reads are Markdown, the rest is plain. */
export function createAnswer(options: Omit<BlockOptions, 'leaves'> & Omit<Pen, 'onCut'> & {maxChars: number}): Answer {
  const {root, policy, maxChars, maxDepth} = options;
  const definitions: Definitions = new Map();
  const reader = createLineReader({definitions, maxDepth});
  const trials = createLineReader({definitions: undefined, maxDepth});
  const leaves = createLeafDrawer({definitions, policy, maxDepth});
  const drawer = createBlockDrawer({...options, leaves});
  const blocks: Blocks = createBlocks();
  const {document: tree} = blocks;
  /** Text that is not read yet: after a read the line that is not complete. */
  let line = '';
  let leftChars = maxChars;
  /** Source of what is not settled, to be shown as it is after a fault, and where its last line and its last block begin. */
  let unsettled = '';
  let lineStart = 0;
  let blockStart = 0;
  let sayPlainly: ((text: string) => void) | undefined;

  function readLine(text: string): void {
    const last = tree.children.at(-1);
    const headerStart = lineStart;
    lineStart = unsettled.length;
    unsettled += `${text}\n`;
    reader.read(blocks, text);
    const tip = innermost(tree);
    if (tip.kind === 'heading' || tip.kind === 'row' || tip.kind === 'line') reader.close(tip);
    const block = tree.children.at(-1);
    if (block !== last) blockStart = block?.kind === 'table' ? headerStart : lineStart;
  }

  function settle(): void {
    drawer.settle(tree);
    if (tree.children.length === 0) blockStart = unsettled.length;
    unsettled = unsettled.slice(blockStart);
    lineStart = Math.max(lineStart - blockStart, 0);
    blockStart = 0;
  }

  /** Draws everything, with the line that is not complete as far as it is certain what it will be. */
  function show(): void {
    settle();
    const tip = innermost(tree);
    const held = tip.kind === 'code' && tip.size ? FENCE_BEGUN : MARKERS_ONLY;
    const trial = {...blocks, document: copyBlock(tree)};
    if (!held.test(line)) trials.read(trial, line);
    const {kind, size, childCount} = innermost(trial.document);
    const opensFence = kind === 'code' && size > 0 && childCount === 0;
    drawer.show(opensFence ? tree : trial.document);
  }

  function finish(): void {
    if (line) readLine(line);
    line = '';
    reader.close(tree);
    settle();
    drawer.show(tree);
    leaves.finish();
  }

  /** Does some work; when it fails, what is not settled becomes plain text. */
  function attempt(work: () => void): void {
    try {
      work();
    } catch {
      // whatever it was, the reader gets the words; nothing of ours may reach the page
      clearFrom({host: root, after: tree.done});
      sayPlainly = createPlainWriter(root);
      sayPlainly(unsettled + line);
    }
  }

  function readLines(text: string): void {
    line += text;
    for (let end = line.indexOf('\n'); end >= 0; end = line.indexOf('\n')) {
      const complete = line.slice(0, end);
      line = line.slice(end + 1);
      readLine(complete);
    }
  }

  function read(text: string, draw: () => void): void {
    if (sayPlainly) {
      sayPlainly(text);
      return;
    }
    const markdown = text.length > leftChars ? text.slice(0, leftChars - Number(splitsPair(text, leftChars))) : text;
    const rest = text.slice(markdown.length);
    leftChars -= markdown.length;
    attempt(() => {
      readLines(markdown);
      if (rest) finish();
      else draw();
    });
    if (!rest) return;
    sayPlainly ??= createPlainWriter(root);
    sayPlainly(rest);
  }

  return {
    read: (text) => read(text, show),
    end: (text) => read(text, finish),
  };
}

/** Makes a writer of plain text behind all that stands in an element: a paragraph for each line, line ends kept. */
function createPlainWriter(root: HTMLElement): (text: string) => void {
  let node: Text | undefined;
  return (text) => {
    for (const part of text.match(/[^\n]*\n|[^\n]+/g) ?? []) {
      if (!node || (node.data.endsWith('\n') && part !== '\n')) {
        node = document.createTextNode('');
        root.appendChild(createElement(['p', 'dir', 'auto'])).appendChild(node);
      }
      node.appendData(part);
    }
  };
}

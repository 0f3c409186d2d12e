import {type Block, createBlock, innermost, type Kind, openChild} from './block.ts';
import {type Definitions, takeDefinitions} from './definitions.ts';
import {decode} from './entities.ts';
import {skipSpace, trim, trimEnd} from './space.ts';
import {readAlignments, splitRow} from './table.ts';

/** The tree of an answer as far as its lines were read. */
export interface Blocks {
  document: Block;
  /** Level of the innermost quote in which the last line was blank; infinite when it was not. */
  blankLevel: number;
  /** How many cells were added to fill up short rows. */
  filledCount: number;
}

/** Makes the tree of an answer of which nothing was read. */
export function createBlocks(): Blocks {
  return {document: createBlock('document'), blankLevel: Infinity, filledCount: 0};
}

/** Reads lines into a tree, by the first phase of CommonMark's parsing strategy. */
export interface LineReader {
  /** Adds one line, without its end. */
  read(blocks: Blocks, line: string): void;
  /** Closes a block and all below it. */
  close(block: Block): void;
}

/** The most cells that fill up short rows of an answer: a few characters a row could ask for any number. */
const MAX_FILLED_CELLS = 4096;

const RULE = /^([*_-])[ \t]*(?:\1[ \t]*){2,}$/;
const HEADING = /^#{1,6}(?=[ \t]|$)/;
const UNDERLINE = /^(?:=+|-+)[ \t]*$/;
const FENCE = /^(`{3,}(?=[^`]*$)|~{3,})[ \t]*(\S*)/;
const MARKER = /^(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|$)/;

/**
 * Makes a reader of lines.
 *
 * @param options.definitions - Where link definitions go; none are kept without it, as is right for a line on trial.
 * @param options.maxDepth - The most quotes and list items in one another; deeper ones are text.
 */
export function createLineReader(options: {definitions: Definitions | undefined; maxDepth: number}): LineReader {
  const {definitions, maxDepth} = options;
  /** The line that is being read; tabs before `at` have become spaces, so that places are columns. */
  let line = '';
  let at = 0;
  /** Where the next word begins, and how many columns of space stand before it. */
  let next = 0;
  let columns = 0;
  let level = 0;
  let blankLevel = Infinity;

  function goTo(place: number): void {
    at = next = place;
    for (columns = 0; line[next] === ' ' || line[next] === '\t'; next++) {
      columns += line[next] === ' ' ? 1 : 4 - ((at + columns) % 4);
    }
  }

  /** Passes at most so many columns of space. */
  function skip(count: number): void {
    for (; count > 0 && columns > 0; count--, columns--, at++) {
      if (line[at] !== '\t') continue;
      const spaces = 4 - (at % 4);
      line = line.slice(0, at) + ' '.repeat(spaces) + line.slice(at + 1);
      next += spaces - 1;
    }
  }

  const isBlank = () => next === line.length;

  function add(parent: Block, kind: Kind, fields?: Partial<Block>): Block {
    const last = openChild(parent);
    if (last) close(last);
    if (parent.childCount++ > 0 && blankLevel <= level) parent.loose = true;
    const block = createBlock(kind, fields);
    parent.children.push(block);
    return block;
  }

  function close(block: Block): void {
    const last = openChild(block);
    if (last) close(last);
    block.open = false;
    if (block.kind === 'paragraph') block.text = takeDefinitions(block.text, {into: definitions, closed: true});
  }

  /** Enters the containers that go on in this line, and gives the innermost, with what is open but not entered. */
  function enter(document: Block): {parent: Block; quoteLevel: number} {
    let parent = document;
    let quoteLevel = 0;
    for (let child = openChild(parent); child; child = openChild(parent)) {
      if (child.kind === 'list') {
        const item = openChild(child);
        if (!item) break;
        if (isBlank() ? item.childCount === 0 : columns < item.size) break;
        skip(item.size);
        parent = item;
      } else if (child.kind === 'quote' && startsQuote()) {
        parent = child;
        quoteLevel = level + 1;
      } else break;
      level++;
    }
    return {parent, quoteLevel};
  }

  function startsQuote(): boolean {
    if (columns > 3 || line[next] !== '>') return false;
    goTo(next + 1);
    skip(1);
    return true;
  }

  /** Adds the line to an open code block; false when it ends there. */
  function readCode(code: Block, quoteLevel: number, blocks: Blocks): boolean {
    if (code.size) {
      const fence = trimEnd(line.slice(next));
      if (columns < 4 && fence.length >= code.size && fence === code.text.repeat(fence.length)) close(code);
      else {
        skip(code.indent);
        addCodeLine(code, line.slice(at));
      }
      return true;
    }
    if (columns < 4 && !isBlank()) return false;
    skip(4);
    if (isBlank()) {
      blocks.blankLevel = quoteLevel;
      code.text += `${line.slice(at)}\n`;
      return true;
    }
    const blanks = code.text.split('\n');
    code.text = '';
    for (const each of blanks.slice(0, -1)) addCodeLine(code, each);
    addCodeLine(code, line.slice(at));
    return true;
  }

  function addCodeLine(code: Block, text: string): void {
    add(code, 'line', {text: `${text}\n`});
  }

  /** Starts a block that is a leaf, if this line does; `paragraph` is the one that it would go on with otherwise. */
  function startLeaf(parent: Block, paragraph: Block | undefined): boolean {
    const rest = line.slice(next);
    const size = HEADING.exec(rest)?.[0].length;
    if (size) {
      // the marks at its end, if it is closed
      add(parent, 'heading', {size, text: trim(trimEnd(rest.slice(size)).replace(/[ \t]#+$/, ''))});
      return true;
    }
    const [, fence = '', language = ''] = FENCE.exec(rest) ?? [];
    if (fence) {
      add(parent, 'code', {size: fence.length, text: fence.charAt(0), mark: decode(language), indent: columns});
      return true;
    }
    if (paragraph && (underlines(paragraph, rest) || startsTable(parent, paragraph, rest))) return true;
    if (!RULE.test(rest)) return false;
    close(add(parent, 'rule'));
    return true;
  }

  function underlines(paragraph: Block, rest: string): boolean {
    if (!UNDERLINE.test(rest)) return false;
    const text = takeDefinitions(paragraph.text, {into: definitions, closed: true});
    paragraph.text = text;
    if (!text) return false;
    paragraph.kind = 'heading';
    paragraph.size = rest[0] === '=' ? 1 : 2;
    close(paragraph);
    return true;
  }

  function startsTable(parent: Block, paragraph: Block, rest: string): boolean {
    if (!/^[|:-][|: \t-]*$/.test(rest)) return false;
    const start = paragraph.text.lastIndexOf('\n');
    const header = paragraph.text.slice(start + 1);
    const mark = readAlignments(rest, header);
    if (!mark) return false;
    if (start < 0) parent.children.pop();
    else paragraph.text = paragraph.text.slice(0, start);
    const table = add(parent, 'table');
    close(add(add(table, 'head'), 'row', {mark, text: header, size: mark.length}));
    add(table, 'body', {mark});
    return true;
  }

  /** Starts a list item, if this line does. */
  function startItem(parent: Block, paragraph: Block | undefined): Block | undefined {
    const indent = columns;
    const rest = line.slice(next);
    const [marker = '', number] = MARKER.exec(rest) ?? [];
    const empty = skipSpace(rest, marker.length) === rest.length;
    if (!marker || (paragraph && (empty || Number(number ?? 1) !== 1))) return undefined;
    goTo(next + marker.length);
    const padding = empty || columns > 4 ? 1 : columns;
    skip(padding);
    const last = openChild(parent);
    const mark = marker.at(-1) ?? '';
    const list =
      last?.kind === 'list' && last.mark === mark
        ? last
        : add(parent, 'list', {mark, size: number === undefined ? -1 : Number(number)});
    return add(list, 'item', {size: indent + marker.length + padding});
  }

  function read(blocks: Blocks, source: string): void {
    line = source;
    goTo(0);
    level = 0;
    blankLevel = blocks.blankLevel;
    blocks.blankLevel = Infinity;
    let {parent, quoteLevel} = enter(blocks.document);
    const child = openChild(parent);
    if (child?.kind === 'code' && readCode(child, quoteLevel, blocks)) return;
    let paragraph = child?.kind === 'paragraph' ? child : undefined;
    const tip = innermost(parent);
    let lazy = tip.kind === 'paragraph' ? tip : undefined;
    let entered = false;
    while (!isBlank()) {
      const deep = columns > 3;
      if (deep && !lazy) {
        skip(4);
        addCodeLine(add(parent, 'code'), line.slice(at));
        return;
      }
      if (deep) break;
      if (level < maxDepth && startsQuote()) parent = add(parent, 'quote');
      else if (startLeaf(parent, paragraph)) return;
      else {
        const item = level < maxDepth && startItem(parent, paragraph);
        if (!item) break;
        parent = item;
      }
      entered = true;
      level++;
      paragraph = undefined;
      lazy = undefined;
    }
    if (!isBlank()) readText(parent, lazy, blocks);
    else if (!entered) {
      // nothing but a list goes on after a blank line that it is open for; an empty item does not
      const open = openChild(parent);
      const ended = open?.kind === 'list' ? openChild(open) : open;
      if (ended) close(ended);
      blocks.blankLevel = quoteLevel;
    }
  }

  function readText(parent: Block, paragraph: Block | undefined, blocks: Blocks): void {
    const text = line.slice(next);
    const child = openChild(parent);
    if (paragraph) {
      const longer = paragraph.text ? `${paragraph.text}\n${text}` : text;
      paragraph.text = longer;
      if (!paragraph.mark) return; // looking into a text that grows would copy it for each line
      paragraph.text = takeDefinitions(longer, {into: definitions, closed: false});
      if (paragraph.text[0] !== '[') paragraph.mark = '';
    } else if (child?.kind === 'table') {
      const body = openChild(child);
      if (body) addRow(body, text, blocks);
    } else add(parent, 'paragraph', {text, mark: text[0] === '[' ? text[0] : ''});
  }

  function addRow(body: Block, text: string, blocks: Blocks): void {
    const {length: columnCount} = body.mark;
    const cellCount = Math.min(splitRow(text).length, columnCount);
    const filled = blocks.filledCount + columnCount - cellCount <= MAX_FILLED_CELLS;
    if (filled) blocks.filledCount += columnCount - cellCount;
    add(body, 'row', {mark: body.mark, text, size: filled ? columnCount : cellCount});
  }

  return {read, close};
}

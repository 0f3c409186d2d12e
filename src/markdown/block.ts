/** What a block is. A table has a `head` and a `body` of `row`s, a code block has `line`s. */
export type Kind =
  | 'document'
  | 'quote'
  | 'list'
  | 'item'
  | 'paragraph'
  | 'heading'
  | 'code'
  | 'line'
  | 'rule'
  | 'table'
  | 'head'
  | 'body'
  | 'row';

/** One block of the tree. Only what is still open, or not yet drawn, is kept below it. */
export interface Block {
  kind: Kind;
  /** Whether more lines may still change it. */
  open: boolean;
  children: Block[];
  /** Children that it ever had. */
  childCount: number;
  /** Source of a paragraph, heading, row or line; blank lines that may still belong to an indented code block. */
  text: string;
  /** A heading's level, a list's first number, the column where an item's content begins, a fence's length or 0. */
  size: number;
  /** What tells one list from the next, a fence's character, a row's alignments, a code block's language. */
  mark: string;
  /** A code fence's indentation, in columns. */
  indent: number;
  /** Whether blank lines stand between children of a list or an item. */
  loose: boolean;
  /** Its last child node that nothing will touch again. */
  done: Node | null;
}

/** Makes an open block with nothing in it. */
export function createBlock(kind: Kind, fields: Partial<Block> = {}): Block {
  return {
    kind,
    open: true,
    children: [],
    childCount: 0,
    text: '',
    size: 0,
    mark: '',
    indent: 0,
    loose: false,
    done: null,
    ...fields,
  };
}

/** Gives the child that is still open, if there is one: always the last. */
export function openChild(block: Block): Block | undefined {
  const last = block.children.at(-1);
  return last?.open ? last : undefined;
}

/** Copies a block and all below it, so that a line may be tried on the copy. Cheap once closed blocks are drawn. */
export function copyBlock(block: Block): Block {
  return {...block, children: block.children.map(copyBlock)};
}

/** Gives the innermost block that is still open. */
export function innermost(block: Block): Block {
  const child = openChild(block);
  return child ? innermost(child) : block;
}

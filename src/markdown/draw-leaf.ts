import type {Definitions} from './definitions.ts';
import {drawPieces, type Pen} from './draw-pieces.ts';
import {readInline} from './inline.ts';
import {nodeAt, type Place, startOf} from './patch.ts';

/** A leaf's text and where it goes. */
export interface Leaf {
  text: string;
  place: Place;
  /** Whether more text may follow (`open`), or not (`closed`), or it is drawn for good (`final`). */
  state: 'open' | 'closed' | 'final';
}

/** Draws the text of leaves, in the order in which they stand. */
export interface LeafDrawer {
  /** Draws a leaf and gives its last node. An open one that has grown is drawn from where nothing can change any more. */
  draw(leaf: Leaf): Node | null;
  /** Begins again after the leaves that are final. */
  rewind(): void;
  /** Draws the leaves again whose links were defined after them. */
  finish(): void;
}

interface Resume extends Place {
  text: string;
  last: Node | null;
  linkCount: number;
  missing: Set<string>;
}

interface Late {
  text: string;
  first: Node;
  last: Node;
  linkCount: number;
  missing: Set<string>;
}

/** Makes a drawer of leaves. */
export function createLeafDrawer(options: Omit<Pen, 'onCut'> & {definitions: Definitions}): LeafDrawer {
  const {definitions, policy, maxDepth} = options;
  const late: Late[] = [];
  let resume: Resume | undefined;
  let linkCount = 0;
  let finalLinkCount = 0;

  function draw({text, place, state}: Leaf): Node | null {
    const {host, after} = place;
    const again = resume?.host === host && resume.after === after && text.startsWith(resume.text) ? resume : undefined;
    const missing = again?.missing ?? new Set<string>();
    const startCount = linkCount;
    const inline = readInline(text, {
      from: again?.text.length ?? 0,
      open: state === 'open',
      linkCount: again?.linkCount ?? linkCount,
      find(label) {
        const target = definitions.get(label);
        if (!target && label) missing.add(label);
        return target;
      },
    });
    const last = drawPieces(inline.pieces, {
      place: {host, after: again?.last ?? after},
      pen: {
        policy,
        maxDepth,
        onCut(cut, node) {
          resume = {host, after, text: text.slice(0, cut.at), last: node, linkCount: cut.linkCount, missing};
        },
      },
    });
    ({linkCount} = inline);
    if (state === 'final') {
      finalLinkCount = linkCount;
      const first = nodeAt(place);
      if (missing.size > 0 && first && last) late.push({text, first, last, linkCount: startCount, missing});
    }
    return last;
  }

  function drawLate({text, first, last, linkCount: count, missing}: Late): void {
    if (![...missing].some((label) => definitions.has(label))) return;
    const parent = first.parentNode;
    if (!parent) return;
    const host = document.createDocumentFragment();
    linkCount = count;
    draw({text, place: startOf(host), state: 'closed'});
    parent.insertBefore(host, first);
    for (let node: Node | null = first; node; ) {
      const next: Node | null = node === last ? null : node.nextSibling;
      parent.removeChild(node);
      node = next;
    }
  }

  return {
    draw,
    rewind() {
      linkCount = finalLinkCount;
    },
    finish() {
      late.splice(0).forEach(drawLate);
    },
  };
}

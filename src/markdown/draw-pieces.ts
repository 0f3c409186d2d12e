import {clearFrom, type Description, type Place, putElement, putText, setText} from './patch.ts';
import type {Cut, Piece, Span} from './piece.ts';
import type {Policy} from './policy.ts';

/** A span that is being drawn: its element, if it has one, the place of that, and the marker that ends it as text. */
interface Frame {
  span: Span;
  element: Element | undefined;
  place: Place;
  closer: string;
}

/** What to draw with. */
export interface Pen {
  policy: Required<Policy>;
  /** The most spans in one another; markers of deeper ones are text. */
  maxDepth: number;
  /** Is called at each cut, with the last node before it. */
  onCut: (cut: Cut, last: Node | null) => void;
}

/** Draws pieces at a place, on what stands there, and gives the last node; what stands behind it is left alone. */
export function drawPieces(pieces: readonly Piece[], {place, pen}: {place: Place; pen: Pen}): Node | null {
  const {policy, maxDepth, onCut} = pen;
  const frames: Frame[] = [];
  let {host, after} = place;
  /** Text for the next text node, or for what stands for the image. */
  let run = '';
  let image: {span: Span; before: string} | undefined;

  function flush(): void {
    if (run) after = putText({host, after}, run);
    run = '';
  }

  function put(...description: Description): Element {
    flush();
    const element = putElement({host, after}, description);
    after = element;
    return element;
  }

  function open(span: Span): void {
    if (image) return;
    if (span.tag === 'img') {
      image = {span, before: run};
      run = '';
      return;
    }
    const deep = frames.length >= maxDepth;
    const href = span.tag === 'a' && !deep ? policy.link(span.url) : undefined;
    const frame: Frame = {span, element: undefined, place: {host, after}, closer: deep ? span.closer : ''};
    frames.push(frame);
    if (deep) run += span.opener;
    if (deep || href === null) return;
    frame.element = href === undefined ? put(span.tag) : put('a', 'href', href, ...titleOf(span), ...LINK);
    frame.place = {host, after};
    host = frame.element;
    after = null;
  }

  function close(span: Span): void {
    if (image) {
      if (image.span === span) closeImage(image);
      return;
    }
    const frame = frames.at(-1);
    if (frame?.span !== span) return;
    frames.pop();
    run += frame.closer;
    if (!frame.element) return;
    flush();
    clearFrom({host, after});
    ({host, after} = frame.place);
    const foreign = span.tag === 'a' && policy.foreignHost(frame.element.getAttribute('href') ?? '');
    if (foreign) setText(put('span', 'class', 'host'), ` (${foreign})`);
  }

  function closeImage({span, before}: {span: Span; before: string}): void {
    const alternative = run;
    const source = policy.image(span.url);
    run = before;
    image = undefined;
    if (source === null) run += alternative;
    else put('img', 'alt', alternative, ...titleOf(span), ...IMAGE, 'src', source);
  }

  for (const piece of pieces) {
    if (piece.kind === 'mark') {
      for (const span of piece.closes) close(span);
      run += piece.text;
      for (const span of piece.opens.toReversed()) open(span);
    } else if (piece.kind === 'cut') {
      flush();
      onCut(piece, after);
    } else if (piece.kind === 'text' || image) run += piece.text;
    else if (piece.kind === 'code') setText(put('code'), piece.text);
    else put('br');
  }
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) close(frame.span);
  flush();
  return after;
}

const titleOf = ({title}: Span) => (title ? ['title', title] : []);

/** What every link has. */
const LINK = ['target', '_blank', 'rel', 'noopener noreferrer nofollow ugc', 'referrerpolicy', 'no-referrer'];

/** What every image has. Its address comes after it: that starts the request, which these decide on. */
const IMAGE = ['loading', 'lazy', 'referrerpolicy', 'no-referrer'];

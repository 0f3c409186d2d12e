/** What surrounds a stretch of text; its markers become text again where it may not be drawn. */
export interface Span {
  tag: 'em' | 'strong' | 'del' | 'a' | 'img';
  opener: string;
  closer: string;
  url: string;
  title: string;
}

/** Markers between pieces of text: ends of spans, then what no span has used, then beginnings, the innermost first. */
export interface Mark {
  kind: 'mark';
  closes: Span[];
  text: string;
  opens: Span[];
}

/** A place before which everything is final: drawing may begin there the next time, and a text node ends there. */
export interface Cut {
  kind: 'cut';
  at: number;
  linkCount: number;
}

/** One piece of a leaf's content, in order. */
export type Piece = {kind: 'text' | 'code' | 'break'; text: string} | Cut | Mark;

/** Makes markers that no span has used yet, or the place where spans end that need none. */
export function createMark(text: string, closes: Span[] = []): Mark {
  return {kind: 'mark', closes, text, opens: []};
}

/** Farthest that a span, a code span or a link may reach, in characters; what is open that long is text. */
export const MAX_REACH = 2048;

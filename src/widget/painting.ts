import type {Answer} from '../chat/index.ts';

/** What of an answer is drawn: not the whole, because who keeps that keeps every drawing of it. */
export type Drawn = Pick<Answer, 'id' | 'text'>;

/** Draws answers into elements of theirs from then on. */
export interface Painter {
  /** Draws one; returns the way to stop. */
  draw(element: HTMLElement, answer: Drawn): () => void;
  /** What an answer says, without the marks of its writing; undefined for one that was never drawn. */
  plainText(answerId: string): string | undefined;
  /** The address of a link that an answer may hold, or null where it may not. */
  link(url: string): string | null;
}

/** Gets an element when it is there; returns what is done when it goes. */
export type OnElement = (element: HTMLElement | null) => (() => void) | undefined;

/** Hands the elements of answers to a painter; until it is loaded their plain text stands there. */
export interface Painting {
  /** Makes the function that gets an answer's element. */
  onElement(answer: Drawn): OnElement;
  arrive(painter: Painter): void;
  plainText: Painter['plainText'];
  link: Painter['link'];
}

/** Starts without a painter. */
export function createPainting(): Painting {
  const waiting = new Map<HTMLElement, Drawn>();
  const stops = new WeakMap<HTMLElement, () => void>();
  let painter: Painter | undefined;

  function draw(element: HTMLElement, answer: Drawn): void {
    if (painter) stops.set(element, painter.draw(element, answer));
    else waiting.set(element, answer);
  }

  return {
    onElement:
      ({id, text}) =>
      (element) => {
        if (!element) return;
        element.textContent = text;
        draw(element, {id, text});
        return () => {
          waiting.delete(element);
          stops.get(element)?.();
          stops.delete(element);
        };
      },
    arrive(loaded) {
      painter = loaded;
      for (const [element, answer] of waiting) draw(element, answer);
      waiting.clear();
    },
    plainText: (answerId) => painter?.plainText(answerId),
    link: (url) => painter?.link(url) ?? null,
  };
}

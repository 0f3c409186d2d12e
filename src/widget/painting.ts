import type {Answer} from '../chat/index.ts';

/** Draws answers into elements of theirs from then on. */
export interface Painter {
  /** Draws one; returns the way to stop. */
  draw(element: HTMLElement, answer: Answer): () => void;
  /** What an answer says, without the marks of its writing; undefined for one that was never drawn. */
  plainText(answerId: string): string | undefined;
}

/** Hands the elements of answers to a painter; until it is loaded their plain text stands there. */
export interface Painting {
  /** The function that gets an answer's element: the same one for the same answer. */
  onElement(answer: Answer): (element: HTMLElement | null) => (() => void) | undefined;
  arrive(painter: Painter): void;
  plainText(answerId: string): string | undefined;
}

/** Starts without a painter. */
export function createPainting(): Painting {
  const known = new Map<string, ReturnType<Painting['onElement']>>();
  const waiting = new Map<HTMLElement, Answer>();
  const stops = new Map<HTMLElement, () => void>();
  let painter: Painter | undefined;

  function draw(element: HTMLElement, answer: Answer): void {
    if (painter) stops.set(element, painter.draw(element, answer));
    else waiting.set(element, answer);
  }

  return {
    onElement(answer) {
      let onElement = known.get(answer.id);
      onElement ??= (element) => {
        if (!element) return;
        element.textContent = answer.text;
        draw(element, answer);
        return () => {
          waiting.delete(element);
          stops.get(element)?.();
          stops.delete(element);
        };
      };
      known.set(answer.id, onElement);
      return onElement;
    },
    arrive(loaded) {
      painter = loaded;
      for (const [element, answer] of waiting) draw(element, answer);
      waiting.clear();
    },
    plainText: (answerId) => painter?.plainText(answerId),
  };
}

import {createRenderer} from '../../../src/markdown/index.ts';

/** Something that draws an answer as it arrives. */
export interface Appender {
  /** Takes a piece of the answer; it is drawn with the next frame. */
  write(text: string): void;
  /** Draws at once what has come. */
  flush(): void;
  /** Draws the rest. */
  end(): void;
}

/** Who draws: the renderer, or the least that can be done with the same text. */
export type AppenderName = 'renderer' | 'bare';

/** Creates an appender that owns an element. */
export function createAppender(name: AppenderName, root: HTMLElement): Appender {
  return name === 'bare' ? createBareAppender(root) : createRenderer(root);
}

/**
 * Draws text and nothing but text, in the cheapest way that still shows every token soon: one element a line, so that a
 * token lays out no earlier line again, and one write a frame. It is what any renderer is measured against.
 */
function createBareAppender(root: HTMLElement): Appender {
  let arrived = '';
  let frame = 0;
  let line = addLine(root);
  const draw = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    const [rest = '', ...lines] = arrived.split('\n');
    arrived = '';
    line.appendData(rest);
    for (const text of lines) {
      line = addLine(root);
      line.appendData(text);
    }
  };
  return {
    write(text) {
      arrived += text;
      frame ||= requestAnimationFrame(draw);
    },
    flush: draw,
    end: draw,
  };
}

function addLine(root: HTMLElement): Text {
  const line = document.createElement('p');
  const text = document.createTextNode('');
  line.append(text);
  root.append(line);
  return text;
}

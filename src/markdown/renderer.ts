import {type Answer, createAnswer, splitsPair} from './answer.ts';
import {clean} from './clean.ts';
import type {BlockKind} from './draw-blocks.ts';
import {ownOf} from './own.ts';
import {createPace} from './pace.ts';
import {forgetMade} from './patch.ts';
import {readPlainText} from './plain-text.ts';
import {createPolicy, type Policy} from './policy.ts';
import {createSchedule} from './schedule.ts';

/** How an answer is drawn. */
export interface RendererOptions {
  /** What may be linked to and loaded; that of `createPolicy` without options by default. */
  policy?: Policy;
  /** By how many levels headings are lowered, 2 by default: none gets below the sixth. */
  headingOffset?: number;
  /** How much of an answer is read as Markdown, 65,536 by default; the rest is plain text. */
  maxChars?: number;
  /** The most quotes and items, and the most spans, in one another, 50 by default; deeper markers are text. */
  maxDepth?: number;
  /** Is called once for each block of the answer that is finished, in order, with what a reader reads in it. */
  onBlock?: (kind: BlockKind, plainText: string) => void;
  /** How late text may be painted after it came, in ms, so that bursts are spread over frames; 0, the default, is at once. */
  paceMs?: number;
  /** What a button beside each code block says that copies its text; without it there is none. */
  copyLabel?: string;
}

/** Draws one answer as it arrives. None of its functions throws. */
export interface Renderer {
  /** Takes more text, cut anywhere; it is drawn with the next frame. */
  write(text: string): void;
  /** Draws what has come, at once. */
  flush(): void;
  /** Draws what has come as a whole answer, at once. Whatever is written later is dropped. */
  end(): void;
  /** Draws what has come of an answer that stays unfinished; nothing is drawn later. */
  abort(reason?: unknown): void;
  /** Gives what a reader reads in what has been drawn, a line for each block. */
  plainText(): string;
}

/** How much of an answer is read as Markdown, in UTF-16 units, when nothing is said. */
export const DEFAULT_MAX_CHARS = 65_536;

/** How deep blocks and spans may nest, when nothing is said. */
export const DEFAULT_MAX_DEPTH = 50;

/** By how many levels headings are lowered, when nothing is said. */
export const DEFAULT_HEADING_OFFSET = 2;

/** How much is read between two looks at the clock, in characters. */
const SLICE_CHARS = 2048;

/** How long one frame may read and draw, in ms; what is left waits for the next. */
const FRAME_BUDGET_MS = 8;

/**
 * Makes a renderer of Markdown that nobody vouches for into an element that is its own from then on.
 *
 * CommonMark 0.31.2 with tables, task lists and strikethrough of GitHub Flavored Markdown; raw HTML is text. However the
 * text is cut into writes, the same nodes stand there at the end, and what is finished on the way is never touched again.
 * Only elements and attributes of a closed list are ever made, without any sink that Trusted Types guard.
 */
export function createRenderer(root: HTMLElement, options: RendererOptions = {}): Renderer {
  const {
    policy = createPolicy(),
    headingOffset = DEFAULT_HEADING_OFFSET,
    maxChars = DEFAULT_MAX_CHARS,
    maxDepth = DEFAULT_MAX_DEPTH,
    onBlock,
    paceMs = 0,
    copyLabel = '',
  } = ownOf(options);
  warmUp();
  /** Gone when it has ended: a page keeps many answers, and only their nodes are needed then. */
  let answer: Answer | undefined = createAnswer({
    root,
    policy: guardPolicy(policy),
    headingOffset,
    maxChars,
    maxDepth,
    copyLabel,
    onBlock,
  });
  /** Text that came and was not read. */
  let queue = '';
  /** A carriage return or the first half of a character, whose second half is still to come. */
  let half = '';

  const pace = paceMs > 0 ? createPace(paceMs) : undefined;

  const schedule = createSchedule(() => {
    const startMs = performance.now();
    let dueCount = pace && !document.hidden ? pace.take(queue.length, startMs) : queue.length;
    while (dueCount > 0 && performance.now() - startMs < FRAME_BUDGET_MS) {
      readNext(Math.min(dueCount, SLICE_CHARS));
      dueCount -= SLICE_CHARS;
    }
    if (queue) schedule.request();
  });

  /** Reads so many characters, and one more where they would end within one. */
  function readNext(chars: number): void {
    const end = chars + Number(splitsPair(queue, chars));
    const next = queue.slice(0, end);
    queue = queue.slice(end);
    answer?.read(next);
  }

  function take(text: string): void {
    const taken = clean(text.replace(/\r\n?/g, '\n'));
    pace?.add(taken.length, performance.now());
    queue += taken;
  }

  function flush(): void {
    schedule.cancel();
    if (queue) readNext(queue.length);
  }

  function end(): void {
    schedule.cancel();
    take(half);
    answer?.end(queue);
    forgetMade(root);
    answer = undefined;
    queue = half = '';
  }

  return {
    write(text) {
      if (!answer) return;
      const whole = half + text;
      half = /[\r\uD800-\uDBFF]$/.exec(whole)?.[0] ?? '';
      take(whole.slice(0, whole.length - half.length));
      schedule.request();
    },
    flush,
    end,
    abort: end,
    plainText: () => readPlainText(root),
  };
}

/** A little of everything that an answer may hold. */
const SAMPLE = '# a\n\na **a** `a` [a](a) &lt;\n\n- a\n\n> a\n\n|a|\n|-|\n|a|\n\n```\na\n';
let isWarm = false;

/**
 * Draws a sample where nobody sees it, once for a page: browsers compile a function when it first runs, and that took 3
 * to 9 ms of the first token's time.
 */
function warmUp(): void {
  if (isWarm) return;
  isWarm = true;
  setTimeout(() => {
    const renderer = createRenderer(document.createElement('div'));
    for (const part of SAMPLE.split(' ')) {
      renderer.write(part);
      renderer.flush();
    }
    renderer.end();
  });
}

/** Makes a policy that always answers, and is asked once about each address: what fails is refused. */
function guardPolicy(policy: Policy): Required<Policy> {
  const {foreignHost} = ownOf(policy);
  const link = remember((url) => policy.link(url));
  const image = remember((url) => policy.image(url));
  return {link: (url) => link(url) ?? null, image: (url) => image(url) ?? null, foreignHost: remember(foreignHost)};
}

function remember<T>(ask: (url: string) => T | undefined = () => undefined): (url: string) => T | undefined {
  const answers = new Map<string, T | undefined>();
  return (url) => {
    try {
      if (!answers.has(url)) answers.set(url, ask(url));
    } catch {
      answers.set(url, undefined); // an answer must not end because an address could not be judged
    }
    return answers.get(url);
  };
}

import type {Chat} from '../chat/index.ts';
import {createPolicy, createRenderer, type Renderer} from '../markdown/index.ts';
import css from './answer.css?inline';
import {createLeaving} from './leaving.ts';
import type {Drawn, Painter} from './painting.ts';
import type {AnswerWords} from './words/words.ts';

/** How long a burst of text may be spread, in ms: with the frame that shows it, it stays within 100 ms. */
export const PACE_MS = 80;

/** How much of an answer's beginning is drawn as it arrives, in characters; more waits for a frame. */
const AT_ONCE_CHARS = 1000;

/** How much of a stored answer is drawn at once, in characters. */
const WHOLE_CHARS = 4000;

/** How long answers of an earlier page are rendered before the page gets its turn, in ms. */
const SLICE_MS = 8;

/**
 * Makes what draws answers in a panel: Markdown under the site's policy for links and images, the first words as they
 * arrive, what follows once a frame. Answers that are whole already are drawn newest first, without holding up the page.
 *
 * @param options.root - The panel's root; gets the style sheet of answers, and is listened to for links that leave the
 *   site.
 */
export function createPainter(options: {
  chat: Chat;
  root: ShadowRoot;
  linkHosts: readonly string[];
  imagePrefixes: readonly string[];
  words: AnswerWords;
  signal: AbortSignal;
}): Painter {
  const {chat, root, linkHosts, imagePrefixes, words, signal} = options;
  const policy = createPolicy({baseUrl: document.baseURI, linkHosts, imagePrefixes});
  let latest: {id: string; renderer: Renderer} | undefined;
  const whole: (() => void)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const leaving = createLeaving({words, foreignHost: (href) => policy.foreignHost?.(href)});
  for (const type of ['click', 'auxclick']) root.addEventListener(type, leaving, {signal});
  signal.addEventListener('abort', () => clearTimeout(timer));

  const stateOf = (answerId: string) => {
    const answer = chat.state().messages.find(({id}) => id === answerId);
    return answer?.kind === 'answer' ? answer.state : undefined;
  };

  function create(element: HTMLElement, {id, text}: Drawn): Renderer {
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    element.textContent = '';
    element.classList.add('drawn');
    const renderer = createRenderer(element, {
      policy,
      copyLabel: words.copy,
      paceMs: isStill ? 0 : PACE_MS,
      onBlock: () => element.dispatchEvent(new Event('drawn', {bubbles: true})), // for who looks after what is drawn
    });
    latest = {id, renderer}; // no earlier one: a long conversation keeps nothing but its nodes
    renderer.write(text);
    return renderer;
  }

  function drawGrowing(element: HTMLElement, answer: Drawn): () => void {
    let renderer: Renderer | undefined = create(element, answer);
    let isFirst = !answer.text;
    if (!isFirst) renderer.flush();
    const stopText = chat.onText((answerId, text) => {
      if (answerId !== answer.id || !renderer) return true;
      if (!text) {
        renderer.end();
        stop();
      } else if (isFirst) {
        renderer.write(text.slice(0, AT_ONCE_CHARS));
        renderer.flush();
        renderer.write(text.slice(AT_ONCE_CHARS));
        isFirst = !element.textContent; // of marks alone nothing is
      } else renderer.write(text);
      return !isFirst;
    });
    function stop(): void {
      stopText();
      renderer?.abort();
      renderer = undefined; // whoever can still call this keeps nothing of it
    }
    return stop;
  }

  function drawWhole(): void {
    const untilMs = performance.now() + SLICE_MS;
    timer = undefined;
    while (whole.length > 0 && performance.now() < untilMs) whole.pop()?.();
    if (whole.length > 0) timer = setTimeout(drawWhole);
  }

  return {
    draw(element, answer) {
      const state = stateOf(answer.id);
      if (state === 'waiting' || state === 'streaming') return drawGrowing(element, answer);
      const drawNow = () => create(element, answer).end();
      const newest = chat.state().messages.at(-1);
      // nobody shall see the marks of an answer that was there already
      if (newest?.id === answer.id && newest.kind === 'answer' && newest.stored && answer.text.length <= WHOLE_CHARS)
        drawNow();
      else {
        whole.push(drawNow);
        timer ??= setTimeout(drawWhole);
      }
      return () => {}; // what is drawn at once need not be stopped
    },
    link: (url) => policy.link(url),
    plainText: (answerId) => (latest?.id === answerId ? latest.renderer.plainText() : undefined),
  };
}

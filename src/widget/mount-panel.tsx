import {createRef, render} from 'preact';
import {type ChatEvent, createChat, type Handover, type Panel} from '../chat/index.ts';
import {readOptions} from '../options/index.ts';
import {afterPaint} from './after-paint.ts';
import type * as AnswerFile from './answering.ts';
import {createPainting} from './painting.ts';
import css from './panel.css?inline';
import {createPanelView} from './panel.tsx';
import {en} from './words/en.ts';

/**
 * Brings the panel to life in the loader's host element. Until it is opened it draws nothing, asks nothing and stores
 * nothing.
 */
export function mountPanel(handover: Handover): Panel {
  const {host, root, launcher, load} = handover;
  const said = new Set<string>();
  const print = (line: string) => {
    if (!said.has(line)) console.warn(`[firstword] ${line}`);
    said.add(line);
  };
  const options = readOptions(handover, print);
  const endpoint = options.endpoint ?? '';
  const words = en;
  const inline = Boolean(options.container);
  const tag = options.language === 'auto' ? document.documentElement.lang : options.language;
  const language = /^[a-z]{2,3}(-[0-9a-z]{2,8})*$/i.test(tag) && tag.length <= 16 ? tag : undefined;

  const life = new AbortController();
  const {signal} = life;
  const chat = createChat({
    endpoint,
    protocol: options.protocol,
    credentials: options.credentials,
    model: options.model,
    language,
    userToken: options.userToken,
    context: options.context,
    persist: options.persist,
    consent: options.consent,
    name: endpoint + (options.container ?? ''),
    warm: options.prefetch !== 'off',
    afterPaint,
    emit: hear,
    async loadAnswering() {
      answerFile = (await load('answer').catch((cause: unknown) => {
        print(`no answer can be read: the file that does it did not load unchanged (${cause}).`);
        throw cause;
      })) as typeof AnswerFile; // our own file, checked by its hash
      painting.arrive(answerFile.createPainter({...options, chat, root, signal}));
      return answerFile.createAnswering({...options, language, sdk: handover.version, onLine: print});
    },
  });

  const painting = createPainting();
  const input = createRef<HTMLTextAreaElement>();
  let answerFile: typeof AnswerFile | undefined;
  let box: HTMLDivElement | undefined;
  let opened = false;
  let announce = '';
  let drawing = false;

  document.addEventListener('visibilitychange', () => chat.visibility(document.hidden ? 'hidden' : 'visible'), {
    signal,
  });
  window.addEventListener('pagehide', (event) => chat.visibility(event.persisted ? 'hidden' : 'gone'), {signal});

  // only while an answer comes, because some browsers keep no page for going back that listens to this
  const leaving = () => chat.visibility('leaving');
  function watchLeaving(busy: boolean): void {
    if (busy) window.addEventListener('beforeunload', leaving, {signal});
    else window.removeEventListener('beforeunload', leaving);
  }

  function dispatch(name: string, detail: unknown): void {
    window.dispatchEvent(new CustomEvent(`firstword:${name}`, {detail}));
  }

  function hear(event: ChatEvent): void {
    if (event.kind === 'trouble') {
      if (answerFile) print(answerFile.ownerLine(event, endpoint)); // without it nothing was judged
      return;
    }
    watchLeaving(chat.state().busy);
    const {kind, ...detail} = event;
    dispatch(kind, event.kind === 'turn' ? event.record : detail);
    if (event.kind === 'complete') say(lastWords());
    else if (event.kind === 'error') say(words.problems[event.problem]);
    else if (event.kind === 'stop') say(words.stopped);
    else if (event.kind === 'send') say('');
  }

  function lastWords(): string {
    const answer = chat.state().messages.findLast(({kind}) => kind === 'answer');
    return answer ? (painting.plainText(answer.id) ?? answer.text) : '';
  }

  function say(text: string): void {
    announce = text;
    draw();
  }

  const view = createPanelView({chat, painting, options, words, input, onClose: close, onForget: forget});

  /** Draws once after everything that changes now. */
  function draw(): void {
    if (drawing || !box) return;
    drawing = true;
    queueMicrotask(() => {
      drawing = false;
      if (box && !signal.aborted) render(view(announce), box);
    });
  }

  function first(): void {
    box = document.createElement('div');
    box.className = 'box';
    box.lang = 'en';
    const [block, side] = options.position.split('-');
    box.style.setProperty(`inset-block-${block === 'top' ? 'start' : 'end'}`, '68px');
    box.style.setProperty(`inset-inline-${side === 'left' ? 'start' : 'end'}`, '0');
    root.prepend(box);
    chat.open();
    if (chat.state().messages.length > 0) chat.load().catch(() => undefined); // said, and tried again by a question
    chat.subscribe(draw);
    render(view(announce), box);
    if (input.current) input.current.value = chat.state().draft;
  }

  function open(): void {
    if (opened || signal.aborted) return;
    opened = true;
    // a page that opens the chat by itself keeps its focus: only a visitor's own act moves it
    const byItself = !box && (options.open || inline);
    if (!box) first();
    if (box) box.hidden = false;
    if (launcher) {
      launcher.ariaExpanded = 'true';
      launcher.ariaLabel = words.close;
    }
    host.toggleAttribute('open', true);
    if (!byItself && navigator.userActivation?.isActive !== false) input.current?.focus({preventScroll: true});
    dispatch('open', {});
  }

  function forget(): void {
    chat.forget();
    if (!input.current) return;
    input.current.value = '';
    if (root.activeElement) input.current.focus();
  }

  function close(): void {
    if (!opened || inline) return;
    opened = false;
    const inside = box?.contains(root.activeElement);
    if (box) box.hidden = true;
    if (launcher) {
      launcher.ariaExpanded = 'false';
      launcher.ariaLabel = options.title ?? words.open;
      if (inside) launcher.focus({preventScroll: true});
    }
    host.toggleAttribute('open', false);
    dispatch('close', {});
  }

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  if (launcher) {
    launcher.ariaHasPopup = 'dialog';
    launcher.ariaDisabled = null; // a first try to load this may have failed
    launcher.title = '';
    launcher.ariaLabel = options.title ?? words.open;
    launcher.ariaExpanded = 'false';
  }
  dispatch('ready', {});
  return {
    open,
    close,
    toggle: () => (opened ? close() : open()),
    intent: () => chat.hello(),
    send(text) {
      open();
      chat.send(String(text));
    },
    suggest(text) {
      open();
      if (!input.current) return;
      input.current.value = String(text);
      chat.draft(String(text));
    },
    setUser: (token) => chat.setUser(token),
    setContext: (context) => chat.setContext(context),
    consent: (answer) => chat.consent(answer),
    forget,
    destroy() {
      life.abort();
      chat.destroy();
      if (box) render(null, box);
    },
  };
}

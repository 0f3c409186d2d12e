import {answer as answerHash, experiment as experimentHash} from 'virtual:firstword-files';
import {type ChatEvent, createChat, createStandIn, type Handover, type LoadFile, type Panel} from '../chat/index.ts';
import {type Options, readOptions} from '../options/index.ts';
import {afterPaint} from './after-paint.ts';
import type * as AnswerFile from './answering.ts';
import {createDrawing} from './drawing.ts';
import type * as ExperimentFile from './experiment.ts';
import {createField} from './field.ts';
import {GLASS_HASH} from './glass-door.ts';
import {keepClear} from './keep-clear.ts';
import {createMessages} from './message.tsx';
import {createPainting} from './painting.ts';
import css from './panel.css?inline';
import {drawPanel} from './panel.tsx';
import type {More, PanelParts} from './parts.ts';
import {createTongue} from './tongue.ts';
import {en} from './words/en.ts';
import type {WordsSoFar} from './words/words.ts';

/** How long an opened panel waits for the page's language before it speaks English until that is there, in ms. */
const LANGUAGE_WAIT_MS = 1000;

/**
 * Brings the panel to life in the loader's host element. Until it is opened it draws nothing, asks nothing and stores
 * nothing.
 */
export function mountPanel(handover: Handover): Panel {
  const said = new Set<string>();
  const print = (line: string) => {
    if (!said.has(line)) console.warn(`[firstword] ${line}`);
    said.add(line);
  };
  const {raw, given} = handover;
  const load: LoadFile = (file, hash) =>
    handover.load(file, hash).catch((cause: unknown) => {
      print(`${file} did not load unchanged (${cause}).`);
      throw cause;
    });
  const read: ExperimentFile.Read = (raw, names) => readOptions({...handover, raw, names}, print);
  const options: Options & Partial<ExperimentFile.Decided> = read(raw, given.keys());
  if (!options.experiment) return createPanel({...handover, load}, options, print);
  // nothing is asked before it is decided how
  const {proxy, arrive} = createStandIn<Panel>();
  load('firstword-experiment', experimentHash)
    .then((file) => (file as typeof ExperimentFile).decide(options, {raw, read, print})) // checked by its hash
    .catch(() => undefined) // said
    .then(() => arrive(createPanel({...handover, load}, options, print)));
  return proxy;
}

function createPanel(
  handover: Handover,
  options: Options & Partial<ExperimentFile.Decided>,
  print: (line: string) => void,
): Panel {
  const {host, load} = handover;
  const root = host.shadowRoot as ShadowRoot; // the loader made it
  const launcher = root.querySelector<HTMLElement>('[part=launcher]');
  const {endpoint = 'about:blank'} = options;
  if (!options.endpoint) host.remove(); // it looked like a secret, which is said; nothing can be sent to a blank
  const inline = Boolean(options.container);
  const tongue = createTongue({
    wanted: options.language,
    load,
    onWords(subtag) {
      words = tongue.words() ?? words;
      box.lang = status.lang = subtag;
      label();
      draw();
    },
  });
  const {language} = tongue;

  const life = new AbortController();
  const {signal} = life;
  const painting = createPainting();
  const box = document.createElement('dialog');
  const drawing = createDrawing(box);
  const status = document.createElement('p');
  let started: AnswerFile.Started | undefined;
  let more: More | undefined;
  const missed: ChatEvent[] = [];
  let words: WordsSoFar = en;
  let opened = false;
  let drawn = false;
  let isDue = false;

  const chat = createChat({
    ...options,
    endpoint,
    language,
    name: endpoint + (options.container ?? ''),
    warm: options.prefetch !== 'off',
    afterPaint,
    emit: hear,
    async loadAnswering() {
      const file = (await load('firstword-answer', answerHash)) as typeof AnswerFile; // our own, checked by its hash
      started = file.startAnswering({...parts(), endpoint});
      painting.arrive(started.painter);
      words = {...words, ...started.words};
      draw();
      return started.answering;
    },
  });

  const field = createField({root, chat});
  const drawMessage = createMessages({chat, painting, language});
  const parts = (): PanelParts => ({
    ...handover,
    ...{root, launcher, chat, options, language, box, field, status, painting, foreign: tongue.words()},
    ...{words: () => words, isOpen: () => opened, close, draw, dispatch, print, signal},
    onMore(arrived) {
      more = arrived;
      words = tongue.words() ?? more.words;
      missed.forEach(more.hear);
      draw();
    },
  });

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

  function dispatch(name: string, detail: object): void {
    window.dispatchEvent(new CustomEvent(`firstword:${name}`, {detail}));
  }

  function hear(event: ChatEvent): void {
    if (event.kind === 'trouble') {
      started?.onTrouble(event); // without it nothing was judged
      return;
    }
    watchLeaving(chat.state().busy);
    const {kind, ...detail} = event;
    if (kind !== 'sign') dispatch(kind, event.kind === 'turn' ? event.record : detail);
    if (more) more.hear(event);
    else missed.push(event);
  }

  /** Names the launcher after what it does now; while the page's language may still come, by a word of many languages. */
  function label(): void {
    if (!launcher) return;
    const name = tongue.awaited() ? words.title : words.open;
    launcher.ariaLabel = opened ? words.close : (options.title ?? name);
    launcher.ariaExpanded = `${opened}`;
  }

  /** Draws once after everything that changes now. */
  function draw(): void {
    if (isDue || !drawn) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      if (!signal.aborted) drawNow();
    });
  }

  function drawNow(): void {
    const {activeElement} = root;
    drawing.draw(drawPanel({chat, painting, options, words, more, field, drawMessage, onClose: close}));
    if (activeElement?.isConnected === false) field.box?.focus();
  }

  function first(): void {
    drawn = true;
    chat.open();
    // the same files keep in sight what the keyboard of a phone would cover, and hear what other tabs ask
    // and draw what is answered at once, and what somebody looks at it with
    const isWanted = options.persist === 'local' || options.faq || location.hash === GLASS_HASH;
    if (isWanted || chat.state().messages.length > 0 || navigator.maxTouchPoints > 0)
      chat.load().catch(() => undefined); // said, and tried again by a question
    chat.subscribe(draw);
    drawNow();
    if (field.box) field.box.value = chat.state().draft;
  }

  function open(): void {
    if (opened || signal.aborted) return;
    opened = true;
    // a page that opens the chat by itself keeps its focus: only a visitor's own act moves it
    const byItself = !drawn && (options.open || inline);
    label();
    host.toggleAttribute('open', true);
    const show = () => {
      if (signal.aborted) return;
      if (!drawn) first();
      if (!opened) return;
      box.ariaLabel = options.title ?? words.title;
      box.open = true;
      const byVisitor = field.takeEarly() || (!byItself && navigator.userActivation?.isActive !== false);
      if (byVisitor) field.box?.focus({preventScroll: true});
      more?.seen();
    };
    const spoken = drawn ? undefined : tongue.load();
    if (spoken) void Promise.race([spoken, new Promise((late) => setTimeout(late, LANGUAGE_WAIT_MS))]).then(show);
    else show();
    dispatch('open', {});
  }

  function close(): void {
    if (!opened || inline) return;
    opened = false;
    const inside = box.contains(root.activeElement);
    box.close();
    label();
    host.toggleAttribute('open', false);
    if (inside) launcher?.focus({preventScroll: true}); // a phone shows it only now
    more?.seen();
    dispatch('close', {});
  }

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const [block, side] = options.position.split('-');
  box.className = box.id = 'box';
  box.lang = status.lang = 'en';
  box.style.cssText = `inset-block-${block === 'top' ? 'start' : 'end'}:68px;inset-inline-${side === 'left' ? 'start' : 'end'}:0`;
  Object.assign(status, {className: 'unseen', role: 'status'});
  root.prepend(box, status);
  if (!inline) keepClear({host, launcher, box, avoid: options.avoid, signal});
  if (launcher) {
    launcher.ariaHasPopup = 'dialog';
    launcher.setAttribute('aria-controls', box.id);
    launcher.ariaDisabled = null; // a first try to load this may have failed
    launcher.title = '';
    label();
  }
  dispatch('ready', {});
  return {
    open,
    close,
    toggle: () => (opened ? close() : open()),
    intent() {
      chat.hello();
      void tongue.load();
    },
    send(text, options) {
      open();
      chat.send(String(text), undefined, options);
    },
    suggest(text) {
      open();
      chat.open(); // what was kept of a draft gives way
      field.write(String(text));
    },
    setUser: (token) => chat.setUser(token),
    setContext: (context) => chat.setContext(context),
    consent: (answer) => chat.consent(answer),
    forget() {
      chat.forget();
      field.write('');
      if (root.activeElement) field.box?.focus();
    },
    destroy() {
      life.abort();
      chat.destroy();
      drawing.clear();
    },
  };
}

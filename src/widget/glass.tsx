/** @jsxImportSource . */
import type {TurnRecord} from '../latency/index.ts';
import {createDrawing} from './drawing.ts';
import css from './glass.css?inline';
import {GLASS, writeReport} from './glass-words.ts';
import type {View} from './jsx-runtime.ts';
import type {MoreParts} from './parts.ts';
import {PHONE} from './phone.ts';
import {Waterfall} from './waterfall.tsx';

/** What the glass asks of what measures turns. */
export interface Watched {
  /** The record of the turn that is on its way; undefined where there is none. */
  live(): TurnRecord | undefined;
  levers(): readonly {name: string; on: boolean; set(on: boolean): void}[];
}

/** The latency glass, for whoever builds a site. */
export interface Glass {
  close(): void;
}

/** How often a turn that is on its way is looked at, in ms. */
const LOOK_MS = 100;

/** How many turns are drawn. */
const TURN_COUNT = 20;

/**
 * Draws what each turn's wait is made of, while it goes and when it has ended. It shows no word of a conversation, sends
 * nothing, and looks ten times a second at most, only while a turn is on its way.
 */
export function openGlass(
  parts: Pick<MoreParts, 'root' | 'box' | 'field' | 'options' | 'version' | 'signal'> & {measure: Promise<Watched>},
): Glass {
  const {root, box, field, options, version} = parts;
  const life = new AbortController();
  const signal = AbortSignal.any([life.signal, parts.signal]);
  const [block, side] = options.position.split('-');
  /** What has ended is drawn once: the same view is left as it stands. */
  const ended: {record: TurnRecord; view: View}[] = [];
  let watched: Watched | undefined;
  let live: TurnRecord | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  let isFolded = false;
  let told = '';
  let report: string | undefined;

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const glass = document.createElement('section');
  glass.className = `glass ${block === 'top' ? 'below' : 'above'} ${side === 'left' ? 'after' : 'before'}`;
  glass.lang = 'en';
  glass.ariaLabel = GLASS.title;
  const drawing = createDrawing(glass);

  function draw(): void {
    glass.toggleAttribute('data-folded', isFolded);
    drawing.draw(
      <div class="sheet" dir="ltr">
        <header>
          <h2>{GLASS.title}</h2>
          <button type="button" aria-expanded={!isFolded} onClick={fold}>
            {isFolded ? GLASS.unfold : GLASS.fold}
          </button>
          <button type="button" onClick={copy}>
            {GLASS.copy}
          </button>
          <button type="button" onClick={close}>
            {GLASS.close}
          </button>
        </header>
        <p class="said" role="status">
          {told}
        </p>
        {!isFolded && (
          <section class="inside" aria-label={GLASS.turns} tabindex={0}>
            {report !== undefined && (
              <pre class="report" ref={select}>
                {report}
              </pre>
            )}
            <Levers levers={watched?.levers() ?? []} onSwitch={draw} />
            {live && <Waterfall record={live} />}
            {ended.map(({view}) => view)}
            {!live && ended.length === 0 && <p>{GLASS.empty}</p>}
          </section>
        )}
      </div>,
    );
  }

  function fold(): void {
    isFolded = !isFolded;
    draw();
  }

  function copy(): void {
    const records = ended.map(({record}) => record);
    const text = writeReport(live ? [live, ...records] : records, version);
    const copied = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
    copied.then(
      () => {
        told = GLASS.copied;
        draw();
      },
      () => {
        told = GLASS.select;
        report = text;
        isFolded = false;
        draw();
      },
    );
  }

  /** Begins to look: not before the question is shown, so that the first words of a quick answer wait for nothing. */
  function watch(): void {
    timer ??= setInterval(look, LOOK_MS);
  }

  function look(): void {
    live = watched?.live();
    if (!live) {
      clearInterval(timer);
      timer = undefined;
    }
    draw();
  }

  function close(): void {
    const isInside = glass.contains(root.activeElement);
    life.abort();
    if (isInside) field.box?.focus();
  }

  function takeEnded(event: Event): void {
    const {detail} = event as CustomEvent<TurnRecord>; // what the event of this name carries
    ended.unshift({record: detail, view: <Waterfall record={detail} />});
    ended.splice(TURN_COUNT);
    look();
  }

  // where the chat fills the screen nothing beside it can be reached
  const phone = matchMedia(PHONE);
  const settle = () => void (phone.matches && !options.container ? box : root).append(glass);
  phone.addEventListener('change', settle, {signal});
  settle();
  glass.addEventListener(
    'keydown',
    (event) => {
      event.stopPropagation(); // keys in here are none of the chat's
      if (event.key === 'Escape') close();
    },
    {signal},
  );
  window.addEventListener('firstword:send', watch, {signal});
  window.addEventListener('firstword:turn', takeEnded, {signal});
  signal.addEventListener('abort', () => {
    clearInterval(timer);
    drawing.clear();
    glass.remove();
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((each) => each !== sheet);
  });
  parts.measure.then(
    (measure) => {
      watched = measure;
      if (signal.aborted) return;
      watch();
      look();
    },
    () => undefined, // said by whoever loads it
  );
  draw();
  return {close};
}

function Levers(props: {levers: ReturnType<Watched['levers']>; onSwitch: () => void}) {
  const {levers, onSwitch} = props;
  if (levers.length === 0) return null;
  return (
    <fieldset class="levers">
      <legend>{GLASS.levers}</legend>
      {levers.map(({name, on, set}) => (
        <button
          key={name}
          type="button"
          role="switch"
          aria-checked={on}
          onClick={() => {
            set(!on);
            onSwitch();
          }}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}

/** Selects a text, so that it can be copied by hand. */
function select(element: HTMLElement): undefined {
  getSelection()?.selectAllChildren(element);
}

import {afterEach, expect, test} from 'vitest';
import {drawHost} from '../../src/loader/launcher.ts';
import {EARLY, type EarlyOptions, readTable} from '../../src/options/index.ts';
import css from '../../src/widget/panel.css?inline';
import {createRandom} from '../latency/random.ts';

/** The least contrast of text to what it stands on, and of what is no text: levels AA and 1.4.11 of WCAG 2.2. */
const TEXT_RATIO = 4.5;
const SIGN_RATIO = 3;

const hosts: HTMLElement[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.remove();
  document.documentElement.removeAttribute('style');
});

const context = (() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  if (!canvas) throw new Error('no canvas');
  return canvas;
})();

/** Reads a computed colour as it is painted: red, green, blue from 0 to 255, alpha from 0 to 1. */
function paint(colour: string): [red: number, green: number, blue: number, alpha: number] {
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}

/** Relative luminance, as WCAG 2.2 defines it. */
function luminance(colour: string): number {
  const [red, green, blue] = paint(colour)
    .slice(0, 3)
    .map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number]; // a slice of four
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function ratio(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]; // two stay two
  return (light + 0.05) / (dark + 0.05);
}

/** Puts a host with a launcher and what of the panel has the accent on the page. */
function show(given: Partial<Record<keyof EarlyOptions, string>>) {
  const around = {base: document.baseURI, supports: CSS.supports.bind(CSS), selects: () => true};
  const options = readTable(EARLY, {raw: (name) => given[name as keyof EarlyOptions], around});
  const host = document.createElement('firstword-chat');
  const launcher = drawHost(host, options);
  const root = host.shadowRoot;
  if (!root) throw new Error('no root');
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const box = root.appendChild(document.createElement('dialog'));
  box.className = 'box';
  box.open = true;
  const panel = box.appendChild(document.createElement('div'));
  panel.className = 'panel';
  const make = (name: string) => {
    const element = panel.appendChild(document.createElement('button'));
    element.className = name;
    return element;
  };
  const elements = {question: make('question'), send: make('round'), plain: make('plain'), icon: make('icon')};
  document.body.append(host);
  hosts.push(host);
  if (!launcher) throw new Error('no launcher');
  return {host, panel, ...elements, launcher};
}

const draw = createRandom(7);
const part = (most: number) => draw() * most;

/** A colour as somebody may write it: hexadecimal, by hue, of a wide gamut. */
function anyColour(at: number): string {
  switch (at % 4) {
    case 0:
      return `#${Math.floor(part(0x1000000)).toString(16).padStart(6, '0')}`;
    case 1:
      return `hsl(${part(360)} ${part(100)}% ${part(100)}%)`;
    case 2:
      return `oklch(${part(1)} ${part(0.4)} ${part(360)})`;
    default:
      return `color(display-p3 ${part(1)} ${part(1)} ${part(1)})`;
  }
}

/** Colours on which black and white read about equally well, and whose hues are far apart. */
const NEAR = ['#767676', '#777', '#ff0000', '#e3000f', '#00f', '#008a00', '#8a6d00', '#c0392b', '#d6006e', '#1a73e8'];

test.each(['light', 'dark'])('of 1,000 accents each has text on it that reads, in %s', (theme) => {
  const {host, launcher, question, send} = show({theme, accent: '#123456'});
  const worst = {ratio: 99, colour: ''};
  for (const colour of [...NEAR, ...Array.from({length: 1000}, (_, at) => anyColour(at))]) {
    expect(CSS.supports('color', colour), colour).toBe(true);
    host.style.setProperty('--_c', colour);
    for (const element of [launcher, question, send]) {
      const style = getComputedStyle(element);
      const found = ratio(style.color, style.backgroundColor);
      if (found < worst.ratio) Object.assign(worst, {ratio: found, colour});
    }
  }
  expect(worst.ratio, worst.colour).toBeGreaterThanOrEqual(TEXT_RATIO);
});

test('an accent stays as it was written, and text on it is whole where it is half transparent', () => {
  const {host, launcher} = show({accent: '#ffd400'});
  expect(getComputedStyle(launcher).backgroundColor).toBe('rgb(255, 212, 0)');
  host.style.setProperty('--_c', 'rgb(0 0 255 / 0.2)');
  expect(paint(getComputedStyle(launcher).color)).toEqual([255, 255, 255, 1]);
});

test('where colours cannot be reckoned with, the accent is our own, on which white reads', () => {
  const {host, launcher} = show({accent: '#ffd400'});
  const [sheet] = host.shadowRoot?.adoptedStyleSheets ?? [];
  const at = [...(sheet?.cssRules ?? [])].findIndex((rule) => rule instanceof CSSSupportsRule);
  sheet?.deleteRule(at);
  const {color, backgroundColor} = getComputedStyle(launcher);
  expect(backgroundColor).not.toBe('rgb(255, 212, 0)');
  expect(ratio(color, backgroundColor)).toBeGreaterThanOrEqual(TEXT_RATIO);
});

test('a page’s own property names the accent, and the text on it where it names that too', () => {
  document.documentElement.style.setProperty('--firstword-accent', '#ffffff');
  const {launcher} = show({accent: '#000'});
  expect(paint(getComputedStyle(launcher).backgroundColor)).toEqual([255, 255, 255, 1]);
  expect(paint(getComputedStyle(launcher).color)).toEqual([0, 0, 0, 1]);
  document.documentElement.style.setProperty('--firstword-on-accent', '#00f');
  expect(paint(getComputedStyle(launcher).color)).toEqual([0, 0, 255, 1]);
});

test.each(['light', 'dark'])('text of every kind reads on the panel, in %s', (theme) => {
  const {panel, plain, icon} = show({theme});
  const surface = getComputedStyle(panel).backgroundColor;
  expect(ratio(getComputedStyle(plain).color, surface)).toBeGreaterThanOrEqual(TEXT_RATIO);
  expect(ratio(getComputedStyle(icon).color, surface)).toBeGreaterThanOrEqual(TEXT_RATIO);
});

test('the focus shows on the launcher whatever the page’s colour is, and on buttons of any accent', () => {
  const {host, launcher, send} = show({accent: '#fff'});
  launcher.focus({focusVisible: true} as FocusOptions); // not in the types yet
  const ring = getComputedStyle(launcher);
  expect(Number.parseFloat(ring.outlineWidth)).toBeGreaterThanOrEqual(2);
  const gap = /rgb\([^)]*\)/.exec(ring.boxShadow)?.[0] ?? '';
  for (let at = 0; at < 200; at++) {
    const page = anyColour(at);
    expect(Math.max(ratio(ring.outlineColor, page), ratio(gap, page)), page).toBeGreaterThanOrEqual(SIGN_RATIO);
  }
  send.focus({focusVisible: true} as FocusOptions); // not in the types yet
  for (let at = 0; at < 200; at++) {
    host.style.setProperty('--_c', anyColour(at));
    const {outlineColor, outlineStyle, backgroundColor} = getComputedStyle(send);
    expect(outlineStyle).toBe('solid');
    expect(ratio(outlineColor, backgroundColor)).toBeGreaterThanOrEqual(SIGN_RATIO);
  }
});

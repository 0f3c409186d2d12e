import type {EarlyOptions} from '../options/index.ts';

const SVG = 'http://www.w3.org/2000/svg';
const BUBBLE = 'M12 4c5 0 9 3 9 7s-4 7-9 7q-1 0-2-.2L5 20l1-3.700C4 15 3 13 3 11c0-4 4-7 9-7z';

// :host's own !important rules win over any rule of the page; what must stay settable is a private custom property
const STYLE = `
:host{all:initial!important;position:fixed!important;inset:var(--_i)!important;z-index:var(--_z)!important;color-scheme:var(--_s)!important;
--_a:var(--firstword-accent,var(--_c,#2f54d6));--_o:var(--firstword-on-accent,#fff)}
@supports (color:lch(from red l 0 0)){:host{--_o:var(--firstword-on-accent,lch(from var(--_a) calc((49.44 - l)*infinity) 0 0))}}
:host([hidden]){display:none!important}
:host([inline]){position:static!important;display:block!important}
[part=launcher]{all:unset;display:grid;place-items:center;box-sizing:border-box;width:56px;height:56px;border-radius:28px;cursor:pointer;background:var(--_a);color:var(--_o);
box-shadow:0 1px 2px #0003,0 6px 20px #0003;-webkit-tap-highlight-color:transparent}
[part=launcher]:focus-visible{outline:3px solid var(--_a);outline-offset:3px}
[part=launcher][aria-disabled]{opacity:.6}
svg{width:26px;height:26px;fill:none;stroke:currentColor;stroke-width:1.7;stroke-linejoin:round}
@media(forced-colors:active){[part=launcher]{border:2px solid}}
@media print{:host{display:none!important}}`;

/** The one node in the page, and what is drawn in it before the panel is there. */
export interface Host {
  host: HTMLElement;
  root: ShadowRoot;
  launcher: HTMLButtonElement | undefined;
}

/** Draws the host element and its launcher, not yet in the page. */
export function createHost(options: EarlyOptions): Host {
  const {position, offset, theme, accent, title} = options;
  const host = document.createElement('firstword-chat');
  const root = host.attachShadow({mode: 'open'});
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const right = position.endsWith('right') !== (getComputedStyle(document.documentElement).direction === 'rtl');
  const top = position.startsWith('top');
  const side = (wanted: boolean) => (wanted ? offset : 'auto');
  for (const [name, value] of [
    ['i', `${side(top)} ${side(right)} ${side(!top)} ${side(!right)}`],
    ['z', `${options.zIndex}`],
    ['s', theme === 'auto' ? 'light dark' : theme],
    ['c', accent],
  ]) {
    if (value) host.style.setProperty(`--_${name}`, value);
  }
  host.toggleAttribute('inline', Boolean(options.container));
  if (!options.launcher || options.container) return {host, root, launcher: undefined};

  const launcher = document.createElement('button');
  launcher.part.value = 'launcher';
  launcher.type = 'button';
  launcher.ariaLabel = title ?? 'Chat';
  launcher.ariaExpanded = 'false';
  launcher.setAttribute('aria-haspopup', 'dialog');
  const icon = document.createElementNS(SVG, 'svg');
  icon.setAttribute('viewBox', '0 0 24 24');
  icon.ariaHidden = 'true';
  icon.appendChild(document.createElementNS(SVG, 'path')).setAttribute('d', BUBBLE);
  launcher.append(icon);
  root.append(launcher);
  return {host, root, launcher};
}

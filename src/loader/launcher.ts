import type {EarlyOptions} from '../options/index.ts';

// :host's own !important rules win over any rule of the page; what must stay settable is a private custom property.
// Text on the accent is black or white, whichever has more contrast: they have the same at a luminance of 0.179, which as
// a grey is a lightness of 49.46. Where colours cannot be reckoned with (Firefox before 128) the accent is our own.
const STYLE = `:host{all:initial!important;position:fixed!important;inset-block:var(--_b)!important;inset-inline:var(--_i)!important;z-index:var(--_z)!important;color-scheme:var(--_s)!important;--_a:#2f54d6;--_o:#fff}\
@supports(color:lch(from red calc(1 - l) 0 0)){:host{--_a:var(--firstword-accent,var(--_c));--_o:var(--firstword-on-accent,lch(from color(from rgb(from var(--_a) clamp(0,r,255) clamp(0,g,255) clamp(0,b,255)/1) xyz y y y) calc((49.46 - l)*infinity) 0 0))}}\
:host([hidden]){display:none!important}\
[part=launcher]{all:unset;display:grid;place-content:center;width:56px;height:56px;border-radius:50%;cursor:pointer;background:var(--_a);color:var(--_o)}\
[part=launcher]:before{content:"";width:26px;height:22px;border-radius:11px;border-end-start-radius:3px;background:currentColor}\
[part=launcher]:focus-visible{outline:3px solid #000;outline-offset:3px;box-shadow:0 0 0 3px #fff}\
[aria-disabled]{opacity:.6}\
textarea{position:fixed;opacity:0;font:inherit}`;

/**
 * Draws the launcher into the element that becomes the chat. What its own `style` says stays.
 *
 * @returns undefined where the site draws its own, and inline.
 */
export function drawHost(host: HTMLElement, options: EarlyOptions): HTMLButtonElement | undefined {
  const {position, offset, theme, container, zIndex, accent = '#2f54d6'} = options;
  const root = host.attachShadow({mode: 'open'});
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const between = (atStart: boolean) => (atStart ? `${offset} auto` : `auto ${offset}`);
  const block = between(/^top/.test(position));
  const inline = between(/left$/.test(position));
  const scheme = theme === 'auto' ? 'light dark' : theme;
  host.style.cssText += `--_b:${block};--_i:${inline};--_z:${zIndex};--_s:${scheme};--_c:${accent}`;
  if (container) host.setAttribute('inline', '');
  if (!options.launcher || container) return;
  const launcher = root.appendChild(document.createElement('button'));
  launcher.part = 'launcher';
  launcher.ariaLabel = options.title ?? 'Chat';
  return launcher;
}

import {HIDDEN, SECRET} from './payloads.ts';

const TAGS: ReadonlySet<string> = new Set(
  'p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong del a br hr table thead tbody tr th td input span img'.split(
    ' ',
  ),
);
const ATTRIBUTES: ReadonlySet<string> = new Set(
  'href title start align class type checked disabled alt src rel target dir referrerpolicy loading'.split(' '),
);
const REL = 'noopener noreferrer nofollow ugc';

/** What the owner of a page allows. */
export interface Allowed {
  baseUrl: string;
  linkHosts: readonly string[];
  imagePrefixes: readonly string[];
}

/**
 * Watches an element that untrusted text is rendered into.
 *
 * @returns `look`, which says what is wrong with all that came or changed since it was last asked; what came and went in
 * between too.
 */
export function watchDanger(root: HTMLElement, allowed: Allowed): {look(): string[]; stop(): void} {
  const observer = new MutationObserver(() => undefined);
  observer.observe(root, {subtree: true, childList: true, characterData: true, attributes: true});
  return {
    look() {
      const found: string[] = [];
      const seen = new Set<Node>();
      for (const {type, target, addedNodes} of observer.takeRecords()) {
        if (type !== 'childList') judgeOnce(target);
        for (const node of addedNodes) judgeTree(node);
      }
      return found;

      function judgeTree(node: Node): void {
        judgeOnce(node);
        for (const child of node.childNodes) judgeTree(child);
      }

      function judgeOnce(node: Node): void {
        if (seen.has(node)) return;
        seen.add(node);
        const fault = judge(node, allowed);
        if (fault) found.push(`${fault}: ${node instanceof Element ? node.outerHTML : node.nodeValue}`);
      }
    },
    stop: () => observer.disconnect(),
  };
}

function judge(node: Node, allowed: Allowed): string | undefined {
  if (node.nodeType === Node.TEXT_NODE) return HIDDEN.test(node.nodeValue ?? '') ? 'a hidden character' : undefined;
  if (!(node instanceof HTMLElement)) return 'not an HTML element';
  if (!TAGS.has(node.localName)) return 'an unknown element';
  for (const name of node.getAttributeNames()) {
    if (!ATTRIBUTES.has(name)) return `an unknown attribute ${name}`;
    if (HIDDEN.test(node.getAttribute(name) ?? '')) return `a hidden character in ${name}`;
  }
  const classes = node.getAttribute('class');
  if (classes !== null && !/^(language-[a-z0-9+-]{1,20}|line|host)$/.test(classes)) return 'an unknown class';
  if (node.hasAttribute('href') !== (node.localName === 'a')) return 'an address where none belongs';
  if (node.hasAttribute('src') !== (node.localName === 'img')) return 'a source where none belongs';
  if (node instanceof HTMLAnchorElement) return judgeLink(node, allowed);
  if (node instanceof HTMLImageElement) return judgeImage(node, allowed);
  if (node instanceof HTMLInputElement && !(node.type === 'checkbox' && node.disabled)) return 'a live control';
  return undefined;
}

function judgeLink(link: HTMLAnchorElement, {baseUrl, linkHosts}: Allowed): string | undefined {
  const raw = link.getAttribute('href') ?? '';
  const url = URL.canParse(raw) ? new URL(raw) : undefined;
  const page = new URL(baseUrl);
  if (url?.href !== raw) return 'an address that is not serialised';
  const trusted = url.host === page.host || linkHosts.includes(url.host);
  const schemes = ['https:', 'mailto:', 'tel:', ...(page.protocol === 'http:' || trusted ? ['http:'] : [])];
  if (!schemes.includes(url.protocol)) return 'a scheme that is not allowed';
  if (url.username || url.password) return 'user info in an address';
  if (link.rel !== REL || link.target !== '_blank' || link.referrerPolicy !== 'no-referrer') return 'a link that tells';
  if (!/^https?:$/.test(url.protocol) || trusted) return undefined;
  if (url.search.includes(SECRET) || url.search.length > 200) return 'a secret in a query';
  const host = link.nextSibling;
  const shown = host instanceof HTMLElement && host.className === 'host' ? host.textContent : '';
  return shown?.includes(url.hostname) ? undefined : 'a foreign host that is not shown';
}

function judgeImage(image: HTMLImageElement, {imagePrefixes}: Allowed): string | undefined {
  const raw = image.getAttribute('src') ?? '';
  const url = URL.canParse(raw) ? new URL(raw) : undefined;
  if (!url || url.href !== raw) return 'a source that is not serialised';
  const inside = imagePrefixes.some((prefix) => url.href.startsWith(prefix) && url.protocol === 'https:');
  if (!inside) return 'an image from elsewhere';
  return image.referrerPolicy === 'no-referrer' && image.loading === 'lazy' ? undefined : 'an image that tells';
}

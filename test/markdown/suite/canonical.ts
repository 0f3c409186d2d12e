const BLOCKS = 'p|h[1-6]|ul|ol|li|blockquote|pre|hr|table|thead|tbody|tr|th|td';
const AROUND_BLOCKS = new RegExp(` *(</?(?:${BLOCKS})(?: [^>]*)?>) *`, 'g');
const AROUND_BREAKS = / *(<(?:br|input)(?: [^>]*)?>) */g;

const VOID: ReadonlySet<string> = new Set(['br', 'hr', 'img', 'input']);

/** What says something about the text; the rest of what the renderer sets is about safety and direction. */
const ATTRIBUTES = ['href', 'src', 'alt', 'title', 'start', 'align', 'type', 'checked', 'disabled'];

/**
 * Writes what a DOM means in one way, however it is laid out: addresses percent-encoded alike, no white space around
 * blocks and breaks, a line end is a space outside of code, and spans without meaning are left out.
 */
export function canonical(root: ParentNode & Node): string {
  return write(root, {verbatim: false}).replace(AROUND_BLOCKS, '$1').replace(AROUND_BREAKS, '$1').trim();
}

/** Writes what HTML of a specification means, in the same way. */
export function canonicalHtml(html: string): string {
  const template = document.createElement('template');
  template.innerHTML = html;
  return canonical(template.content);
}

function write(parent: Node, {verbatim}: {verbatim: boolean}): string {
  let text = '';
  for (const node of parent.childNodes) {
    if (node instanceof Text) text += escapeText(verbatim ? node.data : node.data.replace(/\r\n?|\n/g, ' '));
    else if (node instanceof Element) text += writeElement(node, {verbatim: verbatim || node.localName === 'code'});
  }
  return text;
}

function writeElement(element: Element, {verbatim}: {verbatim: boolean}): string {
  const name = element.localName;
  const inner = write(element, {verbatim});
  if (name === 'span' && (element.className === '' || element.className === 'line')) return inner;
  const attributes = ATTRIBUTES.filter((each) => element.getAttribute(each) !== null).map((each) => [
    each,
    element.getAttribute(each) ?? '',
  ]);
  if (/^language-/.test(element.className)) attributes.push(['class', element.className]);
  const written = attributes
    .filter(([key, value]) => key !== 'title' || value !== '')
    .map(
      ([key = '', value = '']) => ` ${key}="${escapeText(key === 'href' || key === 'src' ? encode(value) : value)}"`,
    );
  const start = `<${name}${written.join('')}>`;
  return VOID.has(name) ? start : `${start}${inner}</${name}>`;
}

/** The mark before the address of an image that a test lets pass: no browser fetches it. */
export const UNFETCHED = 'data:,';

const encode = (url: string) =>
  url
    .replace(UNFETCHED, '')
    .split(/(%[\da-f]{2})/i)
    .map((part, at) => (at % 2 ? part : encodeURI(part.toWellFormed())))
    .join('');

const escapeText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

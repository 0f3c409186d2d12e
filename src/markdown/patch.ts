/** A place among an element's children: after one of them, or before the first. */
export interface Place {
  host: Node;
  after: Node | null;
}

/** Names of the elements that are ever made. */
export type Tag =
  | 'a'
  | 'blockquote'
  | 'br'
  | 'button'
  | 'code'
  | 'del'
  | 'div'
  | 'em'
  | 'h1'
  | 'h2'
  | 'h3'
  | 'h4'
  | 'h5'
  | 'h6'
  | 'hr'
  | 'img'
  | 'input'
  | 'li'
  | 'ol'
  | 'p'
  | 'pre'
  | 'span'
  | 'strong'
  | 'table'
  | 'tbody'
  | 'td'
  | 'th'
  | 'thead'
  | 'tr'
  | 'ul';

/** Gives the place before an element's first child. */
export function startOf(host: Node): Place {
  return {host, after: null};
}

/** Gives the node that stands at a place. */
export function nodeAt({host, after}: Place): Node | null {
  return after ? after.nextSibling : host.firstChild;
}

/** What to make an element of: its tag, then names and values of attributes in turn. */
export type Description = [Tag, ...string[]];

/** What each element was made of, while its answer is drawn. */
const made = new WeakMap<Node, string>();

const keyOf = (description: Description) => description.join('\0');

/** Makes an element. */
export function createElement(description: Description): Element {
  const [tag, ...attributes] = description;
  const element = document.createElement(tag);
  made.set(element, keyOf(description));
  for (let at = 0; at < attributes.length; at += 2) {
    element.setAttribute(attributes[at] ?? '', attributes[at + 1] ?? '');
  }
  return element;
}

/**
 * Puts an element at a place: the one that stands there if it was made of the same, else a new one. What
 * becomes a heading keeps its children: a paragraph does so under a reader's eyes.
 */
export function putElement(place: Place, description: Description): Element {
  const old = nodeAt(place);
  const known = old && made.get(old);
  if (known === keyOf(description)) return old as Element; // nothing else was made of anything
  const element = place.host.insertBefore(createElement(description), old);
  if (known) {
    while (old.firstChild && /^h\d/.test(description[0])) element.appendChild(old.firstChild);
    place.host.removeChild(old);
  }
  return element;
}

/** Puts a text node at a place; one that stands there is changed as little as possible. */
export function putText(place: Place, text: string): Text {
  const old = nodeAt(place);
  if (isText(old)) {
    if (text.startsWith(old.data)) {
      if (text.length > old.length) old.appendData(text.slice(old.length));
    } else old.data = text;
    return old;
  }
  return place.host.insertBefore(document.createTextNode(text), old);
}

/** Forgets what the elements in one were made of: nothing more is put among them. */
export function forgetMade(root: Element): void {
  for (const element of root.querySelectorAll('*')) made.delete(element);
}

/** Makes a text all that an element holds. */
export function setText(host: Node, text: string): void {
  clearFrom({host, after: putText(startOf(host), text)});
}

/** Removes everything that stands behind a place. */
export function clearFrom(place: Place): void {
  for (let node = nodeAt(place); node; node = nodeAt(place)) place.host.removeChild(node);
}

/** Whether a node is a text node, of whatever window. */
export function isText(node: Node | null): node is Text {
  return node?.nodeType === 3;
}

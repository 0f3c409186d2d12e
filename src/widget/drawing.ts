import type {Attributes, View, ViewNode} from './jsx-runtime.ts';

/** Keeps an element's content as it shall be. */
export interface Drawing {
  /** Makes the content what the view says; nodes that stay the same, and nodes of others among them, are kept. */
  draw(view: View): void;
  /** Takes everything away again. */
  clear(): void;
}

/** A view that stands in the page. */
interface Standing {
  view: ViewNode | string;
  node: Element | Text;
  below: Standing[];
  onLeave?: (() => void) | undefined;
}

/**
 * Makes what draws into an element: keyed nodes, attributes, listeners, which is all that a panel needs. Preact, which
 * does much more, weighs 4.0 kB of brotli in a page file; this weighs 0.6.
 */
export function createDrawing(host: Element): Drawing {
  let standing: Standing[] = [];
  const draw = (view: View) => {
    standing = update(host, standing, view);
  };
  return {draw, clear: () => draw(null)};
}

/** Makes what stands in an element what the views say; returns what stands there then. */
function update(host: Element, standing: readonly Standing[], view: View): Standing[] {
  const old: (Standing | undefined)[] = [...standing];
  let lastAt = -1;
  let last: Node | undefined;
  const now = flatten(view).map((next) => {
    const at = old.findIndex((each) => each && isSame(each.view, next));
    const found = old[at];
    const made = found ?? create(next);
    old[at] = undefined;
    if (found && at > lastAt) lastAt = at;
    else host.insertBefore(made.node, last ? last.nextSibling : host.firstChild);
    last = made.node;
    return found ? refresh(found, next) : made;
  });
  for (const each of old) if (each) leave(each);
  for (const each of old) if (each) host.removeChild(each.node);
  return now;
}

function flatten(view: View): (ViewNode | string)[] {
  return [view].flat(9).filter((each) => each && each !== true) as (ViewNode | string)[]; // nobody nests lists deeper than that
}

function isSame(one: ViewNode | string, other: ViewNode | string): boolean {
  if (typeof one === 'string' || typeof other === 'string') return typeof one === typeof other;
  return one.type === other.type && one.key === other.key;
}

function create(next: ViewNode | string): Standing {
  const view = moving(next);
  if (typeof view === 'string') return {view, node: document.createTextNode(view), below: []};
  const {type, props} = view;
  const node = /^(svg|path)$/.test(type)
    ? document.createElementNS('http://www.w3.org/2000/svg', type)
    : document.createElement(type);
  write(node, {}, props);
  const below = update(node, [], own(props, 'children'));
  return {view, node, below, onLeave: own(props, 'ref')?.(node as never)}; // who wrote the markup knows which element it is
}

function refresh(standing: Standing, view: ViewNode | string): Standing {
  const {node, view: before} = standing;
  if (view === before) return standing;
  if (typeof view === 'string')
    (node as Text).data = view; // as isSame() says
  else if (view.still) {
    leave(standing);
    standing.below = [];
    standing.onLeave = undefined;
  } else {
    const was = moving(before) as ViewNode;
    const below = was === before ? standing.below : adopt(node, was).below;
    write(node as Element, was.props, view.props);
    standing.below = update(node as Element, below, own(view.props, 'children'));
  }
  standing.view = view;
  return standing;
}

/** What a view is that stands still. */
function moving(view: ViewNode | string): ViewNode | string {
  return typeof view !== 'string' && view.still ? (view.still(view.props as never) as ViewNode) : view; // its own props
}

/** Finds what stands in the page for a view of which nothing more was known. */
function adopt(node: Node, view: ViewNode | string): Standing {
  const below = typeof view === 'string' ? [] : flatten(own(view.props, 'children'));
  return {
    view,
    node: node as Element | Text, // as it was drawn
    below: below.map((child, at) => adopt(node.childNodes[at] as Node, child)),
  };
}

const own = <K extends keyof Attributes>(props: Attributes, name: K): Attributes[K] | undefined =>
  Object.hasOwn(props, name) ? props[name] : undefined;

/** Writes what is another than before. */
function write(node: Element, before: Attributes, props: Attributes): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(props)])) {
    const value = own(props, name);
    if (value === own(before, name) || name === 'ref' || name === 'children') continue;
    if (name.startsWith('on')) Object.assign(node, {[name.toLowerCase()]: value});
    else if (value === undefined || (value === false && !name.startsWith('aria'))) node.removeAttribute(name);
    else node.setAttribute(name, value === true && !name.startsWith('aria') ? '' : String(value));
  }
}

function leave({below, onLeave}: Standing): void {
  below.forEach(leave);
  onLeave?.();
}

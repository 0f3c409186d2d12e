/** What can be drawn: a node, text, several of them, or nothing (a boolean too). The same object as before is left as it stands. */
export type View = ViewNode | string | boolean | null | undefined | readonly View[];

/** An element as it shall be. */
export interface ViewNode {
  type: string;
  /** Tells it from others of its type beside it, wherever it goes. */
  key: string | number | undefined;
  /** Only its own ones count: a page may have put anything on the prototype of all objects. */
  props: Attributes;
  /**
   * Says that what was drawn for the same key before stays as it is, so that nothing more need be known of it; makes that
   * again, of `props`, should something change after all.
   */
  still?: ((props: never) => View) | undefined;
}

/**
 * What an element is given. What begins with `on` hears its events; `ref` gets the element once it stands, and what it
 * returns is called when the element goes; everything else is an attribute, absent when it is undefined or false (an
 * `aria-` one says false).
 */
export interface Attributes {
  [attribute: string]: unknown;
  ref?: ((element: never) => (() => void) | undefined) | undefined;
  onClick?: ((event: MouseEvent) => void) | undefined;
  onInput?: ((event: Event) => void) | undefined;
  onKeyDown?: ((event: KeyboardEvent) => void) | undefined;
  onSubmit?: ((event: Event) => void) | undefined;
  children?: View;
}

/** What the compiler asks about markup. */
export declare namespace JSX {
  type Element = View;
  interface IntrinsicAttributes {
    key?: string | number | undefined;
  }
  interface ElementChildrenAttribute {
    children: unknown;
  }
  interface IntrinsicElements {
    [name: string]: Attributes & IntrinsicAttributes;
  }
}

/** What the compiler hands over of an element: its properties, and its key where it has one. */
type Given<P> = [props: P, key?: string | number];

/** Makes what markup stands for: a node of a name's type, or what a function makes of the properties. */
export function jsx<P extends Attributes>(type: string | ((props: P) => View), ...[props, key]: Given<P>): View {
  if (typeof type !== 'string') return type(props);
  return {type, key, props};
}

export {jsx as jsxs};

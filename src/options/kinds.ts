/** What reading a value may ask of its surroundings, so that values mean the same wherever they are read. */
export interface Surroundings {
  /** Base for relative addresses. */
  base: string;
  /** Whether CSS knows this value of this property. */
  supports(property: string, value: string): boolean;
  /** Whether this is a CSS selector. */
  selects(selector: string): boolean;
}

/**
 * How a value is read: one of a list of words, or a function that returns undefined for what it cannot read.
 */
export type Kind<T> = readonly T[] | ((raw: string, around: Surroundings) => T | undefined);

/** Reads a boolean: bare, `true`, `on`, `1`; `false`, `off`, `0`. */
export const bool = (raw: string): boolean | undefined =>
  /^(true|on|1)?$/i.test(raw) ? true : /^(false|off|0)$/i.test(raw) ? false : undefined;

/** Reads words for people; blank is none. */
export const text = (raw: string): string | undefined => raw.trim() || undefined;

/** Reads an http or https address without user info; returns it absolute. */
export const url = (raw: string, {base}: Surroundings): string | undefined => {
  try {
    const {href} = new URL(raw, base);
    return raw.trim() && /^https?:..[^/@]*\//.test(href) ? href : undefined;
  } catch {
    return; // no address at all: the same answer as a wrong one
  }
};

/** Reads a CSS length or percentage that starts with a digit. */
export const length = (raw: string, {supports}: Surroundings): string | undefined =>
  /^\d/.test(raw) && supports('width', raw) ? raw : undefined;

/** Reads an integer of at most ten digits. */
export const integer = (raw: string): number | undefined => (/^-?\d{1,10}$/.test(raw) ? +raw : undefined);

/** Reads a CSS colour. */
export const colour = (raw: string, {supports}: Surroundings): string | undefined =>
  supports('color', raw) ? raw : undefined;

/** Reads a CSS selector. */
export const selector = (raw: string, {selects}: Surroundings): string | undefined => (selects(raw) ? raw : undefined);

/** Reads a BCP 47 language tag, or `auto`. */
export const language = (raw: string): string | undefined =>
  /^(auto|[a-z]{2,3}(-[a-z\d]{2,8})*)$/i.test(raw) ? raw : undefined;

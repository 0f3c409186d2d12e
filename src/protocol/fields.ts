/** Says whether a value is an object with fields. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a field of what came over the network, as deep as its path says; undefined where there is none. Only own fields
 * count: a page may have put anything on the prototypes. The empty path is the value itself.
 */
export type At = (path: string) => unknown;

/** Makes the reader of a value's fields. A path is names and positions with dots between them. */
export const createAt =
  (value: unknown): At =>
  (path) =>
    path
      ? path
          .split('.')
          .reduce((inner, name) => (isFilled(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined), value)
      : value;

const isFilled = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Takes a text; anything else is absent. */
export const string = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Takes a finite number; anything else is absent. */
export const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** Takes a text, or a number as one; anything else is empty. */
export const word = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** Takes a list; anything else is an empty one. */
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

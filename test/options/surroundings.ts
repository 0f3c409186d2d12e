import type {Raw, Surroundings} from '../../src/options/index.ts';

/** A page at a fixed address, with as much CSS as the options need. */
export const around: Surroundings = {
  base: 'https://shop.example/cart/',
  supports: (property, value) =>
    property === 'width'
      ? /^\d+(\.\d+)?(px|rem|em|%|vh)$|^0$/.test(value)
      : /^(#([\da-f]{3}|[\da-f]{6})|rgb\(\d+ \d+ \d+\)|[a-z]+)$/i.test(value),
  selects: (selector) => /^[#.]?[a-z][\w-]*( [#.]?[a-z][\w-]*)*$/i.test(selector),
};

/** Reads raw values from an object, its own keys only. */
export const from =
  (values: Readonly<Record<string, string>>): Raw =>
  (name) =>
    Object.hasOwn(values, name) ? values[name] : undefined;

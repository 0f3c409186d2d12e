import {bool, colour, integer, type Kind, language, length, type Surroundings, selector, text, url} from './kinds.ts';

export type {Kind};

/** The options that must be known before the panel is there. Addresses are absolute. */
export interface EarlyOptions {
  endpoint: string | undefined;
  launcher: boolean;
  load: 'idle' | 'intent' | 'eager';
  open: boolean;
  openSelector: string | undefined;
  position: 'bottom-right' | 'bottom-left' | 'top-right' | 'top-left';
  offset: string;
  zIndex: number;
  avoid: string | undefined;
  theme: 'auto' | 'light' | 'dark';
  accent: string | undefined;
  container: string | undefined;
  language: string;
  title: string | undefined;
}

/**
 * One table of options: for each, how it is read, what it is when it is not given or cannot be read (undefined
 * where that is left out), and the names by
 * which people who come from other widgets know it.
 */
export type Table<O> = {
  readonly [K in keyof O]-?: readonly [kind: Kind<NonNullable<O[K]>>, fallback?: O[K], ...aliases: string[]];
};

/** The early part of the options table. */
export const EARLY: Table<EarlyOptions> = {
  endpoint: [url, undefined, 'apiUrl'],
  launcher: [bool, true],
  load: [['idle', 'intent', 'eager'], 'idle'],
  open: [bool, false, 'openOnLoad'],
  openSelector: [selector],
  position: [['bottom-right', 'bottom-left', 'top-right', 'top-left'], 'bottom-right'],
  offset: [length, '20px'],
  zIndex: [integer, 2147483000],
  avoid: [selector],
  theme: [['auto', 'light', 'dark'], 'auto'],
  accent: [colour, undefined, 'accentColor'],
  container: [selector],
  language: [language, 'auto', 'lang'],
  title: [text],
};

/** Where raw values come from: `data-*` of the script, attributes of the element, or an object. */
export type Raw = (name: string) => string | undefined;

/** What a table is read from; `onBad` is called for a value that could not be read. */
export interface Given<O> {
  raw: Raw;
  around: Surroundings;
  onBad?: (name: keyof O & string, value: string) => void;
}

/** Reads every option of a table; what is missing or cannot be read has its default. */
export function readTable<O>(table: Table<O>, {raw, around, onBad}: Given<O>): O {
  const options = {} as O; // filled below, one key of the table after the other
  // own keys and texts only: a host page may have added to Object.prototype
  for (const name of Object.keys(table) as (keyof O & string)[]) {
    const [kind, fallback, ...aliases] = table[name];
    const value = [name, ...aliases].map(raw).find((found) => typeof found === 'string');
    let read: O[typeof name] | undefined;
    if (value !== undefined) {
      read = typeof kind === 'function' ? kind(value, around) : kind.find((word) => word === value);
      if (read === undefined) onBad?.(name, value);
    }
    options[name] = (read ?? fallback) as O[typeof name]; // left out only where it may be undefined
  }
  return options;
}

import type {FirstwordApi, OnHandoff} from '../chat/index.ts';
import type {Options} from '../options/index.ts';
import {createInstance, warn} from './instance.ts';
import {loadSplit} from './split.ts';

type Time = number | `${number}ms` | `${number}s`;

/** The options that TypeScript can hold to a closer shape than the text that is read. */
interface Shaped {
  /** Budgets as in `first-token=800ms complete=4s@p95`. */
  budget: `${string}=${string}`;
  /** Deadlines as in `soft=1s first=3s`. */
  deadline: `${string}=${string}`;
  hedge: 'off' | 'auto' | Time;
}

/**
 * The options of the attributes as code writes them: camelCase, lists as arrays, `context` as a value; a number is a
 * time in ms. What is undefined has its default.
 */
export type MountOptions = {
  [K in keyof Options]?: (K extends keyof Shaped ? Shaped[K] : Options[K]) | undefined;
} & {
  /** Where questions go. */
  endpoint: string;
  /** Takes over a conversation when the visitor chooses that; default none. */
  onHandoff?: OnHandoff | undefined;
};

/** Starts a chat from what code or an element gave; `host` is the element that becomes it. */
export function startChat(given: object, host?: HTMLElement): FirstwordApi | undefined {
  return createInstance({given, load: loadSplit, ...(host ? {host} : {})});
}

/**
 * Puts a chat onto the page; the panel's code comes when it is wanted.
 *
 * @returns undefined, and one line in the console, when there is no endpoint, when the same chat stands on the page
 *   already, and where there is no page at all, as on a server that renders.
 */
export function mount(options: MountOptions): FirstwordApi | undefined {
  if (typeof document === 'undefined') return warn('mount() does nothing here: there is no page. Call it in a browser');
  return startChat({...options});
}

import type {EarlyOptions, Raw, readTable, Surroundings, Table} from '../options/index.ts';

/** Names of the page files that are loaded when they are needed. */
export type LazyFile =
  | 'firstword-panel'
  | 'firstword-answer'
  | 'firstword-measure'
  | 'firstword-more'
  | 'firstword-owner'
  | `lang/${string}`;

/** Whether the visitor's agreement is needed, given, refused, or not asked for. */
export type Consent = 'required' | 'granted' | 'denied' | 'auto';

/**
 * Fetches a page file of ours, holds its bytes against the hash that the file before it knows, runs it, and returns its
 * exports. Rejects when any of that fails.
 */
export type LoadFile = (file: LazyFile, hash: string) => Promise<unknown>;

/** What a site's scripts can do with a chat: `window.Firstword`, and what `init()` returns. */
export interface FirstwordApi {
  open(): void;
  close(): void;
  toggle(): void;
  /** Opens the chat and asks. */
  send(text: string): void;
  /** Opens the chat and puts a question into the composer without asking it. */
  suggest(text: string): void;
  /** Signs requests to the endpoint; an empty token signs no more. */
  setUser(token: string): void;
  /** Page facts for the endpoint, at most 2 KiB of JSON. */
  setContext(context: unknown): void;
  consent(answer: 'granted' | 'denied'): void;
  /** Erases what was stored in this browser. */
  forget(): void;
  /** Calls back with the detail of `firstword:<name>` events; returns the way to stop that. */
  on(name: string, listener: (detail: unknown) => void): () => void;
  /** Removes the chat: its node, listeners, timers and requests. */
  destroy(): void;
}

/** What the loader hands to the panel once its file has run. */
export interface Handover {
  host: HTMLElement;
  root: ShadowRoot;
  /** The launcher in `root`, or undefined where the site draws its own. */
  launcher: HTMLButtonElement | undefined;
  raw: Raw;
  /** All option names that were given. */
  names: readonly string[];
  around: Surroundings;
  /** The early part of the options table and what reads one: the panel reads the whole with them. */
  early: Table<EarlyOptions>;
  readTable: typeof readTable;
  load: LoadFile;
  /** The site's own way to take a conversation over; a function, or anything that a page may have put there. */
  onHandoff?: unknown;
  version: string;
}

/** The panel as the loader drives it. */
export type Panel = Omit<FirstwordApi, 'on'> & {
  /** The visitor is about to open: warm what may be warmed. */
  intent(): void;
};

/** What the panel's file exports. */
export interface PanelModule {
  mountPanel(handover: Handover): Panel;
}

import type {EarlyOptions, Raw, readTable, Surroundings, Table} from '../options/index.ts';
import type {EventDetail, EventName} from './page-events.ts';

/** Names of the page files that are loaded when they are needed. */
export type LazyFile =
  | 'firstword-panel'
  | 'firstword-answer'
  | 'firstword-measure'
  | 'firstword-more'
  | 'firstword-glass'
  | 'firstword-owner'
  | 'firstword-vendors'
  | 'firstword-faq'
  | 'firstword-tabs'
  | 'firstword-experiment'
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
  /** Opens the chat, and loads it if need be. */
  open(): void;
  /** Closes the chat; what was said stays. */
  close(): void;
  /** Opens the chat, or closes it. */
  toggle(): void;
  /** Opens the chat and asks; `budget` is declared for this turn alone, as `data-budget` writes it. */
  send(text: string, options?: {budget?: string}): void;
  /** Opens the chat and puts a question into the composer without asking it. */
  suggest(text: string): void;
  /** Signs requests to the endpoint; an empty token signs no more. */
  setUser(token: string): void;
  /** Page facts for the endpoint, at most 2 KiB of JSON. */
  setContext(context: unknown): void;
  /** Says what the visitor agreed to; what may be stored and sent follows it. */
  consent(answer: 'granted' | 'denied'): void;
  /** Erases what was stored in this browser. */
  forget(): void;
  /** Calls back with the detail of `firstword:<name>` events; returns the way to stop that. */
  on<N extends EventName>(name: N, listener: (detail: EventDetail<N>) => void): () => void;
  /** Removes the chat: its node, listeners, timers and requests. */
  destroy(): void;
}

/** What the loader hands to the panel once its file has run. */
export interface Handover {
  /** The element that becomes the chat. In its root stand the launcher, unless the site draws its own, and a field that
   * takes what is typed until the panel is there. */
  host: HTMLElement;
  raw: Raw;
  /** All that was given, by its name in code: options, and `onHandoff`, an `OnHandoff` when it is a function. */
  given: ReadonlyMap<string, unknown>;
  around: Surroundings;
  /** The early part of the options table and what reads one: the panel reads the whole with them. */
  early: Table<EarlyOptions>;
  readTable: typeof readTable;
  load: LoadFile;
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

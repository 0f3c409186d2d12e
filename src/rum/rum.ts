import type {TurnRecord} from '../latency/index.ts';
import type {PageRecord} from '../protocol/index.ts';
import type {Outbox} from './outbox.ts';

/** Sends turns. */
export interface Rum {
  /** Takes a record of a turn that has ended; it goes when the page is idle, within a second. */
  take(record: TurnRecord): void;
  /** Takes a turn that is on its way as it stands, for the case that nothing more is heard of this page. */
  hold(snapshot: TurnRecord): void;
  /** Sends all that waits, and a snapshot of an open turn, in a way that survives the page. */
  leave(snapshot?: TurnRecord): void;
  /** The chat was opened: what could not be sent before goes now, also what earlier pages left. */
  opened(): void;
  /** The visitor agreed or refused: sends what waited, or drops it and all that comes. */
  consent(answer: 'granted' | 'denied'): void;
  /** Erases what is kept for a later page; turns that have begun are not kept again. */
  forget(): void;
  /** Stops; what waits is dropped, but for what is kept for a later page. */
  stop(): void;
}

/** What a sender is made of. */
export interface RumOptions {
  /** The collector. */
  url: string;
  site: string;
  sdk: string;
  page: PageRecord;
  consent: 'required' | 'granted' | 'denied' | 'auto';
  gpc: 'first-party' | 'off';
  /** Share of page views, 0 to 1, whose ordinary turns are sent; others are sent always. */
  sample: number;
  now: () => number;
  /** Writes JSON; the browser's own by default. */
  toText?: (value: object) => string;
  /** Opens the outbox; called once the visitor has agreed to storage. Without it nothing outlives the page. */
  openOutbox?: (() => Promise<Outbox>) | undefined;
  /** Has the page's vitals told from now on; called once, when the page is idle and something may be sent. */
  watchVitals?: ((onVitals: Parameters<WatchVitals>[0]['onVitals']) => void) | undefined;
}

/**
 * Watches the page's vitals: what its file exports.
 *
 * @param options.root - Of the chat, whose controls are named where they made the page slow.
 * @param options.onVitals - Called with all that is known, whenever that changes.
 */
export type WatchVitals = (options: {
  root: ShadowRoot;
  onVitals: (vitals: NonNullable<PageRecord['vitals']>) => void;
  signal: AbortSignal;
}) => void;

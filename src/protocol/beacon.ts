import type {TurnRecord} from '../latency/index.ts';

/** Major version of the beacon format; a collector refuses another. */
export const BEACON_VERSION = 1;

/** The most turns in one batch. */
export const BEACON_MAX_TURNS = 20;

/** The largest batch that a widget sends, in bytes. */
export const BEACON_MAX_BYTES = 16_384;

/** Facts about the page view that turns belong to; `id` is random per page load and never stored. */
export interface PageRecord {
  id: string;
  route?: string;
  nav?: 'navigate' | 'reload' | 'back-forward' | 'back-forward-cache' | 'prerender' | 'restore' | 'soft-navigation';
  device?: 'mobile' | 'tablet' | 'desktop' | 'unknown';
  net?: 'slow-2g' | '2g' | '3g' | '4g' | 'unknown';
  rtt?: number;
  save_data?: boolean;
  mem?: 0.25 | 0.5 | 1 | 2 | 4 | 8;
  vitals?: {ttfb?: number; fcp?: number; lcp?: number; inp?: number; cls?: number};
}

/** One POST of turns. */
export interface BeaconBatch {
  v: typeof BEACON_VERSION;
  sdk?: string;
  site: string;
  consent?: 'granted' | 'not-required' | 'unknown';
  dropped?: number;
  page: PageRecord;
  turns: TurnRecord[];
}

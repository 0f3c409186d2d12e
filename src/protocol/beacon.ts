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
  nav?: string;
  device?: 'mobile' | 'tablet' | 'desktop' | 'unknown';
  net?: string;
  rtt?: number;
  save_data?: boolean;
  mem?: number;
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

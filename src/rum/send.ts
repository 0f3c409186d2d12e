import type {TurnRecord} from '../latency/index.ts';
import {
  BEACON_MAX_BYTES,
  BEACON_MAX_TURNS,
  BEACON_VERSION,
  type BeaconBatch,
  type PageRecord,
} from '../protocol/index.ts';

/** Sends finished turns. */
export interface Rum {
  /** Takes a record; it goes when the page is idle, within a second. */
  take(record: TurnRecord): void;
  /** Sends all that waits, and a snapshot of an open turn, in a way that survives the page. */
  leave(snapshot?: TurnRecord): void;
  /** The visitor agreed or refused: sends what waited, or drops it and all that comes. */
  consent(answer: 'granted' | 'denied'): void;
  /** Stops; what waits is dropped. */
  stop(): void;
}

interface Waiting {
  record: TurnRecord;
  takenMs: number;
}

/** The most turns that wait while the network or the visitor's consent is missing. */
export const MAX_WAITING = {network: 50, consent: 20} as const;

/** From this `rev` on only final records go: a `rev` ends at 99. */
const FINAL_FROM_REV = 90;

/** Longest wait for an idle moment, in ms. */
const IDLE_LIMIT_MS = 1000;

/**
 * Starts sending. Sends nothing without the visitor's consent where it is required or denied, nor under Global Privacy
 * Control or Do Not Track unless `gpc` says that the collector is the site's own.
 *
 * @param options.url - The collector.
 * @param options.toText - Writes JSON; the browser's own by default.
 * @param options.sample - Share of page views, 0 to 1, whose ordinary turns are sent; others are sent always.
 */
export function createRum(options: {
  url: string;
  site: string;
  sdk: string;
  page: PageRecord;
  consent: 'required' | 'granted' | 'denied' | 'auto';
  gpc: 'first-party' | 'off';
  sample: number;
  now: () => number;
  toText?: (batch: object) => string;
}): Rum {
  const {toText = JSON.stringify} = options;
  let consent = signalled() && options.gpc === 'off' ? 'denied' : options.consent;
  let waiting: Waiting[] = [];
  let dropped = 0;
  let idle: (() => void) | undefined;
  let sending: AbortController | undefined;
  const sampled = Math.random() < options.sample;
  /** Turns of which a snapshot went: their end goes too, whatever the sample. */
  const told = new Set<string>();

  function batch(entries: Waiting[]): {body: string; count: number} | undefined {
    const turns: TurnRecord[] = [];
    let body = '';
    for (const {record, takenMs} of entries.slice(0, BEACON_MAX_TURNS)) {
      turns.push({...record, age: Math.min(record.age + Math.round(options.now() - takenMs), 86_400_000)});
      const envelope: BeaconBatch = {
        v: BEACON_VERSION,
        sdk: options.sdk,
        site: options.site,
        consent: consent === 'granted' ? 'granted' : 'not-required',
        ...(dropped > 0 ? {dropped: Math.min(dropped, 65_535)} : {}),
        page: options.page,
        turns,
      };
      const longer = toText(envelope);
      if (body && longer.length > BEACON_MAX_BYTES) return {body, count: turns.length - 1};
      body = longer;
    }
    return body ? {body, count: turns.length} : undefined;
  }

  async function send(): Promise<void> {
    idle = undefined;
    if (sending || consent === 'required' || consent === 'denied') return;
    const next = batch(waiting);
    if (!next) return;
    const toldDropped = dropped;
    dropped = 0;
    sending = new AbortController();
    const sentRecords = new Set(waiting.slice(0, next.count));
    const {signal} = sending;
    const acknowledged = await fetch(options.url, {method: 'POST', body: next.body, keepalive: true, signal}).then(
      // a refusal that another try cannot mend is an answer too
      (response) => response.ok || (response.status < 500 && response.status !== 429),
      () => false,
    );
    sending = undefined;
    if (!acknowledged) dropped += toldDropped;
    if (!acknowledged || signal.aborted) return;
    waiting = waiting.filter((entry) => !sentRecords.has(entry));
    if (waiting.length > 0) schedule();
  }

  function schedule(): void {
    idle ??= whenIdle(() => void send());
  }

  return {
    take(record) {
      const {outcome} = record;
      const ordinary = outcome === 'complete' && !record.over && !told.has(record.id);
      if (consent === 'denied' || (ordinary && !sampled)) return;
      const weight = ordinary && options.sample < 1 ? {w: Math.min(1 / options.sample, 10_000)} : {};
      waiting.push({record: {...record, ...weight}, takenMs: options.now()});
      while (waiting.length > MAX_WAITING[consent === 'required' ? 'consent' : 'network']) {
        waiting.shift();
        dropped++;
      }
      schedule();
    },
    leave(snapshot) {
      if (consent === 'required' || consent === 'denied') return;
      let rest = waiting;
      if (snapshot && snapshot.rev < FINAL_FROM_REV) {
        told.add(snapshot.id);
        rest = [{record: snapshot, takenMs: options.now()}, ...rest];
      }
      // a beacon is never acknowledged: settled turns stay until a response was read, the collector drops the double
      for (let next = batch(rest); next; next = batch(rest)) {
        rest = rest.slice(next.count);
        dropped = 0;
        if (beacon(options.url, next.body)) continue;
        void fetch(options.url, {method: 'POST', body: next.body, keepalive: true}).catch(() => undefined);
      }
    },
    consent(answer) {
      if (signalled() && options.gpc === 'off') return;
      consent = answer;
      if (answer === 'denied') waiting = [];
      else schedule();
    },
    stop() {
      consent = 'denied'; // nothing is taken any more
      idle?.();
      sending?.abort();
      waiting = [];
    },
  };
}

/** Whether the browser says that its owner does not want to be followed. */
export function signalled(): boolean {
  const {globalPrivacyControl, doNotTrack} = navigator as {globalPrivacyControl?: boolean; doNotTrack?: string | null};
  return globalPrivacyControl === true || doNotTrack === '1';
}

function beacon(url: string, body: string): boolean {
  try {
    return navigator.sendBeacon(url, body); // a string goes as text/plain, which needs no preflight
  } catch {
    return false; // blocked by the page's policy, or not there
  }
}

/** Runs work when the page is idle, within IDLE_LIMIT_MS. Returns a function that cancels it. */
function whenIdle(work: () => void): () => void {
  if (typeof requestIdleCallback === 'function') {
    const handle = requestIdleCallback(work, {timeout: IDLE_LIMIT_MS});
    return () => cancelIdleCallback(handle);
  }
  const handle = setTimeout(work, 1);
  return () => clearTimeout(handle);
}

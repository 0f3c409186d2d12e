import type {PackStore, Snapshot} from '../storage/index.ts';

/** Why a pack is not there or not the newest, as a kind; the words for it are the widget's. */
export type PackProblem = 'network' | 'http' | 'too-large' | 'unreadable' | 'language';

/** What is wrong with a pack: the status of a refusal, or the beginning of what was wrong. */
export interface PackTrouble {
  problem: PackProblem;
  status?: number;
  value?: string;
}

/** What a pack says of itself. */
export interface FedPack {
  language?: string | undefined;
  ttlMs?: number | undefined;
}

/** What a pack is fed by. */
export interface PackFeedOptions<T extends FedPack> {
  /** Absolute URL. */
  url: string;
  /** The page's, as BCP 47; undefined where any pack will do. */
  language: string | undefined;
  credentials: RequestCredentials;
  packs: PackStore;
  /** Reads a pack out of what was parsed; throws when it is none, or damaged. */
  accept: (value: unknown) => T;
  /** Called with the pack that is kept, and again when a newer one has come. */
  onPack: (pack: T, currentAt: number) => void;
  /** Called for what is wrong with the pack that is kept, and with its successor. */
  onTrouble: (trouble: PackTrouble) => void;
  /** Ends it; nothing is called back afterwards. */
  signal: AbortSignal;
  /** Wall clock in epoch ms. */
  now: () => number;
  /** Does work once the page is idle. */
  idle: (work: () => void) => void;
}

/** How long a pack counts as fresh that does not say so itself, in ms. */
export const DEFAULT_PACK_TTL_MS = 86_400_000;

/** How long beyond its ttl a pack is given while a newer one is asked for, in ms. */
export const STALE_PACK_MS = 604_800_000;

/** The largest pack that is parsed, in bytes. */
export const MAX_PACK_BYTES = 20_000_000;

/** A pack that is kept, as it was read. */
interface Kept<T> {
  snapshot: Snapshot;
  pack: T;
}

/**
 * Feeds a page with a pack: at once with the one that is kept, unless it is too old, and when the page is idle with a
 * newer one, if there is one. Where none is kept it is fetched at once.
 *
 * What is kept is asked after once a page at most, less often where pages follow one another (see CHECK_EVERY_MS), and
 * not where the visitor saves data or is offline. The browser is left to ask, out of its own cache: a header of ours
 * would need a preflight at another origin. Whatever comes of that, a pack that is the one that is kept is not read.
 *
 * @returns A promise that resolves when nothing more comes; it never rejects.
 */
export async function createPackFeed<T extends FedPack>(options: PackFeedOptions<T>): Promise<void> {
  const {url, language, credentials, packs, accept, onPack, signal, now, idle} = options;
  let kept: Kept<T> | undefined;
  let isFed = false;

  function tell(trouble: PackTrouble): void {
    if (!signal.aborted) options.onTrouble(trouble);
  }

  function feed(pack: T, currentAt: number): void {
    isFed = true;
    if (signal.aborted) return;
    if (!pack.language || !language || primaryOf(pack.language) === primaryOf(language)) onPack(pack, currentAt);
    else tell({problem: 'language', value: pack.language});
  }

  const ageMs = () => Math.abs(now() - (kept?.snapshot.currentAt ?? 0));
  const ttlMs = () => kept?.pack.ttlMs ?? DEFAULT_PACK_TTL_MS;

  /** Reads a snapshot, and gives its pack to the page unless it is too old for that. */
  function open(snapshot: Snapshot): void {
    try {
      kept = {snapshot, pack: accept(snapshot.pack)};
    } catch {
      return; // another version's: as if none were kept
    }
    if (!isFed && ageMs() < ttlMs() + STALE_PACK_MS) feed(kept.pack, kept.snapshot.currentAt);
  }

  /** Fetches the pack; it is the one that is kept where its validator says so. */
  async function ask(): Promise<void> {
    let problem: PackProblem = 'network';
    try {
      // what is asked after in idle time competes with nothing
      const how: RequestInit = kept ? {cache: 'no-cache', priority: 'low'} : {cache: 'default'};
      const response = await fetch(url, {credentials, signal, ...how});
      const {status, ok, headers, body} = response;
      const validator = headers.get('etag') ?? headers.get('last-modified') ?? '';
      const currentAt = now();
      if (!ok) return tell({problem: 'http', status});
      if (kept && validator && validator === kept.snapshot.validator) {
        body?.cancel().catch(() => undefined); // it broke by itself
        if (!isFed) feed(kept.pack, kept.snapshot.currentAt);
        // the whole of it is written again for that, so not each time
        if (ageMs() > ttlMs() / 2) await packs.write({...kept.snapshot, currentAt});
        return;
      }
      const blob = await response.blob(); // which is not in the page's memory yet
      if (blob.size > MAX_PACK_BYTES) return tell({problem: 'too-large'});
      const text = await blob.text();
      problem = 'unreadable';
      const value: unknown = JSON.parse(text);
      const pack = accept(value);
      await packs.write({validator, currentAt, pack: value});
      feed(pack, currentAt);
    } catch (cause) {
      if (navigator.onLine !== false) tell({problem, value: String(cause).slice(0, 80)});
    }
  }

  await packs.read(open);
  if (kept) {
    if (savesData() || navigator.onLine === false) return;
    await new Promise<void>(idle);
  }
  if (signal.aborted) return;
  const mayAsk = packs.claim(now());
  if (!kept || (await mayAsk)) await ask();
}

const primaryOf = (language: string) => language.split('-')[0]?.toLowerCase();

/** Whether the visitor asks for less data, in browsers that say so. */
const savesData = () => (navigator as {connection?: {saveData?: boolean}}).connection?.saveData === true;

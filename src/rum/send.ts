import type {TurnRecord} from '../latency/index.ts';
import {BEACON_MAX_BYTES, BEACON_MAX_TURNS, BEACON_VERSION} from '../protocol/index.ts';
import type {Outbox} from './outbox.ts';
import {signalled} from './page.ts';
import type {Rum, RumOptions} from './rum.ts';
import {beacon, type Held, hold, post, whenIdle} from './ways.ts';

/** A record that waits. */
interface Entry {
  record: TurnRecord;
  /** When its `age` was 0, by this page's clock. */
  bornMs: number;
  /** All of its batch but the turns, as JSON, where an earlier page made it; else it is this page's. */
  head?: string;
}

/** The most turns that wait while the network or the visitor's consent is missing. */
export const MAX_WAITING = {network: 50, consent: 20} as const;

/** From this `rev` on only final records go: a `rev` ends at 99. */
const FINAL_FROM_REV = 90;

/** Longest wait for an idle moment, in ms. */
const IDLE_LIMIT_MS = 1000;

/** The longest `age` of a record, in ms: what is older cannot be placed any more. */
const MAX_AGE_MS = 86_400_000;

/**
 * Starts sending. Sends nothing without the visitor's consent where it is required or denied, nor under Global Privacy
 * Control or Do Not Track unless `gpc` says that the collector is the site's own.
 */
export function createRum(options: RumOptions): Rum {
  const {url, site, sdk, now, toText = JSON.stringify, sample} = options;
  const isMuted = signalled() && options.gpc === 'off';
  let consent = isMuted ? 'denied' : options.consent;
  let {page} = options;
  /** The oldest first; what earlier pages left stands before what is this page's. */
  let waiting: Entry[] = [];
  let dropped = 0;
  /** What of each turn may have gone last. */
  const told = new Map<string, TurnRecord>();
  let outbox: Promise<Outbox> | undefined;
  let held: Held | undefined;
  let heldEntries: readonly Entry[] = [];
  let idle: (() => void) | undefined;
  let watching: (() => void) | undefined;
  let sending: AbortController | undefined;
  /** How many turns may go together: fewer after a refusal, more after each batch that was read. */
  let most: number = BEACON_MAX_TURNS;
  const sampled = Math.random() < sample;

  const maySend = () => consent === 'auto' || consent === 'granted';

  /** All of this page's next batch but the turns, as JSON. */
  const headNow = () =>
    toText({v: BEACON_VERSION, sdk, site, consent: consent === 'granted' ? consent : 'not-required', page});

  const ageOf = ({bornMs}: Entry) => Math.round(now() - bornMs);

  /** Writes the first of these entries, and others of the same page, into one body. */
  function write(entries: readonly Entry[]): {body: string; chosen: Entry[]} {
    const head = entries[0]?.head;
    const lost = dropped > 0 ? `,"dropped":${dropped}` : '';
    const before = `${(head ?? headNow()).slice(0, -1)}${lost},"turns":[`;
    const chosen = entries.filter((entry) => entry.head === head).slice(0, most);
    for (;;) {
      const turns = chosen.map((entry) => toText({...entry.record, age: ageOf(entry)}));
      const body = `${before}${turns.join()}]}`;
      if (body.length <= BEACON_MAX_BYTES || !chosen[1]) return {body, chosen};
      chosen.pop();
    }
  }

  /** Takes a record with a higher `rev` than any of its turn that may have gone. */
  function entryOf(record: TurnRecord): Entry {
    const rev = Math.min(Math.max(record.rev, (told.get(record.id)?.rev ?? 0) + 1), 99);
    return {record: {...record, rev}, bornMs: now() - record.age};
  }

  /** Notes that entries may have gone; gives how many dropped ones were told with them, which are not told again. */
  function tell(entries: readonly Entry[]): number {
    for (const {record} of entries) told.set(record.id, record);
    const count = dropped;
    dropped = 0;
    return count;
  }

  /** Works on the outbox, where there is one: in this task, when it is open by now. */
  const withOutbox = (work: (box: Outbox) => Promise<unknown>) => void outbox?.then(work).catch(() => undefined); // blocked, full or broken: nothing outlives the page

  /** Opens the outbox, where the visitor has agreed to that. */
  function join(): void {
    if (consent === 'granted') outbox ??= options.openOutbox?.();
  }

  function keep({record}: Entry): void {
    const mine = {at: Date.now(), url, head: headNow(), record};
    withOutbox((box) => box.write(mine));
  }

  /** Takes entries out of the outbox. */
  function unkeep(entries: readonly Entry[], more = 0): void {
    const records = entries.map(({record}) => record);
    if (records[0] || more) withOutbox((box) => box.remove(records, more));
  }

  /** Adds what waits, in the place of a snapshot, and keeps it; drops what can be placed no more, and the oldest of what is too much. */
  function add(...entries: Entry[]): void {
    const ids = entries.map(({record}) => record.id);
    const all = [...waiting.filter(({record}) => record.final || !ids.includes(record.id)), ...entries];
    waiting = all
      .filter((entry) => ageOf(entry) < MAX_AGE_MS)
      .slice(-(maySend() ? MAX_WAITING.network : MAX_WAITING.consent));
    const gone = all.filter((entry) => !waiting.includes(entry));
    dropped += gone.length;
    unkeep(gone, gone.length);
    entries.forEach(keep);
  }

  async function send(): Promise<void> {
    idle = undefined;
    add();
    if (sending || !waiting[0] || !maySend()) return;
    const {body, chosen} = write(waiting);
    const toldCount = tell(chosen);
    const isAlone = chosen.length < 2;
    sending = new AbortController();
    const {signal} = sending;
    /** Only a response that was read says that the collector has it; 0 where there was none, nobody says why. */
    const statusOf = (keepalive: boolean) =>
      post(url, {body, signal, keepalive}).then(
        ({status}) => status,
        () => 0,
      );
    const status = (await statusOf(true)) || (isAlone ? await statusOf(false) : 0);
    sending = undefined;
    // a refusal that another try cannot mend is an answer too; what was too large may pass in two
    if (status && status < 500 && status !== 429 && (isAlone || status !== 413)) {
      waiting = waiting.filter((entry) => !chosen.includes(entry));
      unkeep(chosen, -toldCount);
      most = Math.min(2 * most, BEACON_MAX_TURNS);
    } else {
      dropped += toldCount;
      if (isAlone || status > 413) return;
      most = chosen.length >> 1;
    }
    schedule();
  }

  function schedule(): void {
    if (waiting[0]) idle ??= whenIdle(send, IDLE_LIMIT_MS);
  }

  /**
   * Has the browser hold these for when this page is gone, in the place of what it held; they count as told only once
   * they have gone.
   */
  function holdNow(entries: readonly Entry[]): void {
    if (held?.later.activated) tell(heldEntries);
    else held?.life.abort();
    const {body, chosen} = write(entries);
    held = chosen[0] && hold(url, body);
    heldEntries = chosen;
  }

  /** Begins what the visitor's consent allows, and sends what could not be sent before. */
  function begin(): void {
    if (!maySend()) return;
    const {watchVitals} = options;
    const watch = () =>
      watchVitals?.((vitals) => {
        page = {...page, vitals};
      });
    if (watchVitals) watching ??= whenIdle(watch);
    schedule();
    const isFirst = !outbox;
    const known = dropped;
    join();
    if (isFirst) {
      waiting.forEach(keep);
      unkeep([], known);
    }
    withOutbox(async (box) => {
      const found = await box.read(Date.now());
      if (consent !== 'granted') return; // refused meanwhile
      if (isFirst) dropped += found.dropped - known;
      const left: Entry[] = [];
      for (const {at, head, record, url: other} of found.kept) {
        if (other !== url || head.includes(page.id) || waiting.some((entry) => entry.record.id === record.id)) continue;
        left.push({record, bornMs: now() - record.age - Math.max(0, Date.now() - at), head});
      }
      waiting.unshift(...left);
      schedule();
    });
  }

  function drop(): void {
    holdNow([]);
    waiting = [];
    outbox = undefined;
  }

  /** Erases what is kept; the next turn is kept anew. */
  function forget(): void {
    waiting = waiting.filter(({head}) => !head);
    withOutbox((box) => box.clear());
    outbox = undefined;
  }

  begin();
  return {
    take(record) {
      const {outcome, id, over, fb} = record;
      if (consent === 'denied') return;
      if (!fb) holdNow([]); // a verdict is on another turn than the one that is on its way
      const before = told.get(id);
      // of what went without a weight all goes without one, and whatever the sample: else it would count as left
      const ordinary = outcome === 'complete' && !over && (!before || before.w);
      if (ordinary && !sampled) return unkeep([entryOf({...record, rev: 99})]);
      const entry = entryOf(ordinary && sample < 1 ? {...record, w: Math.min(1 / sample, 10_000)} : record);
      add(entry);
      schedule();
    },
    hold(snapshot) {
      const entry = entryOf(snapshot);
      if (!maySend() || entry.record.rev >= FINAL_FROM_REV) return;
      join();
      keep(entry);
      holdNow([entry]);
    },
    leave(snapshot) {
      if (!maySend()) return;
      const open = (snapshot ? [entryOf(snapshot)] : []).filter(({record}) => record.rev < FINAL_FROM_REV);
      add(...open);
      // the open turn before all others, while there is room; what earlier pages left is safe where it is
      let rest = [...open, ...waiting.filter((entry) => !open.includes(entry) && !entry.head)];
      if (rest[0]) holdNow(rest);
      while (rest[0]) {
        const {body, chosen} = write(rest);
        const isTaken = beacon(url, body);
        if (isTaken || chosen.length < 2) {
          unkeep([], -tell(chosen));
          if (!isTaken) {
            post(url, {body, keepalive: true})
              .catch(() => post(url, {body, keepalive: false}))
              .catch(() => undefined); // it stays queued
          }
          rest = rest.filter((entry) => !chosen.includes(entry));
        } else most = chosen.length >> 1;
      }
    },
    opened: begin,
    consent(answer) {
      if (isMuted) return;
      consent = answer;
      if (answer === 'granted') return begin();
      forget();
      drop();
    },
    forget,
    stop() {
      consent = 'denied'; // nothing is taken any more
      idle?.();
      watching?.();
      sending?.abort();
      drop();
    },
  };
}

import type {AlertNotice} from '../protocol/index.ts';
import type {StoredAlert} from './burn-reading.ts';
import {writeNotice} from './notice.ts';
import {postNotice, WEBHOOK_GIVES_UP_MS, WEBHOOK_MAX_WAIT_MS, WEBHOOK_WAIT_MS} from './webhook.ts';

/** How telling went since the start. */
export interface TellingHealth {
  /** Notices that the webhook took. */
  toldCount: number;
  /** Posts that failed. */
  failedCount: number;
  /** Notices that were given up. */
  givenUpCount: number;
  /** Notices that wait. */
  waitingCount: number;
}

/** Tells a webhook of alerts, one notice after the other. */
export interface Telling {
  /** Goes on where it stopped, if it did. */
  go(): void;
  health(): TellingHealth;
  /** Ends it, the post under way too. */
  close(): Promise<void>;
}

const STATES = {firing: 'firing', clearing: 'cleared'} as const;

interface Next {
  alert: StoredAlert;
  event: AlertNotice['event'];
  /** When it happened, epoch ms. */
  at: number;
}

/**
 * Creates the teller. Notices go in the order in which things happened: one that fails is tried again, after waits that
 * double, before the next is; after WEBHOOK_GIVES_UP_MS it is given up.
 *
 * @param options.untold - Lists alerts whose state was not told.
 * @param options.onTold - Runs when the webhook took an alert's state, or it was given up; then it is untold no more.
 */
export function createTelling(options: {
  url: URL;
  fetchUrl: typeof fetch;
  clock: () => number;
  observe: (event: {kind: 'untold'; status?: number; givenUp: boolean} | {kind: 'failed'; error: unknown}) => void;
  untold: () => StoredAlert[];
  onTold: (id: string, state: StoredAlert['state']) => Promise<void>;
}): Telling {
  const {url, fetchUrl, clock, observe, untold, onTold} = options;
  const life = new AbortController();
  const health = {toldCount: 0, failedCount: 0, givenUpCount: 0};
  let running: Promise<void> | undefined;

  const waiting = () =>
    untold()
      .flatMap(eventsOf)
      .sort((a, b) => a.at - b.at || a.alert.id.localeCompare(b.alert.id));

  async function tell(): Promise<void> {
    let waitMs = WEBHOOK_WAIT_MS;
    for (let next = waiting()[0]; next && !life.signal.aborted; next = waiting()[0]) {
      const {alert, event, at} = next;
      const notice = writeNotice(publicOf(alert, event), event);
      const end = await postNotice({url, notice, key: `${alert.id} ${event}`, signal: life.signal, fetchUrl});
      if (life.signal.aborted && !end.ok) return;
      if (end.ok) {
        health.toldCount += 1;
        waitMs = WEBHOOK_WAIT_MS;
        await onTold(alert.id, STATES[event]);
        continue;
      }
      health.failedCount += 1;
      const givenUp = clock() - at >= WEBHOOK_GIVES_UP_MS;
      observe({kind: 'untold', givenUp, ...(end.status === undefined ? {} : {status: end.status})});
      if (givenUp) {
        health.givenUpCount += 1;
        await onTold(alert.id, STATES[event]);
        continue;
      }
      await pause(waitMs, life.signal);
      waitMs = Math.min(2 * waitMs, WEBHOOK_MAX_WAIT_MS);
    }
  }

  return {
    go() {
      if (life.signal.aborted) return;
      running ??= tell()
        .catch((error: unknown) => observe({kind: 'failed', error}))
        .finally(() => {
          running = undefined;
        });
    },
    health: () => ({...health, waitingCount: waiting().length}),
    async close() {
      life.abort();
      await running;
    },
  };
}

/** What is to be told of an alert: that it fires, that it is over, or first the one and then the other. */
function eventsOf(alert: StoredAlert): Next[] {
  const {told, firedAt, clearedAt} = alert;
  const events: Next[] = told === 'nothing' ? [{alert, event: 'firing', at: firedAt}] : [];
  if (clearedAt !== undefined) events.push({alert, event: 'clearing', at: clearedAt});
  return events;
}

/** An alert as it was at an event, without what is ours alone. */
function publicOf(
  {told: _, quietSinceAt: __, ...alert}: StoredAlert,
  event: AlertNotice['event'],
): AlertNotice['alert'] {
  if (event === 'clearing') return alert;
  const {clearedAt: ___, ...firing} = alert;
  return {...firing, state: 'firing'};
}

/** Waits, or until it is over. */
function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, waitMs);
    timer.unref?.(); // where timers keep a process alive, this one need not
    signal.addEventListener('abort', end);
  });
}

import type {Alert} from '../protocol/index.ts';
import {BURN_WINDOW_MS} from './burn.ts';
import type {ReadLimit, StoredAlert} from './burn-reading.ts';
import {judgeAlerts} from './judge-alerts.ts';
import type {Store} from './store.ts';
import {createTelling, type Telling, type TellingHealth} from './telling.ts';

/** How often budgets are looked at. */
export const ALERT_LOOK_MS = 60_000;

/** What alerts tell of themselves while they run: never an address, never what a client sent. */
export type AlertEvent =
  | {kind: 'alert'; state: Alert['state']; subject: Alert['kind']}
  | {kind: 'untold'; status?: number; givenUp: boolean}
  | {kind: 'failed'; error: unknown};

/** What stands of alerts now. */
export interface AlertHealth extends TellingHealth {
  firing: readonly Alert[];
}

/** Watches declared budgets. */
export interface Alerts {
  /** Looks now. Who calls while it looks gets that look's end. It does not throw. */
  look(): Promise<void>;
  health(): AlertHealth;
  /** Ends looking and telling; what was not told is told after the next start. */
  close(): Promise<void>;
}

/**
 * Looks at budgets every ALERT_LOOK_MS, from now on, and tells a webhook of each alert that begins or is over. What is
 * known of alerts is kept in the store before it is told: a restart tells nothing a second time.
 *
 * @param options.limits - What is declared.
 * @param options.webhook - Where alerts are told. Default: nowhere.
 * @param options.clock - Wall clock, epoch ms.
 * @param options.fetchUrl - Default: the global `fetch`.
 * @param options.observe - Runs with what happened.
 */
export function createAlerts(options: {
  store: Store;
  limits: readonly ReadLimit[];
  webhook?: URL | undefined;
  clock: () => number;
  fetchUrl?: typeof fetch;
  observe: (event: AlertEvent) => void;
}): Alerts {
  const {store, limits, webhook, clock, observe, fetchUrl = fetch} = options;
  const known = new Map<string, StoredAlert>();
  let changing: Promise<unknown> = Promise.resolve();
  let loading: Promise<void> | undefined;
  let looking: Promise<void> | undefined;
  let closed = false;

  const firing = () => [...known.values()].filter(({state}) => state === 'firing');
  const untold = () => [...known.values()].filter(isUntold);

  const telling: Telling | undefined =
    webhook && createTelling({url: webhook, fetchUrl, clock, observe, untold, onTold: noteTold});

  /** One change after the other: each begins with what the one before left. */
  function inTurn<Done>(change: () => Promise<Done>): Promise<Done> {
    const done = changing.then(change);
    changing = done.catch(() => undefined); // who changes hears of it; the next in line must not
    return done;
  }

  function know(alerts: readonly StoredAlert[]): void {
    for (const alert of alerts) {
      if (alert.state === 'firing' || isUntold(alert)) known.set(alert.id, alert);
      else known.delete(alert.id);
    }
  }

  /** What was told is told, whether the store takes note of it or not. */
  function noteTold(id: string, told: Alert['state']): Promise<void> {
    return inTurn(async () => {
      const alert = known.get(id);
      if (!alert) return;
      know([{...alert, told}]);
      await store.saveAlerts([{...alert, told}]);
    });
  }

  async function load(): Promise<void> {
    const saved = await store.alerts(clock());
    const nobody = telling ? [] : saved.filter(isUntold).map((alert) => ({...alert, told: alert.state}));
    if (nobody.length > 0) await store.saveAlerts(nobody);
    know([...saved, ...nobody]);
  }

  /** Judges, and saves before anybody is told: a restart knows what was told. */
  async function judge(nowAt: number): Promise<StoredAlert[]> {
    // nobody is woken for what is simulated
    const asked = {simulated: 'no', limits} as const;
    const window = {fromAt: nowAt - BURN_WINDOW_MS['3d'], untilAt: nowAt, nowAt, ...asked};
    const {groups} = await store.read('burn', window);
    return inTurn(async () => {
      const judged = judgeAlerts({firing: firing(), groups, nowAt});
      const changes = telling ? judged : judged.map((alert) => ({...alert, told: alert.state}));
      if (changes.length > 0) await store.saveAlerts(changes);
      know(changes);
      return changes;
    });
  }

  async function lookOnce(): Promise<void> {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    await loading;
    const nowAt = clock();
    for (const {state, kind, firedAt} of await judge(nowAt)) {
      if (state === 'cleared' || firedAt === nowAt) observe({kind: 'alert', state, subject: kind});
    }
    telling?.go();
  }

  function look(): Promise<void> {
    if (closed) return Promise.resolve();
    looking ??= lookOnce()
      .catch((error: unknown) => observe({kind: 'failed', error}))
      .finally(() => {
        looking = undefined;
      });
    return looking;
  }

  const timer = setInterval(() => void look(), ALERT_LOOK_MS);
  timer.unref?.(); // where timers keep a process alive, this one need not
  void look();

  return {
    look,
    health: () => ({
      firing: firing(),
      ...(telling?.health() ?? {toldCount: 0, failedCount: 0, givenUpCount: 0, waitingCount: 0}),
    }),
    async close() {
      closed = true;
      clearInterval(timer);
      await Promise.all([looking, telling?.close()]);
    },
  };
}

function isUntold({told, state}: StoredAlert): boolean {
  return told !== state;
}

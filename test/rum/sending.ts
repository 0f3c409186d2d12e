import {afterEach, beforeEach, expect, vi} from 'vitest';
import {CHAT_BUDGET, createTurn, type Ending, readBudget, type TurnRecord} from '../../src/latency/index.ts';
import type {BeaconBatch} from '../../src/protocol/index.ts';
import {createRum, describePage, type Rum} from '../../src/rum/index.ts';
import type {Answer} from '../stream/answer-server.ts';
import {type TestEndpoint, until} from '../stream/endpoint.ts';

const running: Rum[] = [];
const DEADLINE: IdleDeadline = {didTimeout: false, timeRemaining: () => 10};

/** Makes idle moments of the page under test, which is busy, and ends after each test what was started in it. */
export function useSending(): void {
  beforeEach(() => {
    vi.spyOn(window, 'requestIdleCallback').mockImplementation((work) => window.setTimeout(work, 0, DEADLINE));
    vi.spyOn(window, 'cancelIdleCallback').mockImplementation((handle) => clearTimeout(handle));
  });
  afterEach(() => {
    for (const rum of running.splice(0)) rum.stop();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    for (const name of ['globalPrivacyControl', 'doNotTrack']) Reflect.deleteProperty(navigator, name);
  });
}

/** Starts a sender as a site would that says nothing of consent. */
export function start(url: string, more: Partial<Parameters<typeof createRum>[0]> = {}): Rum {
  const rum = createRum({
    url,
    site: 'shop.example',
    sdk: '0.1.0',
    page: describePage({id: 'ab'.repeat(8), route: undefined}),
    consent: 'auto',
    gpc: 'off',
    sample: 1,
    now: () => performance.now(),
    ...more,
  });
  running.push(rum);
  return rum;
}

let made = 0;

/** Measures a turn that ended, or one that is still open. */
export function createRecord(ending?: Ending, doneMs = 700): TurnRecord {
  const budget = readBudget(CHAT_BUDGET);
  if (typeof budget === 'string') throw new Error(budget);
  made++;
  const id = made.toString(16).padStart(32, '0');
  const turn = createTurn({id, n: made, startedMs: 0, budget});
  turn.mark('sent', 1);
  turn.mark('paint', 300);
  if (ending) turn.settle(ending, doneMs);
  return turn.record(doneMs);
}

/** A turn that ended as it should. */
export const complete = () => createRecord({outcome: 'complete'});

/** A turn that is open while its page is hidden. */
export const snapshot = (): TurnRecord => ({...createRecord(), left: 'hidden'});

/** What the collector got, each batch held against the schema. */
export async function batches({seen}: TestEndpoint): Promise<BeaconBatch[]> {
  const {posts, preflights} = await seen();
  expect(preflights, 'preflights').toBe(0);
  return posts.map(({headers, body, faults}) => {
    expect(faults).toBe('');
    expect(body.length).toBeLessThanOrEqual(16_384);
    expect(headers['content-type']).toBe('text/plain;charset=UTF-8');
    return JSON.parse(body);
  });
}

/** The ids of a batch's turns. */
export const ids = (batch: BeaconBatch | undefined) => batch?.turns.map(({id}) => id);

/** Waits until the collector has so many batches. */
export async function untilBatches(endpoint: TestEndpoint, count: number): Promise<BeaconBatch[]> {
  await until(async () => (await endpoint.seen()).posts.length).toBe(count);
  return batches(endpoint);
}

/** Waits until whatever was to be sent when idle has been sent. */
export async function settled(endpoint: TestEndpoint): Promise<BeaconBatch[]> {
  for (let times = 0; times < 3; times++) {
    await new Promise((resolve) => requestIdleCallback(resolve));
    await endpoint.seen(); // a round trip to the same server, after what was sent before
  }
  return batches(endpoint);
}

/** A collector's answers. */
export const OK: Answer = {status: 204, headers: {}};
export const BUSY: Answer = {status: 503, headers: {}};

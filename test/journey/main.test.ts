import {expect, test} from 'vitest';
import {exclusiveTimes} from '../../src/latency/index.ts';
import {createGate} from '../gate.ts';
import {openCheckout, QUESTION, startHeldAnswer} from './checkout.ts';
import {waitUntil} from './drive/index.ts';
import {
  answerIs,
  ask,
  beaconSent,
  firstWords,
  instantModel,
  lastAnswer,
  noticeIs,
  openByKeyboard,
  panelReady,
  postCount,
} from './stage.ts';

test('a question asked by keyboard is answered as it is generated, and its times reach the store', async () => {
  const gate = createGate();
  let generatedCount = 0;
  const model = instantModel({
    heldFrom: 3,
    opened: gate.opened,
    onToken() {
      generatedCount++;
    },
  });
  const {stage, page} = await openCheckout('chromium', {model});

  // before the visitor does anything: two files of ours, and nothing stored
  await panelReady(page);
  const ours = () => page.tap().filter(({url}) => /\/(firstword|chat|v1)/.test(new URL(url).pathname));
  const files = new Set(ours().map(({url}) => url));
  expect([...files].map((url) => new URL(url).pathname)).toEqual([
    '/firstword.js',
    expect.stringMatching(/^\/firstword-panel-\w{8}\.js$/),
  ]);
  expect(await stored()).toEqual({local: 0, session: 0, databases: 0, cookie: '', caches: 0});

  await page.run(() => {
    const turns: unknown[] = [];
    Object.assign(window, {turns});
    addEventListener('firstword:turn', (event) => turns.push((event as CustomEvent).detail));
  });
  await openByKeyboard(page);
  await ask(page, QUESTION);

  // the first word is on screen while the model is held before its fourth
  await firstWords(page);
  expect(generatedCount).toBe(3);
  expect((await lastAnswer(page)).state).toBe('streaming');
  gate.open();
  await answerIs(page, 'complete');
  const answer = await lastAnswer(page);
  expect(answer.text).toContain('30 nights');
  expect(answer.notice).toBe('');

  await page.waitFor(() => (window as unknown as {turns: unknown[]}).turns.length === 1);
  await beaconSent(page);
  await waitUntil(
    async () => (await summaryCount(stage.url)) === 1,
    () => 'the turn to be counted',
  );
  expect(postCount(page)).toBe(1);
  expect(await page.errors()).toEqual([]);

  const [turn, ...more] = await stage.close();
  expect(more).toEqual([]);
  if (!turn) throw new Error('no turn was stored');
  expect(turn).toMatchObject({
    outcome: 'complete',
    final: true,
    source: 'model',
    model: 'simulated',
    proto: 'firstword',
  });
  const {sent = -1, headers = -1, byte = -1, token = -1, paint = -1, echo = -1, last = -1, done = -1} = turn.t;
  expect([0, echo, paint, done]).toEqual([0, echo, paint, done].toSorted((a, b) => a - b));
  expect([sent, headers, byte, token, paint]).toEqual([sent, headers, byte, token, paint].toSorted((a, b) => a - b));
  expect(last).toBeGreaterThanOrEqual(paint);
  expect(done).toBeGreaterThanOrEqual(last);
  expect(JSON.stringify(turn)).not.toMatch(/mattress|nights/);

  // the stages that were stored explain the server's own total
  const totalMs = stage.spans[0]?.totalMs ?? 0;
  const server = (turn.stages ?? []).filter(({s}) => s !== 'network');
  const startMs = Math.min(...server.map(({at = 0}) => at));
  const shares = exclusiveTimes(
    server.map(({s, at = 0, ms}) => ({stage: s, atMs: at - startMs, ms})),
    totalMs,
  );
  const sumMs = Object.values(shares).reduce((sum, ms) => sum + ms, 0);
  expect(Math.abs(sumMs - totalMs)).toBeLessThanOrEqual(1);
  expect(shares['unattributed'] ?? Number.NaN).toBeLessThanOrEqual(totalMs * 0.05);
  expect(Object.keys(shares)).toEqual(expect.arrayContaining(['overhead', 'retrieval', 'model', 'generate']));

  async function stored() {
    return page.run(async () => ({
      local: localStorage.length,
      session: sessionStorage.length,
      databases: (await indexedDB.databases()).length,
      cookie: document.cookie,
      caches: (await caches.keys()).length,
    }));
  }
});

test('a server that dies in the middle of an answer leaves what came, marked as cut, with a way to ask again', async () => {
  const {stage, page} = await startHeldAnswer('chromium');
  const before = await lastAnswer(page);
  await stage.close();
  await answerIs(page, 'cut');
  const after = await lastAnswer(page);
  expect(after.text.startsWith(before.text)).toBe(true);
  expect(after.retry).toBe(true);
  await noticeIs(page, 'The answer broke off before its end.');
  // the question, and the rest of its answer
  expect(postCount(page)).toBe(2);
  expect(await page.errors()).toEqual([]);
  // the page itself is as it was
  expect(await page.run(() => document.querySelector('h1')?.textContent)).toBe('Checkout');
});

async function summaryCount(url: string): Promise<number> {
  const response = await fetch(`${url}/v1/summary`);
  const {turns} = (await response.json()) as {turns: {count: number}};
  return turns.count;
}

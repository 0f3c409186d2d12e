import {describe, expect, onTestFinished, test} from 'vitest';
import {type EngineName, findEngines, openBrowser, waitUntil} from './drive/index.ts';
import {ask, createGate, instantModel, lastAnswer, openByKeyboard, startStage} from './stage.ts';

const QUESTION = 'How long can I try a mattress?';

/** Asks in the shop, and waits until the first word is on screen; the model is held before its fourth until the gate opens. */
async function startHeldAnswer(engine: EngineName) {
  const gate = createGate();
  const stage = await startStage({model: instantModel({heldFrom: 3, open: gate.open})});
  const browser = await openBrowser(engine);
  onTestFinished(() => browser.close());
  const page = await browser.open(`${stage.url}/checkout`);
  await openByKeyboard(page);
  await page.run(() => addEventListener('firstword:firsttoken', () => document.body.setAttribute('data-painted', '')));
  await ask(page, QUESTION);
  await page.waitFor(() => document.body.hasAttribute('data-painted'));
  return {gate, stage, page};
}

describe.each(findEngines())('$title', ({engine, missing}) => {
  test.skipIf(missing)('a visitor who leaves the page in the middle of an answer is in the store', async () => {
    const {gate, stage, page} = await startHeldAnswer(engine);
    // going elsewhere: of the beacons of a closing tab Firefox loses some
    await page.goto(`${stage.url}/help`);
    await waitUntil(
      async () => {
        const response = await fetch(`${stage.url}/v1/summary`);
        const {turns} = (await response.json()) as {turns: {count: number; openCount: number; hiddenCount: number}};
        return turns.count + turns.openCount + turns.hiddenCount > 0;
      },
      () => 'the turn to be in the store',
    );
    gate.release();
    const [turn, ...more] = await stage.close();
    expect(more).toEqual([]);
    // hidden first, gone then: which of the two records got out is the engine's
    expect(['open', 'abandoned']).toContain(turn?.outcome);
    expect(turn?.waited).toBeGreaterThanOrEqual(turn?.t.paint ?? Number.NaN);
    if (turn?.outcome === 'abandoned') expect(turn).toMatchObject({final: true, left: 'pagehide'});
    else expect(turn).toMatchObject({final: false, left: 'hidden'});
  });

  test.skipIf(missing)('an answer goes on while its tab is hidden, without a second post', async () => {
    const {gate, stage, page} = await startHeldAnswer(engine);
    await page.hide();
    gate.release();
    await waitUntil(
      async () => (await lastAnswer(page)).state === 'complete',
      () => 'the answer to be whole on a hidden page',
    );
    await page.show();
    const answer = await lastAnswer(page);
    expect(answer.text).toContain('30 nights');
    expect(page.tap().filter(({method, url}) => method === 'POST' && url.endsWith('/chat'))).toHaveLength(1);
    await waitUntil(
      () => page.tap().some(({url}) => url.endsWith('/v1/turns')),
      () => 'a beacon',
    );
    const turn = (await stage.close()).at(-1);
    expect(turn?.hidden).toBeGreaterThan(0);
    expect(turn?.hid).toBeGreaterThan(turn?.t.paint ?? Number.NaN);
  });
});

test('stop ends an answer at once, here and at the server, and says so', async () => {
  const {gate, stage, page} = await startHeldAnswer('chromium');
  await page.click('firstword-chat >>> [part~=stop]');
  const stopped = await lastAnswer(page);
  expect(stopped).toMatchObject({state: 'stopped', notice: 'Stopped.', retry: true});
  await waitUntil(
    () => stage.spans.length === 1,
    () => 'the server to hear of it',
  );
  gate.release();
  await page.click('firstword-chat >>> [part~=retry]');
  await waitUntil(
    async () => (await lastAnswer(page)).state === 'complete',
    () => 'the answer of the second try',
  );
  await waitUntil(
    () => page.tap().filter(({url}) => url.endsWith('/v1/turns')).length > 0,
    () => 'a beacon',
  );
  await page.close();
  const turns = await stage.close();
  expect(turns[0]).toMatchObject({outcome: 'stopped', left: 'stop'});
  expect(turns[0]?.waited).toBeGreaterThan(0);
});

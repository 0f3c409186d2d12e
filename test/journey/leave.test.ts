import {describe, expect, test} from 'vitest';
import {startHeldAnswer} from './checkout.ts';
import {findEngines, waitUntil} from './drive/index.ts';
import {answerIs, beaconSent, lastAnswer, postCount} from './stage.ts';

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
    gate.open();
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
    gate.open();
    await answerIs(page, 'complete');
    await page.show();
    const answer = await lastAnswer(page);
    expect(answer.text).toContain('30 nights');
    expect(postCount(page)).toBe(1);
    await beaconSent(page);
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
  gate.open();
  await page.click('firstword-chat >>> [part~=retry]');
  await answerIs(page, 'complete');
  await beaconSent(page);
  await page.close();
  const turns = await stage.close();
  expect(turns[0]).toMatchObject({outcome: 'stopped', left: 'stop'});
  expect(turns[0]?.waited).toBeGreaterThan(0);
});

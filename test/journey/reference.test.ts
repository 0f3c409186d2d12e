import type {TurnSpan} from 'firstword/server';
import {expect, onTestFinished, test} from 'vitest';
import {createBackend} from '../../demo/backend.ts';
import {ask} from '../server/ask.ts';
import {readAnswer} from '../server/events.ts';

/** The demo as it is started, and what it tells of its turns. */
async function open() {
  const spans: TurnSpan[] = [];
  const backend = await createBackend({turnsPath: ':memory:', seed: 1, observe: (span) => spans.push(span)});
  onTestFinished(backend.close);
  const say = async (text: string, headers: Record<string, string> = {}) => {
    const key = crypto.randomUUID();
    return readAnswer(await backend.fetch(ask(text, {fw: {key}, body: {id: key}, headers})));
  };
  return {backend, spans, say};
}

test('the reference backend tells of all its time: at most a twentieth of a turn is no stage’s', async () => {
  const {backend, spans, say} = await open();
  const shown = await backend.fetch(new Request('http://shop.test/sign-in'));
  const cookie = shown.headers.get('set-cookie')?.split(';')[0] ?? '';

  const hello = await (await backend.fetch(new Request('http://shop.test/chat?fw=hello'))).json();
  expect(hello).toMatchObject({budget: {'first-token': 3_000, classify: 50, context: 200, overhead: 150}});

  const made = await say('How long does delivery take?');
  expect(made.text).toMatch(/3 to 5 working days/);
  expect((await say('what is the delivery time')).text).toBe(made.text);
  expect((await say('Where is my order?')).text).toMatch(/^Sign in/);
  expect((await say('Where is my order?', {cookie})).text).toMatch(/^Your order S-2041 left/);
  expect((await say('Is the Kulle pillow in stock?')).text).toMatch(/none in stock/);
  await say('Which of your mattresses is best for a bad back, and what does each of them cost over ten years?');

  expect(spans.map(({route, model, cache = '-', tools}) => [route, model, cache, tools?.callCount ?? 0])).toEqual([
    ['fast', 'simulated-fast', 'none', 0],
    ['fast', 'simulated-fast', 'semantic', 0],
    ['fast', 'simulated-fast', '-', 1],
    ['fast', 'simulated-fast', '-', 1],
    ['fast', 'simulated-fast', '-', 1],
    ['powerful', 'simulated-powerful', '-', 0],
  ]);
  for (const {totalMs, stages, unattributedMs, outcome, failed} of spans) {
    expect([outcome, failed]).toEqual(['complete', undefined]);
    expect(unattributedMs).toBeLessThanOrEqual(totalMs * 0.05);
    const sumMs = Object.values(stages).reduce((sum, ms) => sum + ms, unattributedMs);
    expect(Math.abs(sumMs - totalMs)).toBeLessThan(1);
  }
});

test('the shop is there with an endpoint that fails on purpose, and no other', async () => {
  const {backend, spans} = await open();
  const show = async (query: string) => (await backend.fetch(new Request(`http://shop.test/checkout${query}`))).text();
  expect(await show('?fault=cut')).toContain('data-endpoint="/faulty/cut/chat"');
  for (const query of ['', '?fault=none']) expect(await show(query)).toContain('data-endpoint="/chat"');

  const {method, headers, body} = ask('How long does delivery take?');
  const question = await new Response(body).text();
  const send = async (kind: string) =>
    backend.fetch(new Request(`http://shop.test/faulty/${kind}/chat`, {method, headers, body: question}));
  expect((await send('429')).status).toBe(429);
  const cut = await (await send('cut')).text();
  expect(cut).toContain('"type":"start"');
  expect(cut).not.toContain('"type":"finish"');
  expect((await send('flood')).status).toBe(404);
  expect(spans.length).toBeLessThanOrEqual(1);
});

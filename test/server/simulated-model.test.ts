import {describe, expect, it, vi} from 'vitest';
import {percentile} from '../../src/latency/index.ts';
import {
  createAnswerHandler,
  createKnowledge,
  createSimulatedModel,
  type SimulatedModelOptions,
} from '../../src/server/index.ts';
import {createGate} from '../gate.ts';
import {ask} from './ask.ts';
import {readAnswer, readEvents} from './events.ts';
import {SHOP} from './shop-knowledge.ts';
import {makeTool} from './tool-shop.ts';

/** Time that passes by being waited for, and the waits. */
function createTime() {
  const waits: number[] = [];
  let nowMs = 0;
  return {
    waits,
    clock: () => nowMs,
    wait: async (waitMs: number) => {
      waits.push(waitMs);
      nowMs += waitMs;
    },
  };
}

const create = (options: Partial<SimulatedModelOptions> = {}) =>
  createSimulatedModel({knowledge: SHOP, ...createTime(), ...options});

async function answer(question: string, options: Partial<SimulatedModelOptions> = {}) {
  const handler = createAnswerHandler({
    model: create(options),
    retrieve: createKnowledge(SHOP).retrieve,
    observe: () => {},
  });
  return readAnswer(await handler(ask(question)));
}

describe('the simulated model', () => {
  it('says what it is', async () => {
    const {parts} = await answer('Hi');
    expect(parts[0]).toMatchObject({messageMetadata: {fw: {model: 'simulated'}}});
  });

  it.each([
    ['How long does shipping take?', /2 to 4 working days/, 'https://shop.test/shipping'],
    ['Do you deliver to Switzerland?', /Switzerland take 5 to 7/, 'https://shop.test/shipping#abroad'],
    ['How do I return shoes?', /within 30 days/, 'https://shop.test/returns'],
    ['Where is my order?', /link to follow your parcel/, 'https://shop.test/orders'],
    ['Is PayPal possible?', /PayPal/, 'https://shop.test/payment'],
  ])('answers "%s" from its knowledge, with the source', async (question, words, url) => {
    const {text, parts} = await answer(question);
    expect(text).toMatch(words);
    expect(text.match(/[.!?](?=\s+\p{Lu}|$)/gu)?.length).toBeLessThanOrEqual(4);
    const sources = parts.filter(({type}) => type === 'source-url').map((part) => part['url']);
    expect(sources[0]).toBe(url);
    expect(new Set(sources).size).toBe(sources.length);
  });

  it.each([
    ['Hello there', /^Hello! .* I can help with shipping, returns, order status and cancellation\.$/],
    ['thanks!', /^You are welcome\./],
    ['What is the capital of France?', /^I am sorry, I do not know that\. I can help with/],
  ])('says "%s" in plain words and without sources', async (question, words) => {
    const {text, types} = await answer(question);
    expect(text).toMatch(words);
    expect(types).not.toContain('source-url');
  });

  it('answers and waits the same for the same seed and question', async () => {
    const run = async (seed: number, question: string) => {
      const time = createTime();
      const {text} = await answer(question, {...time, seed});
      return JSON.stringify([text, time.waits]);
    };
    const once = await run(7, 'How long does shipping take?');
    expect(await run(7, 'How long does shipping take?')).toBe(once);
    expect(await run(8, 'How long does shipping take?')).not.toBe(once);
    expect(await run(7, 'How long will shipping take?')).not.toBe(once);
  });

  it('waits as hosted models do: log-normal, with a long tail', async () => {
    const firsts: number[] = [];
    const others: number[] = [];
    for (let seed = 0; seed < 1500; seed++) {
      const time = createTime();
      const {stream} = await create({...time, seed, knowledge: []}).doStream({
        prompt: [{role: 'user', content: [{type: 'text', text: 'Hi'}]}],
      });
      for await (const _ of stream);
      const [first = 0, ...rest] = time.waits;
      firsts.push(first);
      others.push(...rest);
    }
    const at = (values: number[], share: number) =>
      percentile(
        values.sort((a, b) => a - b),
        share,
      ) ?? 0;
    expect(at(firsts, 0.5) / 350).toBeGreaterThan(0.9);
    expect(at(firsts, 0.5) / 350).toBeLessThan(1.1);
    expect(at(firsts, 0.99) / at(firsts, 0.5)).toBeGreaterThan(4.5);
    expect(at(firsts, 0.99) / at(firsts, 0.5)).toBeLessThan(7.5);
    expect(at(others, 0.5) / 18).toBeGreaterThan(0.9);
    expect(at(others, 0.5) / 18).toBeLessThan(1.1);
  });

  it('holds between tokens at a gate', async () => {
    const gates = [createGate(), createGate()];
    const handler = createAnswerHandler({
      model: create({gate: (at) => gates[at]?.opened ?? Promise.resolve()}),
      observe: () => {},
    });
    const events = readEvents(await handler(ask('Is PayPal possible?')));
    gates[0]?.open();
    expect((await events.until('text-delta'))['delta']).toBe('We');
    let second = false;
    const next = events.until('text-delta').then((part) => {
      second = true;
      return part['delta'];
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(second).toBe(false);
    gates[1]?.open();
    expect(await next).toBe(' take');
    await events.rest();
  });

  it('stops waiting when it is aborted', async () => {
    vi.useFakeTimers();
    try {
      const leaving = new AbortController();
      const {stream} = await createSimulatedModel({knowledge: SHOP}).doStream({
        prompt: [{role: 'user', content: [{type: 'text', text: 'Hi'}]}],
        abortSignal: leaving.signal,
      });
      const reader = stream.getReader();
      await reader.read();
      const pending = reader.read();
      leaving.abort();
      await expect(pending).rejects.toThrow(/abort/i);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('stops waiting at a gate when it is aborted', async () => {
    const leaving = new AbortController();
    const {stream} = await create({gate: () => new Promise(() => {})}).doStream({
      prompt: [{role: 'user', content: [{type: 'text', text: 'Hi'}]}],
      abortSignal: leaving.signal,
    });
    const reader = stream.getReader();
    await reader.read();
    const pending = reader.read();
    leaving.abort();
    await expect(pending).rejects.toThrow(/abort/i);
  });

  it('calls a tool that it is offered, and says what text that gave', async () => {
    const call = (question: string) => (question.endsWith('order?') ? {tool: 'order', input: {id: 7}} : undefined);
    const say = async (question: string, execute: () => unknown) => {
      const model = create({call, modelId: 'simulated-fast'});
      const handler = createAnswerHandler({model, tools: {order: makeTool(execute)}, observe: () => {}});
      return readAnswer(await handler(ask(question)));
    };
    const find = vi.fn(() => 'It left today.');
    const {text, parts} = await say('Where is my order?', find);
    expect(text).toBe('It left today.');
    expect(parts[0]).toMatchObject({messageMetadata: {fw: {model: 'simulated-fast'}}});
    expect(find.mock.calls).toMatchObject([[{id: 7}, {}]]);
    const fail = vi.fn(() => Promise.reject(new Error('down')));
    expect((await say('Where is my order?', fail)).text).toMatch(/follow your parcel/);
    expect((await say('Is PayPal possible?', fail)).text).toContain('PayPal');
    expect(fail).toHaveBeenCalledOnce();
    expect((await answer('Where is my order?', {call})).text).toMatch(/follow your parcel/);
  });

  it('answers in one piece too, with its usage', async () => {
    const {content, usage, finishReason} = await create().doGenerate({
      prompt: [{role: 'user', content: [{type: 'text', text: 'Is PayPal possible?'}]}],
    });
    expect(content).toMatchObject([{type: 'text', text: expect.stringContaining('PayPal')}]);
    expect(usage.outputTokens.total).toBeGreaterThan(5);
    expect(usage.inputTokens.total).toBeGreaterThan(5);
    expect(finishReason.unified).toBe('stop');
  });
});

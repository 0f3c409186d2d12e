import {afterEach, describe, expect, it, vi} from 'vitest';
import type {AnswerOptions, Chunk, Retrieve} from '../../src/server/index.ts';
import {createGate} from '../gate.ts';
import {ask} from './ask.ts';
import {readAnswer} from './events.ts';
import {openShop} from './shop.ts';
import {stagesOf} from './tool-shop.ts';

const found: Chunk[] = [{id: 'r', text: 'Returns take 30 days.'}];
const never = () => new Promise<never>(() => {});

afterEach(() => {
  vi.restoreAllMocks();
});

/** A shop that looks something up for each answer, and what was asked of its model. */
function open(options: Partial<AnswerOptions>) {
  const shop = openShop(['Yes.'], options);
  const say = async (fw: object = {}) => readAnswer(await shop.handler(ask('?', {fw})));
  return {...shop, say, prompt: () => JSON.stringify(shop.calls[0]?.prompt)};
}

describe('what an answer is made from', () => {
  it('is told as stages that run side by side', async () => {
    const gate = createGate();
    const retrieve: Retrieve = () => gate.opened.then(() => found);
    const context = () => {
      gate.open(); // each waits for the other to have begun
      return {name: 'Ann'};
    };
    const {say, spans, prompt} = open({retrieve, context});
    expect(stagesOf((await say()).parts).slice(1, 5)).toEqual([
      ...['retrieval start', 'context start', 'context end', 'retrieval end'],
    ]);
    expect(spans[0]?.timeline.map(({stage}) => stage)).toEqual(expect.arrayContaining(['retrieval', 'context']));
    expect(prompt()).toMatch(/30 days.*Ann|Ann.*30 days/);
  });

  it('is waited for no longer than the budget says of its stage, and done without', async () => {
    const signals: AbortSignal[] = [];
    const retrieve: Retrieve = (_, {signal}) => {
      signals.push(signal);
      return never();
    };
    const {say, spans} = open({retrieve, context: never, budget: 'retrieval=20ms context=10ms'});
    const {text, parts} = await say();
    expect(text).toBe('Yes.');
    expect(stagesOf(parts)).toEqual(expect.arrayContaining(['context timeout', 'retrieval timeout']));
    expect(signals.map(({aborted}) => aborted)).toEqual([true]);
    expect(spans).toMatchObject([{outcome: 'complete', failed: ['context', 'retrieval']}]);
  });

  it('is waited for where the budget says nothing of its stage, or is none', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (const budget of [undefined, 'model=1s', 'retrieval=20ms tools=soon', {stages: {retrieval: 'soon'}}]) {
      const gate = createGate();
      const retrieve = vi.fn<Retrieve>(() => gate.opened.then(() => found));
      const {say, prompt, spans} = open({retrieve, ...(budget === undefined ? {} : {budget})});
      const said = say();
      await vi.waitFor(() => expect(retrieve).toHaveBeenCalledOnce());
      expect(retrieve.mock.calls[0]?.[1]).not.toHaveProperty('deadlineMs');
      gate.open();
      await said;
      expect(prompt()).toContain('30 days');
      expect(spans[0]).not.toHaveProperty('failed');
    }
    expect(warn).toHaveBeenCalledTimes(2);
  });

  it('is told how long that is: the least of the budget and of what is left until the deadline', async () => {
    const retrieve = vi.fn<Retrieve>(() => found);
    const budget = {stages: {retrieval: '400ms'}};
    await open({retrieve, budget}).say();
    await open({retrieve, budget}).say({deadlineMs: 60_000});
    await open({retrieve}).say({deadlineMs: 60_000});
    await open({retrieve, budget: {stages: {retrieval: '2s'}}}).say({deadlineMs: 1_900});
    const [named, far, unnamed, near] = retrieve.mock.calls.map(([, {deadlineMs = Number.NaN}]) => deadlineMs);
    expect([named, far]).toEqual([400, 400]);
    for (const [told, limitMs] of [
      [unnamed, 60_000],
      [near, 1_900],
    ] as const) {
      expect(told).toBeGreaterThan(0);
      expect(told).toBeLessThanOrEqual(limitMs);
    }
  });
});

import {describe, expect, it, vi} from 'vitest';
import {type Fault, withChaos} from '../../src/server/index.ts';
import {createGate} from '../gate.ts';
import {ask} from './ask.ts';
import {readAnswer, readEvents} from './events.ts';
import {openShop, readRefusal} from './shop.ts';

const pause = () => new Promise((resolve) => setImmediate(resolve));
const spoil = (fault: Fault, steps: Parameters<typeof openShop>[0] = ['a', pause, 'b']) =>
  withChaos(openShop(steps).handler, {faults: [fault]});

describe('chaos', () => {
  it('refuses with the time to wait', async () => {
    for (const kind of ['429', '503'] as const) {
      const response = await spoil({kind, retryAfterS: 3})(ask('?'));
      expect(response.headers.get('retry-after')).toBe('3');
      expect(await readRefusal(response)).toMatchObject({status: Number(kind), retryable: true});
    }
  });

  it('cuts an answer', async () => {
    const {blocks, types} = await readAnswer(await spoil({kind: 'cut', afterCount: 1})(ask('?')));
    expect([types[0], types.includes('finish'), blocks.at(-1) === 'data: [DONE]']).toEqual(['start', false, false]);
  });

  it('stalls an answer until its reader leaves', async () => {
    const events = readEvents(await spoil({kind: 'stall', afterCount: 0})(ask('?')));
    const seen: string[] = [];
    const reading = events.part().then((part) => seen.push(String(part?.type)));
    await pause();
    expect(seen).toEqual([]);
    await events.cancel();
    await reading;
  });

  it('puts what is no event into an answer that is otherwise whole', async () => {
    const response = await spoil({kind: 'malformed', afterCount: 1})(ask('?'));
    const text = await response.text();
    expect(text).toContain('"delta":\n\n');
    expect(text).toContain('[DONE]');
  });

  it('holds an answer back to its end', async () => {
    const gate = createGate();
    const events = readEvents(await spoil({kind: 'buffer'}, ['a', () => gate.opened, 'b'])(ask('?')));
    const seen: string[] = [];
    const reading = events.part().then((part) => seen.push(String(part?.type)));
    await pause();
    expect(seen).toEqual([]);
    gate.open();
    await reading;
    expect((await events.rest()).at(-1)).toBe('data: [DONE]');
  });

  it('delays an answer', async () => {
    vi.useFakeTimers();
    const seen: number[] = [];
    const asked = spoil({kind: 'delay', ms: 500})(ask('?')).then(({status}) => seen.push(status));
    await vi.advanceTimersByTimeAsync(499);
    expect(seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await asked;
    vi.useRealTimers();
  });

  it('strikes the same questions for the same seed, and no greeting', async () => {
    const strike = async (seed: number) => {
      const {handler} = openShop(['a'], {limits: {conversationMinuteCount: 100}});
      const faults: Fault[] = [{kind: '503', retryAfterS: 1}];
      const chaos = withChaos(handler, {faults, share: 0.5, seed});
      expect((await chaos(new Request('http://shop.test/chat?fw=hello'))).status).toBe(200);
      const found: number[] = [];
      for (let at = 0; at < 30; at++) found.push((await chaos(ask('?', {fw: {key: `k${at}`}}))).status);
      return found.join();
    };
    const [one, again, other] = [await strike(1), await strike(1), await strike(2)];
    expect(one).toBe(again);
    expect(one).not.toBe(other);
    expect(one).toMatch(/200.*503|503.*200/);
  });
});

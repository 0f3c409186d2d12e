import {afterEach, expect, it, vi} from 'vitest';
import {type Listening, listen} from '../../src/cli/listen.ts';
import {type HedgeEnd, withHedge} from '../../src/latency/index.ts';
import {createGate} from '../gate.ts';
import {ask} from './ask.ts';
import {readEvents} from './events.ts';
import {openShop} from './shop.ts';

let listening: Listening | undefined;

afterEach(async () => {
  await listening?.close();
  listening = undefined;
});

it.each([
  {won: 'hedge', winner: 1},
  {won: 'primary', winner: 0},
] as const)(
  'over HTTP the page takes the first text ($won), and the other attempt ends at the provider',
  async (told) => {
    const gates = [createGate(), createGate()];
    const end = createGate();
    let askedCount = 0;
    const first = () => gates[askedCount++]?.opened ?? Promise.resolve();
    const shop = openShop([first, 'Your', () => end.opened, ' order']);
    listening = await listen({fetch: shop.handler, host: '127.0.0.1', port: 0});
    const {url} = listening;
    const ends: HedgeEnd[] = [];

    const answered = withHedge(
      async ({attempt, signal, claim}) => {
        if (attempt === 1) await vi.waitFor(() => expect(shop.calls).toHaveLength(1)); // gates go by the order of calls
        const body = await ask('?', {fw: {attempt}}).text();
        const headers = {'content-type': 'application/json'};
        const events = readEvents(await fetch(`${url}/chat`, {method: 'POST', headers, body, signal}));
        await events.until('text-delta');
        claim();
        await vi.waitFor(() => expect(shop.spans).toHaveLength(1)); // the loser's, before the winner ends
        end.open();
        return (await events.rest()).at(-1);
      },
      {
        afterMs: () => 0,
        signal: new AbortController().signal,
        allow: () => true,
        onEnd: (how) => ends.push(how),
        now: () => performance.now(),
      },
    );
    await vi.waitFor(() => expect(shop.calls).toHaveLength(2));
    gates[told.winner]?.open();

    expect(await answered).toBe('data: [DONE]');
    await shop.ended(2);
    expect(ends).toMatchObject([{won: told.won}]);
    expect(shop.spans).toMatchObject([
      {outcome: 'abandoned', attempt: 1 - told.winner},
      {outcome: 'complete', attempt: told.winner},
    ]);
    expect(shop.calls.map(({abortSignal}) => abortSignal?.aborted)).toEqual([told.winner === 1, told.winner === 0]);
  },
);

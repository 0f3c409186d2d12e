import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {afterEach, describe, expect, it, vi} from 'vitest';
import {type Charges, startChargingProvider} from './charging-provider.ts';
import {readEvents} from './events.ts';

const closes: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closes.splice(0).map((close) => close()));
});

/** Starts a cold process with the kit in front of a provider on loopback, and opens a chat there. */
async function startCold(how: 'prompt' | 'own' | 'no', charges: Charges) {
  const provider = await startChargingProvider(charges);
  closes.push(provider.close);
  const child: ChildProcess = spawn(process.execPath, ['test/server/cold-backend.ts', how], {
    env: {...process.env, OPENAI_BASE_URL: provider.baseURL, OPENAI_API_KEY: 'k', OPENAI_MODEL: 'm'},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closes.push(async () => {
    const gone = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill();
    await gone;
  });
  const [printed] = await once(child.stdout ?? child, 'data');
  const url = `${String(printed).trim()}/chat`;
  await (await fetch(`${url}?fw=hello`)).text();
  let askedCount = 0;
  return {
    provider,
    warmed: () => vi.waitFor(() => expect(provider.answeredCount()).toBe(1), {timeout: 20_000}),
    /** Asks, and gives how long the first text took, in ms. */
    async ask() {
      const body = {
        id: 'c1',
        messages: [{role: 'user', content: `Question ${++askedCount}?`}],
        fw: {v: 1, key: `k${askedCount}`},
      };
      const sentMs = performance.now();
      const events = readEvents(await fetch(url, {method: 'POST', body: JSON.stringify(body)}));
      await events.until('text-delta');
      const ms = performance.now() - sentMs;
      await events.rest();
      return ms;
    },
  };
}

const FREE: Charges = {connectionMs: 0, prefixMs: 0, thinkMs: 0};

describe('the connection to the provider', () => {
  it.each(['own', 'prompt'] as const)('is one for twenty turns and what warmed it (%s)', async (how) => {
    const {provider, ask, warmed} = await startCold(how, FREE);
    await warmed();
    for (let at = 0; at < 20; at++) await ask();
    expect(provider.asked.filter((asked) => asked === 'POST /v1/chat/completions')).toHaveLength(
      how === 'own' ? 20 : 21,
    );
    expect(provider.socketCount()).toBe(1);
  });
});

/** Long enough that what a cold process takes for itself is little beside it. */
const DEAR: Charges = {connectionMs: 600, prefixMs: 600, thinkMs: 800};

describe('the first turn of a cold process', () => {
  it.each<['prompt' | 'no', string, (share: number) => void]>([
    ['no', 'takes at least twice as long as later ones', (share) => expect(share).toBeGreaterThanOrEqual(2)],
    ['prompt', 'takes at most a fifth more', (share) => expect(share).toBeLessThanOrEqual(1.2)],
  ])('where `warm` is %s, %s', async (how, _, judge) => {
    const {provider, ask, warmed} = await startCold(how, DEAR);
    if (how === 'prompt') await warmed();
    const firstMs = await ask();
    const laterMs: number[] = [];
    for (let at = 0; at < 5; at++) laterMs.push(await ask());
    judge(firstMs / Math.max(1, median(laterMs)));
    expect(provider.socketCount()).toBe(1);
  });
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

import {expect, it, vi} from 'vitest';
import {createMemoryStore} from '../../src/server/index.ts';
import {createTurnMemory} from '../../src/server/turn-memory.ts';

const facts = (more: object = {}) => ({
  turn: 'k1',
  name: 'refund',
  input: {order: 7} as unknown,
  attempt: 'run-1',
  signal: new AbortController().signal,
  ...more,
});

it('lets one process use what has side effects where several have one store', async () => {
  const store = createMemoryStore();
  const [here, there] = [createTurnMemory({store}), createTurnMemory({store})];
  const work = vi.fn(async () => 'done');
  await expect(here.once({...facts(), work}).result).resolves.toBe('done');
  await expect(there.once({...facts({attempt: 'run-2'}), work}).result).rejects.toMatchObject({kind: 'taken'});
  await expect(there.once({...facts({turn: 'k2', attempt: 'run-2'}), work}).result).resolves.toBe('done');
  expect(work).toHaveBeenCalledTimes(2);
});

it('is refused for now, not for ever: the attempt that may use it still can', async () => {
  const {once} = createTurnMemory();
  const work = vi.fn(async () => 'done');
  await once({...facts(), work}).result;
  const other = {input: {order: 8}, work};
  await expect(once({...facts({attempt: 'run-2'}), ...other}).result).rejects.toMatchObject({kind: 'taken'});
  await expect(once({...facts(), ...other}).result).resolves.toBe('done');
});

it('does nothing where the store cannot say', async () => {
  const store = {get: async () => undefined, setIfAbsent: () => Promise.reject(new Error('redis is away'))};
  const work = vi.fn(async () => 'done');
  await expect(createTurnMemory({store}).once({...facts(), work}).result).rejects.toThrow('redis is away');
  expect(work).not.toHaveBeenCalled();
});

it('shares nothing by inputs that cannot be told apart', async () => {
  const cycle: {self?: unknown} = {};
  cycle.self = cycle;
  const work = vi.fn(async () => 'done');
  const {share} = createTurnMemory();
  for (const input of [cycle, cycle, 1n, 1n]) await share({...facts({input}), work}).result;
  expect(work).toHaveBeenCalledTimes(4);
});

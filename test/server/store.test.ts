import {describe, expect, it} from 'vitest';
import {createMemoryStore} from '../../src/server/index.ts';

function open(limit?: number) {
  let nowMs = 0;
  const store = createMemoryStore({clock: () => nowMs, ...(limit === undefined ? {} : {limit})});
  return {
    store,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('a memory store', () => {
  it('gives what was put until its time is over, and shares no object', async () => {
    const {store, pass} = open();
    const cart = {items: ['sku-1']};
    await store.set('cart', cart, 100);
    cart.items.push('sku-2');
    expect(await store.get('cart')).toEqual({items: ['sku-1']});
    pass(99);
    expect(await store.get('cart')).toEqual({items: ['sku-1']});
    pass(1);
    expect(await store.get('cart')).toBeUndefined();
  });

  it('lets one of several put first, and the next when its time is over', async () => {
    const {store, pass} = open();
    const all = await Promise.all([1, 2, 3].map((value) => store.setIfAbsent('lock', value, 100)));
    expect([all, await store.get('lock')]).toEqual([[true, false, false], 1]);
    pass(100);
    expect(await store.setIfAbsent('lock', 4, 100)).toBe(true);
    await store.delete('lock');
    expect(await store.get('lock')).toBeUndefined();
  });

  it('counts from the first of a time', async () => {
    const {store, pass} = open();
    expect(await store.add('n', 2, 100)).toBe(2);
    pass(60);
    expect(await store.add('n', 3, 100)).toBe(5);
    pass(40);
    expect(await store.add('n', 1, 100)).toBe(1);
  });

  it('reads a list on from a place, for as long as it grows', async () => {
    const {store, pass} = open();
    await store.append('run', 'a', 100);
    pass(99);
    await store.append('run', {b: 1}, 100);
    pass(99);
    expect([await store.read('run', 0), await store.read('run', 1)]).toEqual([['a', {b: 1}], [{b: 1}]]);
    pass(1);
    expect(await store.read('run', 0)).toEqual([]);
  });

  it('drops what was used least lately when it is full, what is over before that', async () => {
    const {store, pass} = open(3);
    await store.set('short', 1, 10);
    await store.set('a', 1, 100);
    await store.set('b', 1, 100);
    pass(10);
    await store.set('c', 1, 100);
    expect(await store.get('a')).toBe(1);
    await store.set('d', 1, 100);
    const left = await Promise.all(['short', 'a', 'b', 'c', 'd'].map((key) => store.get(key)));
    expect(left).toEqual([undefined, 1, undefined, 1, 1]);
  });
});

import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {
  createConversationStore,
  type KeptConversation,
  type KeptMessage,
  MAX_KEPT_BYTES,
  MAX_MESSAGES,
} from '../../src/storage/index.ts';

const NAME = 'https://shop.example/chat';
const KEY = `firstword:${NAME}`;

const open = (persist: 'session' | 'local' | 'none' = 'session', name = NAME) =>
  createConversationStore({persist, name});
const message = (id: string, text = id): KeptMessage => ({kind: 'question', id, text});
const talk = (...messages: KeptMessage[]): KeptConversation => ({id: 'c1', messages, draft: 'half a ques'});

/** Everything that the browser holds now. */
const held = () => ({session: {...sessionStorage}, local: {...localStorage}});

beforeEach(() => {
  sessionStorage.clear();
  localStorage.clear();
});

afterEach(() => vi.restoreAllMocks());

test('nothing is stored before the first write, whatever is read', () => {
  expect(open().read()).toBeUndefined();
  expect(open('local').read()).toBeUndefined();
  open().forget();
  expect(held()).toEqual({session: {}, local: {}});
});

test.each(['session', 'local'] as const)('a conversation kept in %s storage is there for the next page', (persist) => {
  const answer = {kind: 'answer', id: 'm2', text: 'On its way. 📦', state: 'complete', sources: [{id: 's', url: '/'}]};
  const kept = talk(message('m1'), answer);
  open(persist).write(kept);
  expect(open(persist).read()).toEqual(kept);
  const {session, local} = held();
  expect(Object.keys(persist === 'session' ? session : local)).toEqual([KEY]);
  expect(persist === 'session' ? local : session).toEqual({});
});

test('without storage a conversation is kept in memory only', () => {
  const store = open('none');
  store.write(talk(message('m1')));
  expect(held()).toEqual({session: {}, local: {}});
  expect(store.read()?.messages).toHaveLength(1);
  expect(open('none').read()).toBeUndefined();
});

test('conversations of one origin are told apart by name', () => {
  open('session', 'a').write(talk(message('m1')));
  open('session', 'b').write(talk(message('m2')));
  expect(open('session', 'a').read()?.messages).toEqual([message('m1')]);
  open('session', 'a').forget();
  expect(open('session', 'b').read()?.messages).toEqual([message('m2')]);
});

test('the newest write stands', () => {
  const store = open();
  store.write(talk(message('m1')));
  store.write({...talk(message('m1'), message('m2')), draft: ''});
  expect(open().read()).toMatchObject({draft: '', messages: [{id: 'm1'}, {id: 'm2'}]});
  expect(store.read()).toEqual(open().read());
});

test.each(['session', 'local', 'none'] as const)('forgetting leaves nothing, with %s', (persist) => {
  const store = open(persist);
  store.write(talk(message('m1')));
  store.forget();
  expect(held()).toEqual({session: {}, local: {}});
  expect(store.read()).toBeUndefined();
  expect(open(persist).read()).toBeUndefined();
});

describe('limits', () => {
  test('the last messages are kept, as many as are allowed', () => {
    const messages = Array.from({length: MAX_MESSAGES + 25}, (_, at) => message(`m${at}`));
    open().write(talk(...messages));
    expect(open().read()?.messages).toEqual(messages.slice(25));
    open().write(talk(...messages.slice(0, MAX_MESSAGES)));
    expect(open().read()?.messages).toEqual(messages.slice(0, MAX_MESSAGES));
  });

  test.each([
    ['many messages', 200, 3_000],
    ['few long ones', 3, 60_000],
    ['one that is too long by itself', 1, 300_000],
    ['a long one after short ones', 0, 0],
  ])('%s never take more room than there is, and the last that fit stay', (_, count, length) => {
    const many = Array.from({length: count}, (_, at) => message(`m${at}`, `${'é"'.repeat(length / 2)}`));
    const messages = count
      ? many
      : [...Array.from({length: 20}, (_, at) => message(`m${at}`)), message('long', 'x'.repeat(120_000))];
    open().write(talk(...messages));
    const text = sessionStorage.getItem(KEY) ?? '';
    expect(text.length * 2).toBeLessThanOrEqual(MAX_KEPT_BYTES);
    const kept = open().read();
    expect(kept?.draft).toBe('half a ques');
    expect(kept?.messages).toEqual(messages.slice(messages.length - (kept?.messages.length ?? 0)));
    const bytes = (from: KeptMessage[]) => JSON.stringify(from).length * 2;
    if (bytes(messages.slice(-1)) < MAX_KEPT_BYTES - 1000) expect(kept?.messages.length).toBeGreaterThan(0);
  });

  test('a draft beyond all measure is cut, and still there', () => {
    open().write({id: 'c1', messages: [message('m1')], draft: '\n'.repeat(1_000_000)});
    expect((sessionStorage.getItem(KEY) ?? '').length * 2).toBeLessThanOrEqual(MAX_KEPT_BYTES);
    expect(open().read()?.draft.length).toBeGreaterThan(10_000);
  });

  test('writing a conversation that is too long takes no longer than a few writes of what fits', () => {
    const time = (work: () => void) => {
      const fromMs = performance.now();
      for (let times = 0; times < 5; times++) work();
      return performance.now() - fromMs;
    };
    const fitting = talk(message('m1', 'x'.repeat(120_000)));
    const tooLong = talk(message('m1', 'x'.repeat(120_000)), message('m2', 'x'.repeat(120_000)));
    time(() => open().write(fitting));
    const fits = time(() => open().write(fitting));
    expect(time(() => open().write(tooLong))).toBeLessThan(20 * fits + 50);
  });
});

describe('a browser that refuses', () => {
  test.each(['sessionStorage', 'localStorage'] as const)('%s at all: memory serves, nothing is thrown', (name) => {
    vi.spyOn(window, name, 'get').mockImplementation(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    });
    const store = open(name === 'sessionStorage' ? 'session' : 'local');
    expect(store.read()).toBeUndefined();
    store.write(talk(message('m1')));
    expect(store.read()?.messages).toEqual([message('m1')]);
    store.forget();
    expect(store.read()).toBeUndefined();
  });

  test('because it is full: the newest is read, and forgetting still erases', () => {
    const store = open();
    store.write(talk(message('m1')));
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('exceeded', 'QuotaExceededError');
    });
    store.write(talk(message('m1'), message('m2')));
    expect(store.read()?.messages).toHaveLength(2);
    store.forget();
    expect(store.read()).toBeUndefined();
    expect(held().session).toEqual({});
  });
});

test.each([
  ['cut in half', '{"v":1,"id":"c1","mess'],
  ['no JSON', 'hello'],
  ['empty', ''],
  ['null', 'null'],
  ['a number', '1'],
  ['a list', '[1]'],
  ['of another version', JSON.stringify({v: 2, id: 'c1', messages: [], draft: ''})],
  ['of no version', JSON.stringify({id: 'c1', messages: [], draft: ''})],
])('what is kept but %s is as if nothing were', (_, text) => {
  sessionStorage.setItem(KEY, text);
  expect(open().read()).toBeUndefined();
});

test('damaged messages are left out, the others stay', () => {
  const messages = [null, 5, 'm', {}, {id: 1, text: 'a'}, {id: 'm1'}, message('m2'), [], {text: 'b'}];
  sessionStorage.setItem(KEY, JSON.stringify({v: 1, id: 'c1', messages, draft: null}));
  expect(open().read()).toEqual({id: 'c1', messages: [message('m2')], draft: ''});
  sessionStorage.setItem(KEY, JSON.stringify({v: 1, id: 'c1', messages: 'none'}));
  expect(open().read()).toEqual({id: 'c1', messages: [], draft: ''});
});

test('keys that objects have by birth stay plain data', () => {
  sessionStorage.setItem(
    KEY,
    '{"v":1,"id":"c1","__proto__":{"polluted":1},"messages":[{"id":"m","text":"t","kind":"question","__proto__":{"polluted":1}}]}',
  );
  expect(open().read()?.messages).toHaveLength(1);
  expect({}).not.toHaveProperty('polluted');
});

test.each(['session', 'local', 'none'] as const)(
  'forget() of %s storage erases what the others keep of it',
  (persist) => {
    open('session').write(talk(message('m1')));
    open('local').write(talk(message('m2')));
    open('local', 'another').write(talk(message('m3')));
    open(persist).forget();
    expect(held()).toEqual({session: {}, local: {'firstword:another': expect.any(String)}});
  },
);

test('a conversation that became empty is kept no more, and that of another storage stays', () => {
  open('session').write(talk(message('m1')));
  open('local').write(talk(message('m2')));
  open('session').write({id: 'c1', messages: [], draft: ''});
  expect(held()).toEqual({session: {}, local: {[KEY]: expect.any(String)}});
});

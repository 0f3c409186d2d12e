import {afterEach, describe, expect, onTestFinished, test, vi} from 'vitest';
import type {Answering, Chat} from '../../src/chat/index.ts';
import {bodies, createEndpoint, FINISH, gate, NATIVE, numberEvents, START, until, word} from '../stream/endpoint.ts';
import {answering, startChat} from './start-chat.ts';

const numbered = numberEvents([START, word('On '), word('its '), word('way.'), FINISH]);
const answer = (from: number, to?: number, ...more: ReturnType<typeof gate>[]) => ({
  headers: NATIVE,
  steps: [{kind: 'write' as const, text: numbered(from, to)}, ...more],
});
const QUESTION = {kind: 'question', id: 'q', text: 'Where?', at: 1};
const rest = (lastEventId: string) => ({kind: 'post', lastEventId});

/** Another tab that shows the conversation, played by the test: it holds the place of whoever reads, keeps and tells. */
async function createPeer(url: string) {
  const name = `firstword:${url}`;
  const channel = new BroadcastChannel(name);
  const heard: {want?: string; text?: string; over?: {state: string} | 'gone'}[] = [];
  channel.onmessage = ({data}) => heard.push(data);
  let release: (() => void) | undefined;
  onTestFinished(() => {
    channel.close();
    release?.();
    localStorage.removeItem(name);
  });
  const waiting = async () => (await navigator.locks.query()).pending?.filter((lock) => lock.name === name).length ?? 0;
  const held = async () => (await navigator.locks.query()).held?.some((lock) => lock.name === name) ?? false;

  return {
    heard,
    wants: () => heard.map(({want}) => want).filter(Boolean),
    read: () => localStorage.getItem(name),
    held,
    waiting,
    hold: () =>
      new Promise<void>((resolve) => {
        void navigator.locks.request(name, () => {
          resolve();
          return new Promise<void>((free) => {
            release = free;
          });
        });
      }),
    release: () => release?.(),
    /** Keeps an answer as it stands, and has the page hear of it unless that is `late`. */
    keep(kept: object, when: 'now' | 'late' = 'now') {
      const message = {kind: 'answer', id: 'a', turnId: 't', text: '', at: 1, source: 'model', sources: [], ...kept};
      localStorage.setItem(name, JSON.stringify({v: 1, id: 'c', draft: '', messages: [QUESTION, message]}));
      if (when === 'now') this.hear();
    },
    /** Keeps a question and an answer of its own and nothing else, and has the page hear of it. */
    keepTheirs(kept: object) {
      const at = Date.now();
      const question = {kind: 'question', id: 'q2', text: 'And now?', at};
      const message = {
        kind: 'answer',
        id: 'a2',
        turnId: 't2',
        at,
        source: 'model',
        sources: [],
        open: {key: 't2'},
        ...kept,
      };
      localStorage.setItem(name, JSON.stringify({v: 1, id: 'c', draft: '', messages: [question, message]}));
      this.hear();
    },
    hear: (newValue: string | null = '') =>
      void window.dispatchEvent(new StorageEvent('storage', {key: name, newValue, storageArea: localStorage})),
    tell: (part: object) => channel.postMessage({id: 't', ...part}),
  };
}

const open = (text: string, from?: string) => ({
  state: text ? 'streaming' : 'waiting',
  text,
  open: {key: 't', rest: from && rest(from)},
});

/** A chat whose files have all come, before anything was asked. */
async function startShared(url: string) {
  const started = startChat(url, {persist: 'local'});
  started.chat.open();
  await started.chat.load();
  return started;
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('a tab that asks', () => {
  test('tells others of its turn only once it holds the place of whoever reads', async () => {
    const endpoint = await createEndpoint(answer(0, 3, gate('rest')));
    const peer = await createPeer(endpoint.url);
    const {chat, lastAnswer} = await startShared(endpoint.url);
    await peer.hold();
    chat.send('Where?');
    await until(() => lastAnswer().state).toBe('streaming');
    expect(peer.read()).toBe(null);
    peer.release();
    await until(() => peer.read()).toContain('"open":{"key"');
  });

  test('says how its answer ended, and lets go of the place', async () => {
    const endpoint = await createEndpoint(answer(0));
    const peer = await createPeer(endpoint.url);
    const {chat, ended} = await startShared(endpoint.url);
    chat.send('Where?');
    await ended();
    await until(() => peer.heard.at(-1)).toMatchObject({text: 'On its way.', over: {state: 'complete'}});
    expect(await peer.held()).toBe(false);
    expect(peer.read()).toContain('"complete"');
  });

  test('answers also where the browser lets it meet nobody, and keeps what it can', async () => {
    const refuse = () => {
      throw new DOMException('no', 'SecurityError');
    };
    vi.stubGlobal('BroadcastChannel', refuse);
    const endpoint = await createEndpoint(answer(0));
    const peer = {read: () => localStorage.getItem(`firstword:${endpoint.url}`)};
    const {chat, lastAnswer} = await startShared(endpoint.url);
    chat.send('Where?');
    await until(() => lastAnswer()).toMatchObject({state: 'complete', text: 'On its way.'});
    expect(peer.read()).toContain('On its way.');
    localStorage.removeItem(`firstword:${endpoint.url}`);
  });

  test('keeps its question also where no place can be held', async () => {
    vi.spyOn(navigator.locks, 'request').mockRejectedValue(new DOMException('no', 'SecurityError'));
    const endpoint = await createEndpoint(answer(0, 3, gate('rest')));
    const peer = await createPeer(endpoint.url);
    const {chat} = await startShared(endpoint.url);
    chat.send('Where?');
    await until(() => peer.read()).toContain('Where?');
  });

  test('shows and keeps what another tab asked at the same time, above its own', async () => {
    const endpoint = await createEndpoint(answer(0, 3, gate('rest'), {kind: 'write', text: numbered(3)}));
    const peer = await createPeer(endpoint.url);
    const {chat, lastAnswer, ended} = await startShared(endpoint.url);
    const texts = () => chat.state().messages.map(({text}) => text);
    chat.send('Where?');
    await until(() => lastAnswer().state).toBe('streaming');
    peer.keepTheirs({state: 'streaming', text: 'Th'});
    await until(() => texts().slice(0, 2)).toEqual(['And now?', 'Th']);
    expect(lastAnswer().state).toBe('streaming');
    peer.keepTheirs({state: 'complete', text: 'Then.'});
    await until(() => texts().slice(0, 2)).toEqual(['And now?', 'Then.']);
    await endpoint.open('rest');
    await ended();
    expect(texts()).toEqual(['And now?', 'Then.', 'Where?', 'On its way.']);
    for (const text of ['Then.', 'On its way.']) expect(peer.read()).toContain(text);
  });

  test('keeps its question again where what another tab kept before it comes late and takes it away', async () => {
    const endpoint = await createEndpoint(answer(0, 3, gate('rest')));
    const peer = await createPeer(endpoint.url);
    const {chat, answers} = await startShared(endpoint.url);
    chat.send('And now?');
    await until(() => peer.read()).toContain('And now?');
    peer.keep({state: 'stopped', text: 'On '});
    await until(() => peer.read()).toContain('And now?');
    expect(answers().at(-1)?.state).toBe('streaming');
  });

  test('keeps its answer again where another tab that had not heard of it kept the rest', async () => {
    const endpoint = await createEndpoint(answer(0));
    const peer = await createPeer(endpoint.url);
    const {chat, ended} = await startShared(endpoint.url);
    const texts = () => chat.state().messages.map(({text}) => text);
    chat.send('Where?');
    await ended();
    peer.keepTheirs({state: 'complete', text: 'Then.'});
    await until(() => texts()).toEqual(['And now?', 'Then.', 'Where?', 'On its way.']);
    for (const text of ['Then.', 'On its way.']) expect(peer.read()).toContain(text);
  });

  test('forgets what another tab erased that had not heard of its answer', async () => {
    const endpoint = await createEndpoint(answer(0, 3, gate('rest')), {status: 200});
    const peer = await createPeer(endpoint.url);
    const {chat, lastAnswer} = await startShared(endpoint.url);
    chat.send('Where?');
    await until(() => lastAnswer().state).toBe('streaming');
    await until(() => peer.read()).toContain('Where?');
    localStorage.removeItem(`firstword:${endpoint.url}`);
    peer.hear(null);
    await until(() => chat.state()).toMatchObject({messages: [], busy: false});
    expect(peer.read()).toBe(null);
  });

  test('forgets, and keeps nothing again, when another tab has all of it forgotten', async () => {
    const endpoint = await createEndpoint(answer(0, 3, gate('rest')), {status: 200});
    const peer = await createPeer(endpoint.url);
    const {chat, lastAnswer, ended, records} = await startShared(endpoint.url);
    chat.send('Where?');
    await until(() => lastAnswer().text || lastAnswer().state).toBe('streaming');
    await until(() => peer.read()).toContain('Where?');
    const {key} = JSON.parse(peer.read() ?? '').messages[1].open;
    peer.tell({id: key, want: 'forget'});
    await until(() => chat.state().messages).toEqual([]);
    expect(chat.state().busy).toBe(false);
    expect(peer.read()).toBe(null);
    await ended();
    expect(records()).toMatchObject([{outcome: 'stopped'}]);
    chat.visibility('hidden');
    expect(peer.read()).toBe(null);
  });
});

describe('a tab that follows', () => {
  /** A tab that follows an answer of the peer's, of which it has heard a part. */
  async function follow(...answers: Parameters<typeof createEndpoint>) {
    const endpoint = await createEndpoint(...answers);
    const peer = await createPeer(endpoint.url);
    const started = await startShared(endpoint.url);
    await peer.hold();
    peer.keep(open(''));
    await until(() => peer.wants()).toEqual(['ask']);
    peer.tell({at: 0, text: 'On ', rest: rest('run-1-1')});
    await until(() => started.arrived.get('a')).toBe('On ');
    await until(peer.waiting).toBe(1);
    return {...started, endpoint, peer};
  }
  const questions = async (url: Awaited<ReturnType<typeof createEndpoint>>) => (await bodies(url)).length;

  test('shows the last words where they come after the place was let go, and asks nothing itself', async () => {
    const {peer, arrived, lastAnswer, endpoint} = await follow(answer(0));
    peer.release();
    await until(peer.held).toBe(true);
    await until(peer.waiting).toBe(0);
    peer.tell({at: 3, text: 'its ', rest: rest('run-1-2')});
    peer.tell({at: 0, text: 'On its way.', over: {state: 'complete', text: 'On its way.'}});
    await until(() => lastAnswer()).toMatchObject({state: 'complete', text: 'On its way.'});
    expect(arrived.get('a')).toBe('On its way.');
    await until(peer.held).toBe(false);
    expect(await questions(endpoint)).toBe(0);
    peer.keep({state: 'complete', text: 'On its way.'});
    expect(lastAnswer()).toMatchObject({state: 'complete', text: 'On its way.'});
  });

  test('shows the last words where storage brings them first', async () => {
    const {peer, arrived, lastAnswer, endpoint} = await follow(answer(0));
    peer.keep({state: 'complete', text: 'On its way.'});
    expect(lastAnswer()).toMatchObject({state: 'complete', text: 'On its way.'});
    expect(arrived.get('a')).toBe('On its way.');
    peer.tell({at: 0, text: 'On its way.', over: {state: 'complete', text: 'On its way.'}});
    peer.release();
    await until(peer.held).toBe(false);
    expect(arrived.get('a')).toBe('On its way.');
    expect(await questions(endpoint)).toBe(0);
  });

  test('lets go at once of a place that the browser gives it when the answer is over already', async () => {
    const request = navigator.locks.request.bind(navigator.locks);
    let isLate = false;
    // a lock that is on its way from another process when the request is taken back
    vi.spyOn(navigator.locks, 'request').mockImplementation((async (
      name: string,
      options: LockOptions,
      hold: never,
    ) => {
      if (isLate) return request(name, options, hold);
      isLate = true;
      await new Promise((over) => options.signal?.addEventListener('abort', over));
      return request(name, hold);
    }) as never);
    const endpoint = await createEndpoint(answer(0));
    const peer = await createPeer(endpoint.url);
    const {chat, lastAnswer} = await startShared(endpoint.url);
    peer.keep(open(''));
    await until(() => peer.wants()).toEqual(['ask']);
    peer.tell({at: 0, text: 'On its way.', over: {state: 'complete', text: 'On its way.'}});
    await until(() => lastAnswer().state).toBe('complete');
    chat.send('Where?');
    await until(() => peer.heard.at(-1)).toMatchObject({over: {state: 'complete'}});
    expect(peer.read()).toContain('"complete"');
    await until(peer.held).toBe(false);
  });

  test('asks for the whole where it missed a part', async () => {
    const {peer, arrived} = await follow(answer(0));
    peer.tell({at: 7, text: 'way.', rest: rest('run-1-3')});
    await until(() => peer.wants()).toEqual(['ask', 'ask']);
    expect(arrived.get('a')).toBe('On ');
    peer.tell({at: 0, text: 'On its way.', rest: rest('run-1-3')});
    await until(() => arrived.get('a')).toBe('On its way.');
  });

  test.each([
    ['says that it goes', 'gone'],
    ['was killed, though it could keep nothing', undefined],
  ])('reads on after the last words that it heard when the other %s', async (_, over) => {
    const {peer, arrived, lastAnswer, endpoint} = await follow(answer(2));
    if (over) peer.tell({at: 0, text: 'On ', rest: rest('run-1-1'), over});
    peer.release();
    await until(() => lastAnswer().state).toBe('complete');
    expect(arrived.get('a')).toBe('On its way.');
    expect((await bodies(endpoint)).map(({fw}) => [fw.key, fw.lastEventId])).toEqual([['t', 'run-1-1']]);
  });

  test('reads on after what was kept where that is more', async () => {
    const {peer, arrived, lastAnswer, endpoint} = await follow(answer(3));
    peer.keep(open('On its ', 'run-1-2'), 'late');
    peer.tell({at: 0, text: 'On ', rest: rest('run-1-1'), over: 'gone'});
    peer.release();
    await until(() => lastAnswer().state).toBe('complete');
    expect(arrived.get('a')).toBe('On its way.');
    expect((await bodies(endpoint)).map(({fw}) => fw.lastEventId)).toEqual(['run-1-2']);
  });

  test('has the other stop it, and leaves keeping and telling the server to that tab', async () => {
    const {peer, chat, lastAnswer, endpoint} = await follow(answer(0));
    const before = peer.read();
    chat.stop();
    expect(lastAnswer()).toMatchObject({state: 'stopped', text: 'On '});
    await until(() => peer.wants()).toEqual(['ask', 'stop']);
    expect(peer.read()).toBe(before);
    peer.keep({state: 'stopped', text: 'On its '});
    expect(lastAnswer()).toMatchObject({state: 'stopped', text: 'On its '});
    expect(await questions(endpoint)).toBe(0);
  });

  test.each([
    ['stop', (chat: Chat) => chat.stop(), ['stopped']],
    ['resubmit', (chat: Chat) => chat.send('And now?'), ['stopped', 'complete']],
  ] as const)(
    'has the other %s also where that is wanted before its own files have come',
    async (left, act, states) => {
      const endpoint = await createEndpoint(answer(0));
      const peer = await createPeer(endpoint.url);
      await peer.hold();
      peer.keep(open('On ', 'run-1-1'), 'late');
      const coming = Promise.withResolvers<Answering>();
      const {chat, answers} = startChat(endpoint.url, {persist: 'local', loadAnswering: () => coming.promise});
      chat.open();
      act(chat);
      coming.resolve(answering());
      await until(() => peer.wants()).toContain(left);
      peer.release();
      await until(() => answers().map(({state}) => state)).toEqual(states);
      await until(() => chat.state().busy).toBe(false);
      expect(answers()[0]?.text).toBe('On ');
    },
  );

  test('has the other forget', async () => {
    const {peer, chat} = await follow(answer(0));
    chat.forget();
    await until(() => peer.wants()).toEqual(['ask', 'forget']);
    expect(peer.read()).toBe(null);
    expect(chat.state().messages).toEqual([]);
  });

  test('asks something else: what the other keeps of its answer does not take that away', async () => {
    const {peer, chat, answers} = await follow(answer(0, 3, gate('rest')));
    chat.send('When?');
    await until(() => peer.wants()).toEqual(['ask', 'resubmit']);
    await until(() => answers().map(({state}) => state)).toEqual(['stopped', 'streaming']);
    peer.keep({state: 'stopped', text: 'On its '});
    expect(answers()).toHaveLength(2);
    peer.release();
    await until(() => peer.read()).toContain('When?');
  });

  test('catches up when the page comes back out of the cache of its browser', async () => {
    const {peer, lastAnswer, arrived} = await follow(answer(0));
    peer.keep({state: 'complete', text: 'On its way.'}, 'late');
    window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}));
    expect(lastAnswer()).toMatchObject({state: 'complete', text: 'On its way.'});
    expect(arrived.get('a')).toBe('On its way.');
  });
});

test('a tab whose files come late shows the last words of an answer that ended meanwhile', async () => {
  const endpoint = await createEndpoint(answer(0));
  const peer = await createPeer(endpoint.url);
  peer.keep(open('On ', 'run-1-1'));
  const {chat, arrived, lastAnswer} = startChat(endpoint.url, {persist: 'local'});
  chat.open();
  expect(lastAnswer()).toMatchObject({state: 'streaming', text: 'On '});
  peer.keep({state: 'complete', text: 'On its way.'});
  await until(() => lastAnswer()).toMatchObject({state: 'complete', text: 'On its way.'});
  expect(arrived.get('a')).toBe('its way.');
  expect(await bodies(endpoint)).toEqual([]);
});

test('two tabs that ask at the same instant both have their answers, and end with one conversation', async () => {
  const endpoint = await createEndpoint(answer(0), answer(0));
  const peer = await createPeer(endpoint.url);
  const tabs = [await startShared(endpoint.url), await startShared(endpoint.url)];
  for (const {chat} of tabs) chat.send('Where?');
  for (const {ended} of tabs) await ended();
  await until(peer.held).toBe(false);
  peer.hear();
  const [first, second] = tabs.map(({chat}) => chat.state());
  expect(first).toEqual(second);
  expect(first?.busy).toBe(false);
  expect(await bodies(endpoint)).toHaveLength(2);
});

import {expect, test, vi} from 'vitest';
import {type AnswerEvent, createReader, type DeclaredProtocol} from '../../src/protocol/index.ts';
import {getRest, postQuestion, type Reading, readAnswer, StreamError} from '../../src/stream/index.ts';
import type {Step} from './answer-server.ts';
import {
  bodies,
  createEndpoint,
  createEndpointAt,
  FINISH,
  gate,
  NATIVE,
  numberEvents,
  START,
  type TestEndpoint,
  until,
  word,
  write,
} from './endpoint.ts';

const AI_SDK = {'content-type': 'text/event-stream', 'x-vercel-ai-ui-message-stream': 'v1'};
const WORDS = ['Your ', 'order ', '👋🏽 is ', 'on ', 'its\n\n', 'way.'];
const PARTS: object[] = [START, ...WORDS.map(word), FINISH];
const numbered = numberEvents(PARTS);
const QUESTION = {id: 'c1', trigger: 'submit-message', messages: []};

const text = (written: string): Step => ({kind: 'write', text: written});

interface Asked {
  text: () => string;
  events: AnswerEvent[];
  done: Promise<void>;
}

/** Asks as a chat does, with the rest asked for where the reader says. */
function ask(
  endpoint: TestEndpoint,
  {protocol = 'auto', ...more}: Partial<Reading> & {protocol?: DeclaredProtocol} = {},
): Asked {
  const events: AnswerEvent[] = [];
  const signal = more.signal ?? new AbortController().signal;
  const to = {endpoint: endpoint.url, credentials: 'same-origin' as const, userToken: 'token'};
  const post = (lastEventId?: string) => {
    const fw = {key: 'k1', ...(lastEventId === undefined ? {} : {lastEventId})};
    return postQuestion({...to, body: {...QUESTION, fw}, fw, preflightFree: false, signal});
  };
  const written = () => events.map((event) => (event.kind === 'text' ? event.text : '')).join('');
  const done = readAnswer({
    response: more.response ?? post(),
    createReader: async (headers) =>
      createReader({protocol, headers, endpoint: endpoint.url, conversationId: QUESTION.id}),
    resume: (rest) => (rest.kind === 'post' ? post(rest.lastEventId) : getRest({...to, rest, signal})),
    shown: written,
    signal,
    now: () => performance.now(),
    onHead: () => undefined,
    onChunk: () => undefined,
    onEvent: (event) => void events.push(event),
    ...more,
  });
  done.catch(() => undefined); // the test judges it
  return {text: written, events, done};
}

for (const [how, break_] of [
  ['breaks off', [{kind: 'drop'}]],
  ['is closed too early', []],
] as const) {
  for (let at = 1; at < PARTS.length; at++) {
    test(`an answer that ${how} after event ${at} goes on after it, with nothing lost or doubled`, async () => {
      const endpoint = await createEndpoint(
        {headers: NATIVE, steps: [text(numbered(0, at)), gate('seen'), ...break_]},
        {headers: NATIVE, steps: [text(numbered(at))]},
      );
      const asked = ask(endpoint);
      await until(() => asked.events.length).toBe(at);
      await endpoint.open('seen');
      await asked.done;
      expect(asked.text()).toBe(WORDS.join(''));
      expect((await bodies(endpoint)).map(({fw}) => fw)).toEqual([
        {key: 'k1'},
        {key: 'k1', lastEventId: `run-1-${at - 1}`},
      ]);
    });
  }
}

test('events that come again are read once, whatever the server starts from', async () => {
  const endpoint = await createEndpoint(
    {headers: NATIVE, steps: [text(numbered(0, 4)), text(numbered(3, 4))]},
    {headers: NATIVE, steps: [text(numbered(0, 2)), text(numbered(1))]},
  );
  const asked = ask(endpoint);
  await asked.done;
  expect(asked.text()).toBe(WORDS.join(''));
});

test('events without an id of their own are all read, whatever id is in force', async () => {
  const endpoint = await createEndpoint({
    headers: NATIVE,
    steps: [text(numbered(0, 1)), text(numbered(1).replace(/id: .*\n/g, ''))],
  });
  const asked = ask(endpoint);
  await asked.done;
  expect(asked.text()).toBe(WORDS.join(''));
});

test('the rest is asked for once: an answer that breaks off again stays cut', async () => {
  const endpoint = await createEndpoint(
    {headers: NATIVE, steps: [text(numbered(0, 3))]},
    {headers: NATIVE, steps: [text(numbered(3, 5))]},
  );
  const asked = ask(endpoint);
  await expect(asked.done).rejects.toMatchObject({kind: 'cut'});
  expect(asked.text()).toBe(WORDS.slice(0, 4).join(''));
  expect(await bodies(endpoint)).toHaveLength(2);
});

test.each([
  ['gone', {status: 410}],
  ['busy', {status: 503, headers: {'retry-after': '1'}}],
  ['no answer', {status: 204, headers: {}}],
  ['a page', {headers: {'content-type': 'text/html'}, steps: [text('<html>')]}],
])('an answer whose rest is %s is cut, and what has come stays', async (_, answer) => {
  const endpoint = await createEndpoint({headers: NATIVE, steps: [text(numbered(0, 3))]}, answer);
  const asked = ask(endpoint);
  await expect(asked.done).rejects.toMatchObject({kind: 'cut'});
  expect(asked.text()).toBe('Your order ');
  expect(await bodies(endpoint)).toHaveLength(2);
});

test('an answer without ids is replayed whole by its GET, and what was shown is not shown again', async () => {
  const whole = [{type: 'start'}, ...PARTS.slice(1)];
  const endpoint = await createEndpoint({headers: AI_SDK, steps: [write(...whole.slice(0, 4))]});
  const replay = await createEndpointAt(`${endpoint.url}/c1/stream`, {headers: AI_SDK, steps: [write(...whole)]});
  const asked = ask(endpoint);
  await asked.done;
  expect(asked.text()).toBe(WORDS.join(''));
  expect(await bodies(endpoint)).toHaveLength(1);
  const {posts} = await replay.seen();
  expect(posts.map(({headers}) => headers['authorization'])).toEqual(['Bearer token']);
});

test('a replay that is another answer is not mixed in', async () => {
  const said = (...words: string[]) => [{type: 'start'}, ...words.map(word)];
  const endpoint = await createEndpoint({headers: AI_SDK, steps: [write(...said('Your ', 'order'))]});
  await createEndpointAt(`${endpoint.url}/c1/stream`, {
    headers: AI_SDK,
    steps: [write(...said('You', ' asked'), FINISH)],
  });
  const asked = ask(endpoint);
  await expect(asked.done).rejects.toMatchObject({kind: 'cut'});
  expect(asked.text()).toBe('Your order');
});

test('a backend that cannot go on is asked once', async () => {
  const chunk = {object: 'chat.completion.chunk', choices: [{index: 0, delta: {content: 'Hel'}, finish_reason: null}]};
  const endpoint = await createEndpoint({steps: [write(chunk), gate('seen'), {kind: 'drop'}]});
  const asked = ask(endpoint);
  await until(asked.text).toBe('Hel');
  await endpoint.open('seen');
  await expect(asked.done).rejects.toMatchObject({kind: 'cut'});
  expect(asked.text()).toBe('Hel');
  const {posts, hellos} = await endpoint.seen();
  expect([posts.length, hellos]).toEqual([1, 0]);
});

test('an answer that began on the page before this one goes on after its last event', async () => {
  const endpoint = await createEndpoint({headers: NATIVE, steps: [text(numbered(3))]});
  const begun = {kind: 'post' as const, lastEventId: 'run-1-2'};
  const fw = {key: 'k1', lastEventId: begun.lastEventId};
  const post = {endpoint: endpoint.url, credentials: 'same-origin' as const, userToken: undefined};
  const response = postQuestion({...post, body: {...QUESTION, fw}, fw, preflightFree: false});
  const asked = ask(endpoint, {begun, response});
  await asked.done;
  expect(asked.text()).toBe(WORDS.slice(2).join(''));
});

test('an answer that breaks off without a network waits for it before its rest is asked for', async () => {
  const endpoint = await createEndpoint(
    {headers: NATIVE, steps: [text(numbered(0, 3)), gate('seen'), {kind: 'drop'}]},
    {headers: NATIVE, steps: [text(numbered(3))]},
  );
  const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  const waits = vi.spyOn(globalThis, 'addEventListener');
  const asked = ask(endpoint);
  await until(() => asked.events.length).toBe(3);
  await endpoint.open('seen');
  await until(() => waits.mock.calls.some(([type]) => type === 'online')).toBe(true);
  expect(await bodies(endpoint)).toHaveLength(1);
  onLine.mockRestore();
  dispatchEvent(new Event('online'));
  await asked.done;
  expect(asked.text()).toBe(WORDS.join(''));
});

test('whoever stops while the rest is on its way ends the reading', async () => {
  const endpoint = await createEndpoint(
    {headers: NATIVE, steps: [text(numbered(0, 3))]},
    {headers: NATIVE, headGate: 'never'},
  );
  const abort = new AbortController();
  const asked = ask(endpoint, {signal: abort.signal});
  await until(async () => (await bodies(endpoint)).length).toBe(2);
  const reason = new Error('enough');
  abort.abort(reason);
  await expect(asked.done).rejects.toBe(reason);
  await endpoint.closed();
});

test('the rest is never asked for on another origin than the endpoint', async () => {
  const rest = {kind: 'get' as const, url: 'https://elsewhere.example/runs/1', replays: 'rest' as const};
  const to = {endpoint: location.href, credentials: 'include' as const, userToken: 'token'};
  const fetched = vi.spyOn(globalThis, 'fetch');
  await expect(getRest({...to, rest, signal: new AbortController().signal})).rejects.toThrow(/another origin/);
  expect(fetched).not.toHaveBeenCalled();
  fetched.mockRestore();
});

test('what a callback throws amid the rest is not taken for a cut', async () => {
  const endpoint = await createEndpoint(
    {headers: NATIVE, steps: [text(numbered(0, 3))]},
    {headers: NATIVE, steps: [text(numbered(3))]},
  );
  const fault = new StreamError('server');
  let count = 0;
  const asked = ask(endpoint, {
    onEvent() {
      count++;
      if (count === 5) throw fault;
    },
  });
  await expect(asked.done).rejects.toMatchObject({kind: 'server'});
});

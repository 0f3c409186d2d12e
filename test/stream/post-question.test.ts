import {afterEach, expect, test, vi} from 'vitest';
import {writeQuestion} from '../../src/protocol/index.ts';
import {isSameOrigin, type Post, postQuestion} from '../../src/stream/index.ts';
import {createEndpoint, FINISH, until, write} from './endpoint.ts';

const fw = {v: 1, key: 'key-1', attempt: 0, traceparent: '00-1-2-01', lastEventId: 'run-4'};
const body = writeQuestion({
  protocol: 'auto',
  conversationId: 'c1',
  said: [{id: 'm1', role: 'user', text: 'Wo ist meine Bestellung? 👋'}],
  fw,
});

afterEach(() => vi.restoreAllMocks());

const post = (endpoint: string, more: Partial<Post> = {}) =>
  postQuestion({
    endpoint,
    body,
    fw,
    credentials: 'same-origin',
    userToken: undefined,
    preflightFree: false,
    signal: new AbortController().signal,
    ...more,
  });

test('a question to a known server on another origin pays no preflight', async () => {
  const endpoint = await createEndpoint({steps: [write(FINISH)]});
  await post(endpoint.url, {preflightFree: true});
  const {posts, preflights} = await endpoint.seen();
  expect(preflights).toBe(0);
  expect(posts).toHaveLength(1);
  expect(posts[0]?.headers).toMatchObject({
    'content-type': 'text/plain;charset=UTF-8',
    accept: 'text/event-stream, */*;q=0.1',
  });
  expect(JSON.parse(posts[0]?.body ?? '')).toEqual(JSON.parse(JSON.stringify(body)));
});

test('a question to an unknown server goes as JSON, after one preflight', async () => {
  const endpoint = await createEndpoint({steps: [write(FINISH)]});
  await post(endpoint.url);
  const {posts, preflights} = await endpoint.seen();
  expect(preflights).toBe(1);
  expect(posts.map(({headers}) => headers['content-type'])).toEqual(['application/json']);
});

test('facts go as headers to the own origin only', async () => {
  const endpoint = await createEndpoint({steps: [write(FINISH)]});
  await post(endpoint.url, {preflightFree: true});
  const [across] = (await endpoint.seen()).posts;
  for (const name of ['idempotency-key', 'traceparent', 'last-event-id']) {
    expect(across?.headers, name).not.toHaveProperty(name);
  }
  const fetched = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response());
  await post(new URL('/chat', location.href).href);
  const sent = new Headers(fetched.mock.calls[0]?.[1]?.headers);
  expect(sent.get('idempotency-key')).toBe('key-1');
  expect(sent.get('traceparent')).toBe('00-1-2-01');
  expect(sent.get('last-event-id')).toBe('run-4');
});

test('a signed user is a bearer token to the endpoint', async () => {
  const endpoint = await createEndpoint({steps: [write(FINISH)]});
  await post(endpoint.url, {userToken: 'signed.user'});
  await post(endpoint.url);
  const {posts} = await endpoint.seen();
  expect(posts.map(({headers}) => headers['authorization'])).toEqual(['Bearer signed.user', undefined]);
});

test('the response is handed over as soon as its head has come, whatever the status', async () => {
  const endpoint = await createEndpoint({status: 503, headers: {'retry-after': '7'}});
  const {status, headers} = await post(endpoint.url, {preflightFree: true});
  expect(status).toBe(503);
  expect(headers.get('retry-after')).toBe('7');
});

test('an aborted question rejects with the reason', async () => {
  const endpoint = await createEndpoint({headGate: 'never'});
  const reason = new Error('left');
  const abort = new AbortController();
  const asked = post(endpoint.url, {preflightFree: true, signal: abort.signal});
  await until(async () => (await endpoint.seen()).open).toBe(1);
  abort.abort(reason);
  await expect(asked).rejects.toBe(reason);
  await endpoint.closed();
});

test('an origin is the same only with its scheme, host and port', () => {
  const {origin, protocol, hostname, port} = location;
  expect(isSameOrigin(`${origin}/chat?x=1`)).toBe(true);
  expect(isSameOrigin(`${protocol}//${hostname}:${Number(port) + 1}/chat`)).toBe(false);
  expect(isSameOrigin(`${protocol}//${hostname}.evil.example:${port}/`)).toBe(false);
});

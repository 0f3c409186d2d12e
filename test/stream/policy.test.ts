import {expect, onTestFinished, test} from 'vitest';
import {explainBlocked, isMixed, StreamError} from '../../src/stream/index.ts';

const ENDPOINT = 'https://ai.example/chat?shop=1';

/** Listens until the test has finished. */
function listen() {
  const life = new AbortController();
  onTestFinished(() => life.abort());
  return {explain: explainBlocked({endpoint: ENDPOINT, signal: life.signal}), life};
}

/** Tells of a violation as browsers do. */
function violate(init: Partial<SecurityPolicyViolationEventInit>): void {
  const event = {blockedURI: ENDPOINT, effectiveDirective: 'connect-src', disposition: 'enforce', ...init};
  document.dispatchEvent(
    // the rest of what browsers fill in is not read
    new SecurityPolicyViolationEvent('securitypolicyviolation', event as SecurityPolicyViolationEventInit),
  );
}

const network = () => new StreamError('network', {cause: new TypeError('Failed to fetch')});

test('a failure of the network is a block when the policy told of one, just before or just after it', async () => {
  const {explain} = listen();
  violate({});
  expect(await explain(network())).toMatchObject({kind: 'blocked', value: 'connect-src'});
  const failure = explain(network());
  violate({blockedURI: 'https://ai.example/chat/conversation/stream', effectiveDirective: 'default-src'});
  expect(await failure).toMatchObject({kind: 'blocked', value: 'default-src'});
});

test('a block explains one failure, not every later one', async () => {
  const {explain} = listen();
  violate({});
  await explain(network());
  expect(await explain(network())).toMatchObject({kind: 'network'});
});

test.each([
  ['of another address', {blockedURI: 'https://pixel.example/chat'}],
  ['of the page’s inline code', {blockedURI: 'inline'}],
  ['by a policy that only reports', {disposition: 'report' as const}],
])('a block %s is not ours', async (_, init) => {
  const {explain} = listen();
  violate(init);
  expect(await explain(network())).toMatchObject({kind: 'network'});
});

test('other failures stay what they are', async () => {
  const {explain} = listen();
  violate({});
  for (const cause of [new StreamError('http', {status: 500}), new TypeError('ours'), 'text']) {
    expect(await explain(cause)).toBe(cause);
  }
});

test('what a destroyed chat would have heard is not heard', async () => {
  const {explain, life} = listen();
  life.abort();
  violate({});
  expect(await explain(network())).toMatchObject({kind: 'network'});
});

test.each([
  ['https://shop.example/', 'http://ai.example/chat', true],
  ['https://shop.example/', 'http://localhost.example/chat', true],
  ['https://shop.example/', 'http://10.0.0.1/chat', true],
  ['https://shop.example/', 'https://ai.example/chat', false],
  ['http://shop.example/', 'http://ai.example/chat', false],
  ['https://shop.example/', 'http://localhost:3000/chat', false],
  ['https://shop.example/', 'http://chat.localhost/', false],
  ['https://shop.example/', 'http://127.0.0.1:3000/chat', false],
  ['https://shop.example/', 'http://[::1]:3000/chat', false],
])('on %s an endpoint %s is insecure: %s', (page, url, mixed) => {
  expect(isMixed(page, url)).toBe(mixed);
});

import {expect, test} from 'vitest';
import {ownerLine} from '../../src/widget/owner-lines.ts';

const ENDPOINT = 'https://shop.example/chat';
const ASKING = {endpoint: ENDPOINT, credentials: 'same-origin', userToken: undefined, protocol: 'auto'} as const;

test('a refusal of the form names the protocols that its words speak for', () => {
  const words = 'missing thread_id, run_id, assistant_id';
  const line = ownerLine({kind: 'trouble', problem: 'refused', status: 422, words}, ASKING);
  expect(line).toContain('refused the question with 422');
  expect(line).toContain('data-protocol="ag-ui" or data-protocol="langgraph"');
});

test('a refusal that speaks for none names the attribute', () => {
  expect(ownerLine({kind: 'trouble', problem: 'refused', status: 400}, ASKING)).toMatch(/data-protocol says what/);
});

test.each([
  'offline',
  'network',
  'blocked',
  'not-found',
  'busy',
  'server',
  'not-a-stream',
  'empty',
  'unreadable',
  'too-large',
  'cut',
] as const)('%s is one line that names the endpoint', (problem) => {
  const line = ownerLine({kind: 'trouble', problem, value: 'x', status: 500}, ASKING);
  expect(line.startsWith(ENDPOINT)).toBe(true);
  expect(line).not.toContain('\n');
});

test('a form that nobody is let in with names who asks', () => {
  for (const status of [401, 403]) {
    expect(ownerLine({kind: 'trouble', problem: 'refused', status}, ASKING)).toMatch(
      /data-user-token.*data-credentials/,
    );
  }
});

test('an endpoint of another origin is told the headers that are missing, those that are needed and no others', () => {
  const trouble = {kind: 'trouble', problem: 'network'} as const;
  const {origin} = location;
  expect(ownerLine(trouble, ASKING)).toMatch(
    new RegExp(`Access-Control-Allow-Origin: ${origin}; Access-Control-Allow-Headers: content-type$`),
  );
  expect(ownerLine(trouble, {...ASKING, userToken: 'signed'})).toMatch(/Headers: content-type, authorization$/);
  expect(ownerLine(trouble, {...ASKING, credentials: 'include'})).toMatch(/Access-Control-Allow-Credentials: true$/);
  expect(ownerLine(trouble, {...ASKING, endpoint: `${origin}/chat`})).not.toContain('Access-Control');
});

test('a block names the directive and the source to add', () => {
  const trouble = {kind: 'trouble', problem: 'blocked', value: 'connect-src'} as const;
  expect(ownerLine(trouble, ASKING)).toMatch(/: connect-src https:\/\/shop\.example$/);
  expect(ownerLine(trouble, {...ASKING, endpoint: `${location.origin}/chat`})).toMatch(/: connect-src 'self'$/);
});

test('an insecure endpoint of a secure page is written anew', () => {
  const trouble = {kind: 'trouble', problem: 'blocked', value: 'mixed-content'} as const;
  expect(ownerLine(trouble, {...ASKING, endpoint: 'http://ai.example/chat'})).toContain(
    'Write data-endpoint="https://ai.example/chat".',
  );
});

test('a redirect is named with what stood at its end', () => {
  const trouble = {
    kind: 'trouble',
    problem: 'not-a-stream',
    value: 'text/html',
    redirectedTo: 'https://a.example/in',
  } as const;
  expect(ownerLine(trouble, ASKING)).toContain('redirected to https://a.example/in, which answered "text/html"');
});

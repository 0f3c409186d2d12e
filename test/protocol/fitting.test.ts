import {expect, test} from 'vitest';
import {type DeclaredProtocol, fittingProtocols} from '../../src/protocol/index.ts';

const guess = (
  body: string,
  {protocol = 'auto' as DeclaredProtocol, endpoint = 'https://a.example/api', status = 400} = {},
) => fittingProtocols({protocol, endpoint, status, body});
const missing = (...loc: string[]) =>
  JSON.stringify({detail: [{type: 'missing', loc, msg: 'Field required', input: {}}]});

test.each([
  ['AG-UI in Python', missing('body', 'threadId'), 'ag-ui'],
  ['AG-UI in TypeScript', '[{"code":"invalid_type","path":["runId"],"message":"Required"}]', 'ag-ui'],
  ['LangGraph', missing('body', 'assistant_id'), 'langgraph'],
  [
    'Anthropic',
    '{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: Field required"},"request_id":"req_1"}',
    'anthropic',
  ],
  [
    'OpenAI Chat',
    '{"error":{"message":"Unrecognized request arguments supplied: fw, id, trigger","type":"invalid_request_error","param":null}}',
    'openai',
  ],
  [
    'OpenAI Responses',
    `{"error":{"message":"Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'.","code":"unsupported_parameter"}}`,
    'openai-responses',
  ],
  ['Ollama', '{"error":"model is required"}', 'ollama'],
])('the words of %s are told by their protocol', (_, body, protocol) => {
  expect(guess(body)[0]).toBe(protocol);
});

test.each([
  ['https://api.example/v1/chat/completions', 'openai'],
  ['https://api.example/v1/responses?key=1', 'openai-responses'],
  ['https://api.example/v1/messages', 'anthropic'],
  ['https://api.example/threads/t1/runs/stream', 'langgraph'],
  ['http://localhost:11434/api/chat', 'ollama'],
  ['https://api.example/agui', 'ag-ui'],
])('the path of %s is that of %s', (endpoint, protocol) => {
  expect(guess('', {endpoint, status: 404})).toEqual([protocol]);
});

test('what a native backend misses in another body is told', () => {
  expect(guess('messages[0].parts is not a list', {protocol: 'openai'})).toEqual(['ai-sdk']);
});

test('the one in use is never named, and the native ones are one', () => {
  expect(guess(missing('body', 'threadId'), {protocol: 'ag-ui'})).toEqual([]);
  for (const protocol of ['auto', 'firstword', 'ai-sdk'] as const) {
    expect(guess('messages[0].parts is not a list', {protocol})).toEqual([]);
  }
});

test('the best comes first', () => {
  const body = '{"error":{"type":"invalid_request_error","message":"max_tokens: Field required"},"request_id":"req_1"}';
  expect(guess(body)).toEqual(['anthropic', 'openai']);
});

test('a refusal that says nothing of a shape names none', () => {
  expect(guess('')).toEqual([]);
  expect(guess('{"error":{"code":"bad-request","message":"the body is not a JSON object"}}')).toEqual([]);
  expect(guess(missing('body', 'threadId'), {status: 401})).toEqual([]);
  expect(guess(missing('body', 'threadId'), {status: 500})).toEqual([]);
});

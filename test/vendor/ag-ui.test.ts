import {HttpAgent} from '@ag-ui/client';
import {type BaseEvent, EventType} from '@ag-ui/core';
import {RunAgentInputSchema} from '@ag-ui/core/schemas';
import {EventEncoder} from '@ag-ui/encoder';
import {expect, test} from 'vitest';
import {writeQuestion} from '../../src/protocol/index.ts';
import {type Bytes, bytesOf, cuts, ENDPOINT, read, respond} from './answer.ts';
import {QUESTION} from './question.ts';

type Event = BaseEvent & Record<string, unknown>;

const RUN = {threadId: 't1', runId: 'r1'};
const STARTED: Event = {type: EventType.RUN_STARTED, ...RUN};
const FINISHED: Event = {type: EventType.RUN_FINISHED, ...RUN};
const say = (messageId: string, ...deltas: string[]): Event[] => [
  {type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant'},
  ...deltas.map((delta): Event => ({type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta})),
  {type: EventType.TEXT_MESSAGE_END, messageId},
];
const CALL: Event[] = [
  {type: EventType.TOOL_CALL_START, toolCallId: 'c1', toolCallName: 'stock'},
  {type: EventType.TOOL_CALL_ARGS, toolCallId: 'c1', delta: '{}'},
  {type: EventType.TOOL_CALL_END, toolCallId: 'c1'},
  {type: EventType.TOOL_CALL_RESULT, messageId: 'm9', toolCallId: 'c1', content: 'there'},
];

/** Encodes events as the vendor's servers do. */
function encode(...events: Event[]): Bytes {
  const encoder = new EventEncoder();
  return bytesOf(events.map((event) => encoder.encode(event)).join(''), encoder.getContentType());
}

/** Reads the same bytes with the vendor's own client: all that the assistant said. */
async function readByVendor(bytes: Bytes): Promise<string[]> {
  const agent = new HttpAgent({url: ENDPOINT, threadId: 't1', fetch: async () => respond(bytes)});
  const {newMessages} = await agent.runAgent({runId: 'r1'});
  return newMessages.flatMap(({role, content}) => (role === 'assistant' && content ? [String(content)] : []));
}

test('text with steps, and the usage at its end', async () => {
  const bytes = encode(
    STARTED,
    {type: EventType.STEP_STARTED, stepName: 'retrieval'},
    {type: EventType.STEP_FINISHED, stepName: 'retrieval'},
    ...say('m1', 'On ', 'its way. 📦'),
    {...FINISHED, usage: [{inputTokens: 9, cachedInputTokens: 4}, {cachedInputTokens: 3}]},
  );
  const {text, protocol, stages, events} = read(bytes);
  expect([text, protocol]).toEqual(['On its way. 📦', 'ag-ui']);
  expect(await readByVendor(bytes)).toEqual([text]);
  expect(stages).toEqual(['retrieval start', 'retrieval end']);
  expect(events[0]).toEqual({kind: 'start', run: 'r1'});
  expect(events.at(-1)).toEqual({kind: 'end', how: 'finish', cachedTokens: 7});
});

test('text in chunks without a start and an end', async () => {
  const bytes = encode(
    STARTED,
    {type: EventType.TEXT_MESSAGE_CHUNK, messageId: 'm1', role: 'assistant', delta: 'On '},
    {type: EventType.TEXT_MESSAGE_CHUNK, delta: 'its way.'},
    FINISHED,
  );
  expect(read(bytes).text).toBe('On its way.');
  expect(await readByVendor(bytes)).toEqual(['On its way.']);
});

test('a tool call is a stage until its result, and a second message a second paragraph', async () => {
  const bytes = encode(STARTED, ...say('m1', 'One moment.'), ...CALL, ...say('m2', 'Yes.'), FINISHED);
  const {text, stages} = read(bytes);
  expect(stages).toEqual(['tools start', 'tools end']);
  expect(text.split('\n\n')).toEqual(await readByVendor(bytes));
});

test('what others than the assistant say is no answer', () => {
  const [start, ...rest] = say('m0', 'Be kind.');
  const bytes = encode(
    STARTED,
    {...start, type: EventType.TEXT_MESSAGE_START, role: 'system'},
    ...rest,
    ...say('m1', 'Hello.'),
    FINISHED,
  );
  expect(read(bytes).text).toBe('Hello.');
});

test('its events tell no sources, whatever a server adds to them', () => {
  // answer-types.ts holds that the vendor's types have none
  const page = {url: 'https://shop.example/returns', title: 'Returns'};
  const bytes = encode(
    STARTED,
    ...say('m1', 'Yes.').map((event) => ({...event, sources: [page], metadata: {sources: [page]}})),
    {type: EventType.CUSTOM, name: 'source', value: page},
    {type: EventType.ACTIVITY_SNAPSHOT, messageId: 'm2', activityType: 'SOURCES', content: page},
    FINISHED,
  );
  expect(read(bytes)).toMatchObject({text: 'Yes.', sources: []});
});

test('an error in the middle', async () => {
  const bytes = encode(
    STARTED,
    {type: EventType.TEXT_MESSAGE_START, messageId: 'm1', role: 'assistant'},
    {type: EventType.TEXT_MESSAGE_CONTENT, messageId: 'm1', delta: 'On '},
    {type: EventType.RUN_ERROR, message: 'too many', code: 'rate_limit'},
  );
  expect(read(bytes).events.slice(-2)).toEqual([
    {kind: 'error', code: 'rate_limit', message: 'too many', retryable: true},
    {kind: 'end', how: 'error'},
  ]);
});

test('an empty answer ends, a run that was cancelled is stopped', async () => {
  expect(await readByVendor(encode(STARTED, FINISHED))).toEqual([]);
  expect(read(encode(STARTED, FINISHED)).events.at(-1)).toMatchObject({kind: 'end', how: 'finish'});
  const cancelled = {...FINISHED, outcome: {type: 'cancelled'}};
  expect(read(encode(STARTED, ...say('m1', 'On '), cancelled)).events.at(-1)).toMatchObject({
    kind: 'end',
    how: 'abort',
  });
});

test('a cut anywhere is no end, though the client takes it for one', async () => {
  const whole = encode(STARTED, ...say('m1', 'On ', 'its way.'), FINISHED);
  const all = cuts(whole);
  expect(all).toHaveLength(12);
  for (const cut of all) expect(read(cut).events.filter(({kind}) => kind === 'end')).toEqual([]);
});

test('the question is a run input with no field of its own', () => {
  const body: unknown = JSON.parse(JSON.stringify(writeQuestion({protocol: 'ag-ui', ...QUESTION})));
  expect(RunAgentInputSchema.strict().parse(body)).toEqual(body);
  expect(body).toMatchObject({
    threadId: QUESTION.conversationId,
    messages: [{role: 'user'}, {role: 'assistant'}, {role: 'user'}],
  });
});

import {AIMessage, AIMessageChunk, ToolMessage} from '@langchain/core/messages';
import {FakeStreamingChatModel} from '@langchain/core/utils/testing';
import {END, type LangGraphRunnableConfig, MessagesAnnotation, START, StateGraph} from '@langchain/langgraph';
import {Client} from '@langchain/langgraph-sdk';
import {expect, test} from 'vitest';
import {createReader, writeQuestion} from '../../src/protocol/index.ts';
import {type Bytes, bytesOf, cuts, ENDPOINT, read, respond, sse} from './answer.ts';
import {QUESTION} from './question.ts';

type Content = AIMessageChunk['content'];

const METADATA = {event: 'metadata', data: {run_id: 'run-1', attempt: 1}};
const END_EVENT = {event: 'end', data: null};

/** Runs a graph of two nodes in this process, one that may call a tool and one that speaks, and takes its own events. */
async function run(...said: Content[]): Promise<string> {
  const model = new FakeStreamingChatModel({chunks: said.map((content) => new AIMessageChunk({content}))});
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('lookup', async (_, {writer}: LangGraphRunnableConfig) => {
      writer?.({stage: 'retrieval', state: 'end', ms: 12});
      const call = {id: 'c1', name: 'stock', args: {}};
      return {
        messages: [
          new AIMessage({id: 'a1', content: 'One moment.', tool_calls: [call]}),
          new ToolMessage({tool_call_id: 'c1', content: 'there'}),
        ],
      };
    })
    .addNode('speak', async ({messages}, config) => {
      if (said.length === 0) return {messages: []};
      return {messages: [await model.invoke(messages, config)]};
    })
    .addEdge(START, 'lookup')
    .addEdge('lookup', 'speak')
    .addEdge('speak', END)
    .compile();
  const stream = await graph.stream(
    {messages: [{role: 'user', content: 'Is it there?'}]},
    {streamMode: ['messages', 'updates', 'custom'], encoding: 'text/event-stream'},
  );
  const decoder = new TextDecoder();
  let body = '';
  for await (const piece of stream) body += decoder.decode(piece, {stream: true});
  return body;
}

/** Reads the same bytes with the vendor's own client: what the AI messages say, without those that call a tool. */
async function readByVendor(bytes: Bytes): Promise<string> {
  const client = new Client({apiUrl: ENDPOINT, callerOptions: {maxRetries: 0, fetch: async () => respond(bytes)}});
  let text = '';
  for await (const {event, data} of client.runs.stream(null, 'agent', {streamMode: ['messages-tuple']})) {
    if (event !== 'messages' || !Array.isArray(data)) continue;
    const {type, content} = data[0] as {type: string; content: Content}; // what a messages event holds
    if (type === 'ai')
      text +=
        typeof content === 'string' ? content : content.map((block) => ('text' in block ? block.text : '')).join('');
  }
  return text;
}

test('text in strings and in blocks, with stages, tools and an end', async () => {
  const body = await run('On ', [{type: 'text', text: 'its way. 📦'}]);
  const bytes = bytesOf(sse(METADATA) + body + sse(END_EVENT));
  const {text, protocol, stages, events} = read(bytes);
  expect([text, protocol]).toEqual(['One moment.\n\nOn its way. 📦', 'langgraph']);
  expect(await readByVendor(bytes)).toBe(text.replace('\n\n', ''));
  expect(stages.toSorted()).toEqual(['lookup end', 'retrieval end', 'speak end', 'tools end', 'tools start']);
  expect(events).toContainEqual(expect.objectContaining({stage: 'retrieval', ms: 12}));
  expect(events.filter(({kind}) => kind !== 'stage').map(({kind}) => kind)).toEqual([
    'start',
    'text',
    'text',
    'text',
    'end',
  ]);
  const firstText = events.findIndex(({kind}) => kind === 'text');
  expect(events.findIndex((event) => event.kind === 'stage' && event.stage === 'tools')).toBe(firstText + 1);
  expect(events[0]).toEqual({kind: 'start', run: 'run-1'});
  expect(events.at(-1)).toMatchObject({kind: 'end', how: 'finish'});
});

const PAGE = {url: 'https://shop.example/returns', title: 'Returns'};

test.each<{shape: string; model_provider?: string; block: Record<string, unknown>}>([
  {shape: 'LangChain’s own', block: {annotations: [{type: 'citation', ...PAGE}]}},
  {
    shape: 'OpenAI’s',
    model_provider: 'openai',
    block: {annotations: [{type: 'url_citation', ...PAGE, start_index: 0, end_index: 3}]},
  },
  {
    shape: 'Anthropic’s',
    model_provider: 'anthropic',
    block: {citations: [{type: 'web_search_result_location', ...PAGE, encrypted_index: 'x', cited_text: '30 days'}]},
  },
])('what a text cites, in $shape shape, are its sources', async ({model_provider, block}) => {
  const content = [{type: 'text' as const, text: 'Yes.', ...block}];
  const {text, events} = read(bytesOf(sse(METADATA) + (await run(content)) + sse(END_EVENT)));
  expect(text).toBe('One moment.\n\nYes.');
  expect(events.filter(({kind}) => kind === 'source')).toEqual([{kind: 'source', id: PAGE.url, ...PAGE}]);
  const {contentBlocks} = new AIMessage({content, response_metadata: model_provider ? {model_provider} : {}});
  expect(contentBlocks).toMatchObject([{text: 'Yes.', annotations: [{type: 'citation', ...PAGE}]}]);
});

test('a citation without an address is no source', async () => {
  const annotations = [{type: 'citation', title: 'Handbook', citedText: '30 days'}];
  const bytes = bytesOf(sse(METADATA) + (await run([{type: 'text', text: 'Yes.', annotations}])) + sse(END_EVENT));
  expect(read(bytes)).toMatchObject({text: 'One moment.\n\nYes.', sources: []});
});

test('the usage of the model', () => {
  const usage_metadata = {input_tokens: 10, output_tokens: 3, total_tokens: 13, input_token_details: {cache_read: 4}};
  const message = {type: 'AIMessageChunk', id: 'm1', content: 'Yes.', usage_metadata};
  const bytes = bytesOf(sse(METADATA, {event: 'messages', data: [message, {langgraph_node: 'speak'}]}, END_EVENT));
  expect(read(bytes).events.at(-1)).toEqual({kind: 'end', how: 'finish', cachedTokens: 4});
});

test('an error in the middle', async () => {
  const error = {event: 'error', data: {error: 'RateLimitError', message: 'Slow down'}};
  const message = {event: 'messages', data: [{type: 'ai', id: 'm1', content: 'On '}, {}]};
  const bytes = bytesOf(sse(METADATA, message, error));
  expect(read(bytes).events.slice(-2)).toEqual([
    {kind: 'error', code: 'RateLimitError', message: 'Slow down', retryable: true},
    {kind: 'end', how: 'error'},
  ]);
});

test('an empty answer ends with the event that says so', async () => {
  const {events, text} = read(bytesOf(sse(METADATA, END_EVENT)));
  expect([text, events.at(-1)]).toEqual(['', {kind: 'end', how: 'finish', cachedTokens: undefined}]);
});

test('a close is an end only when the node that spoke last is done', async () => {
  const body = sse(METADATA) + (await run('On ', 'its way.'));
  expect(read(bytesOf(body)).events.at(-1)).toMatchObject({kind: 'end', how: 'finish'});
  const all = cuts(bytesOf(body));
  expect(all.length).toBeGreaterThan(10);
  for (const cut of all) expect(read(cut).events.filter(({kind}) => kind === 'end')).toEqual([]);
});

test('messages that hold all that was said so far, as old servers send them', () => {
  const partial = (content: string) => ({event: 'messages/partial', data: [{type: 'ai', id: 'm1', content}]});
  const complete = {event: 'messages/complete', data: [{type: 'human', id: 'h', content: 'Hi'}]};
  const bytes = bytesOf(sse(METADATA, complete, partial('On '), partial('On its way.'), END_EVENT));
  expect(read(bytes).text).toBe('On its way.');
});

test('the question is the one that its own client posts', async () => {
  let posted = '';
  const client = new Client({
    apiUrl: ENDPOINT,
    callerOptions: {
      maxRetries: 0,
      async fetch(_: unknown, init?: RequestInit) {
        posted = String(init?.body);
        return respond(bytesOf(sse(END_EVENT)));
      },
    },
  });
  const ours = JSON.parse(JSON.stringify(writeQuestion({protocol: 'langgraph', ...QUESTION})));
  const stream = client.runs.stream('t1', 'small', {
    input: ours.input,
    streamMode: ['messages-tuple', 'updates', 'custom'],
    streamResumable: true,
    onDisconnect: 'continue',
    ifNotExists: 'create',
  });
  for await (const _ of stream);
  expect(ours).toEqual(JSON.parse(posted));
});

test('the messages of the question are ones that a graph takes, each once', async () => {
  const {input} = JSON.parse(JSON.stringify(writeQuestion({protocol: 'langgraph', ...QUESTION})));
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('again', () => ({messages: input.messages}))
    .addEdge(START, 'again')
    .addEdge('again', END)
    .compile();
  const {messages} = await graph.invoke(input);
  expect(messages.map((message) => [message.getType(), message.content])).toEqual([
    ['human', 'Where is my order?'],
    ['ai', 'On its way.'],
    ['human', 'When does it come?'],
  ]);
});

test('what was cut is read on where its own client would', async () => {
  let asked = {url: '', id: ''};
  const client = new Client({
    apiUrl: 'https://chat.example/graph',
    callerOptions: {
      maxRetries: 0,
      async fetch(url: unknown, init?: RequestInit) {
        asked = {url: String(url), id: new Headers(init?.headers).get('last-event-id') ?? ''};
        return respond(bytesOf(sse(END_EVENT)));
      },
    },
  });
  for await (const _ of client.runs.joinStream('t1', 'r1', {lastEventId: '7'}));
  const resume = (endpoint: string, headers: Record<string, string>) =>
    createReader({
      protocol: 'langgraph',
      endpoint,
      conversationId: 'c1',
      headers: new Headers({'content-type': 'text/event-stream', ...headers}),
    })?.resume('7');
  const rest = resume('https://chat.example/graph/threads/t1/runs/stream', {'content-location': '/threads/t1/runs/r1'});
  expect(rest).toEqual({kind: 'get', url: asked.url.replace(/\?.*/, ''), lastEventId: asked.id, replays: 'rest'});
  expect(resume('https://chat.example/graph/runs/stream', {location: '/threads/t1/runs/r1/stream'})).toEqual(rest);
  expect(resume('https://chat.example/graph/runs/stream', {})).toBeUndefined();
});

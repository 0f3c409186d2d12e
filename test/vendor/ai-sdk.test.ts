import * as ai5 from 'ai5';
import {MockLanguageModelV2} from 'ai5/test';
import * as ai6 from 'ai6';
import {MockLanguageModelV3} from 'ai6/test';
import * as ai7 from 'ai7';
import {MockLanguageModelV4} from 'ai7/test';
import {describe, expect, test} from 'vitest';
import {createReader, writeQuestion} from '../../src/protocol/index.ts';
import {type Bytes, cuts, ENDPOINT, read, respond, takeBytes} from './answer.ts';
import {QUESTION} from './question.ts';

/** A part of a model's stream, of whatever version. */
type ModelPart = {type: string} & Record<string, unknown>;

const words = (...deltas: string[]): ModelPart[] => [
  {type: 'text-start', id: 't'},
  ...deltas.map((delta) => ({type: 'text-delta', id: 't', delta})),
  {type: 'text-end', id: 't'},
];
const CALL: ModelPart = {type: 'tool-call', toolCallId: 'c1', toolName: 'stock', input: '{}'};
const SOURCE: ModelPart = {type: 'source', sourceType: 'url', id: 's1', url: 'https://shop.example/', title: 'Shop'};
const V2_USAGE = {inputTokens: 10, outputTokens: 3, totalTokens: 13, cachedInputTokens: 4};
const USAGE = {
  inputTokens: {total: 10, noCache: 6, cacheRead: 4, cacheWrite: 0},
  outputTokens: {total: 3, text: 3, reasoning: 0},
};

/** Each version with its mock model and how its models say that they are done; they are used by the names they share. */
const VERSIONS = {
  5: {
    ai: ai5 as unknown as typeof ai7, // the three have these names in common
    model: MockLanguageModelV2,
    finish: (finishReason: string) => ({type: 'finish', finishReason, usage: V2_USAGE}),
  },
  6: {
    ai: ai6 as unknown as typeof ai7, // as above
    model: MockLanguageModelV3,
    finish: (unified: string) => ({type: 'finish', finishReason: {unified}, usage: USAGE}),
  },
  7: {
    ai: ai7,
    model: MockLanguageModelV4,
    finish: (unified: string) => ({type: 'finish', finishReason: {unified}, usage: USAGE}),
  },
};

describe.each([5, 6, 7] as const)('AI SDK %i', (version) => {
  const {ai, model: Model, finish} = VERSIONS[version];

  /** Answers with the vendor's own response; each list is one call of the model. */
  async function answer(...steps: ModelPart[][]): Promise<Bytes> {
    let call = 0;
    const doStream = async () => ({
      stream: new ReadableStream({
        start(controller) {
          for (const part of [{type: 'stream-start', warnings: []}, ...(steps[call++] ?? [])]) controller.enqueue(part);
          controller.close();
        },
      }),
    });
    const {streamText, tool, jsonSchema, stepCountIs} = ai;
    const result = streamText({
      model: new Model({doStream}) as never, // each version takes its own
      prompt: 'Is it there?',
      tools: {stock: tool({inputSchema: jsonSchema({type: 'object'}), execute: async () => 'on the shelf'})},
      stopWhen: stepCountIs(3),
      onError: () => undefined,
    });
    const response = result.toUIMessageStreamResponse({
      sendSources: true,
      messageMetadata: ({part}) => (part.type === 'finish' ? {usage: part.totalUsage} : undefined),
    });
    return takeBytes(response);
  }

  /** Reads the same bytes with the vendor's own client. */
  async function readByVendor(bytes: Bytes): Promise<string> {
    const transport = new ai.DefaultChatTransport({api: ENDPOINT, fetch: async () => respond(bytes)});
    const stream = await transport.sendMessages({
      trigger: 'submit-message',
      chatId: 'c1',
      messageId: undefined,
      messages: [],
      abortSignal: undefined,
    });
    let text = '';
    for await (const part of stream) if (part.type === 'text-delta') text += part.delta;
    return text;
  }

  test('text, and the usage at its end', async () => {
    const bytes = await answer([...words('On ', 'its way. 📦'), finish('stop')]);
    const {text, events, protocol, stages} = read(bytes);
    expect([text, protocol]).toEqual(['On its way. 📦', 'ai-sdk']);
    expect(await readByVendor(bytes)).toBe(text);
    expect(events.at(-1)).toMatchObject({kind: 'end', how: 'finish', cachedTokens: 4});
    expect(stages).toEqual(['model start', 'model end', 'generate start', 'generate end']);
  });

  test('a tool call is a stage, and what is said after it begins a paragraph', async () => {
    const {text, stages} = read(
      await answer([...words('One moment.'), CALL, finish('tool-calls')], [...words('Yes.'), finish('stop')]),
    );
    expect(text).toBe('One moment.\n\nYes.');
    expect(stages.filter((stage) => stage.startsWith('tools'))).toEqual(['tools start', 'tools end']);
    expect(stages.filter((stage) => stage === 'model start')).toHaveLength(2);
  });

  test('a source', async () => {
    const {sources, events} = read(await answer([SOURCE, ...words('See there.'), finish('stop')]));
    expect(sources).toEqual(['https://shop.example/']);
    expect(events).toContainEqual(expect.objectContaining({kind: 'source', id: 's1', title: 'Shop'}));
  });

  test('an error in the middle', async () => {
    const {text, events} = read(await answer([...words('On '), {type: 'error', error: new Error('down')}]));
    expect(text).toBe('On ');
    expect(events.slice(-2)).toMatchObject([
      {kind: 'error', code: 'server', retryable: false, message: expect.stringMatching(/error/i)},
      {kind: 'end', how: 'error'},
    ]);
  });

  test('an answer that was filtered away is a refusal, an empty one is not', async () => {
    const filtered = read(await answer([finish('content-filter')]));
    expect(filtered.events.slice(-2)).toMatchObject([
      {kind: 'error', code: 'refused', retryable: false},
      {how: 'error'},
    ]);
    const empty = read(await answer([finish('stop')]));
    expect(empty.events.at(-1)).toMatchObject({kind: 'end', how: 'finish'});
    expect(empty.text).toBe('');
  });

  test('a cut anywhere before the end is no end', async () => {
    const whole = await answer([...words('On ', 'its way.'), finish('stop')]);
    const beforeEnd = whole.body.slice(0, whole.body.indexOf('data: {"type":"finish"'));
    const all = cuts({...whole, body: `${beforeEnd}data: {}\n\n`});
    expect(all.length).toBeGreaterThan(10);
    for (const cut of all) expect(read(cut).events.filter(({kind}) => kind === 'end')).toEqual([]);
  });

  test('the whole answer is asked for again where its own client would', async () => {
    let asked = '';
    const transport = new ai.DefaultChatTransport({
      api: ENDPOINT,
      async fetch(input) {
        asked = String(input);
        return new Response(null, {status: 204});
      },
    });
    await transport.reconnectToStream({chatId: 'c1'});
    const reader = createReader({
      protocol: 'ai-sdk',
      headers: new Headers({'content-type': 'text/event-stream'}),
      endpoint: ENDPOINT,
      conversationId: 'c1',
    });
    expect(reader?.resume('')).toEqual({kind: 'get', url: asked, replays: 'all'});
  });

  test('the question is one that it validates and gives to a model', async () => {
    const {messages} = JSON.parse(JSON.stringify(writeQuestion({protocol: 'auto', ...QUESTION})));
    await expect(ai.validateUIMessages({messages})).resolves.toHaveLength(3);
    const converted = await ai.convertToModelMessages(messages);
    expect(converted.map(({role}) => role)).toEqual(['user', 'assistant', 'user']);
    expect(JSON.stringify(converted)).toContain('When does it come?');
  });
});

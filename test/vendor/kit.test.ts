import * as ai5 from 'ai5';
import * as ai6 from 'ai6';
import * as ai7 from 'ai7';
import {afterEach, describe, expect, test, vi} from 'vitest';
import {listen} from '../../demo/listen.ts';
import {type AnswerOptions, createAnswerHandler, type TurnSpan} from '../../src/server/index.ts';
import {createGate} from '../gate.ts';
import {createToolModel, type MessageStep} from '../server/tool-model.ts';
import {makeTool} from '../server/tool-shop.ts';

type Chat = ai7.AbstractChat<ai7.UIMessage>;

/** Each version, used by the names that they share. */
const VERSIONS = {5: ai5 as unknown as typeof ai7, 6: ai6 as unknown as typeof ai7, 7: ai7};

const closes: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closes.splice(0).map((close) => close()));
});

/** The kit on loopback in front of a model that does what a list says. */
async function startKit(messages: MessageStep[][], options: Partial<AnswerOptions> = {}) {
  const {model, calls} = createToolModel(...messages);
  const spans: TurnSpan[] = [];
  const handler = createAnswerHandler({model, observe: (span) => spans.push(span), ...options});
  const {url, close} = await listen({fetch: handler, port: 0});
  closes.push(close);
  return {api: `${url}/api/chat`, calls, spans};
}

/** The state that `useChat` keeps in React, in variables. */
function createState() {
  const state: ConstructorParameters<typeof ai7.AbstractChat<ai7.UIMessage>>[0]['state'] = {
    status: 'ready',
    error: undefined,
    messages: [],
    pushMessage(message) {
      state.messages = [...state.messages, message];
    },
    popMessage() {
      state.messages = state.messages.slice(0, -1);
    },
    replaceMessage(at, message) {
      state.messages = state.messages.with(at, message);
    },
    snapshot: (thing) => structuredClone(thing),
  };
  return state;
}

const textOf = (message: ai7.UIMessage | undefined) =>
  (message?.parts ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');

describe.each([5, 6, 7] as const)('a stock client of the AI SDK %i, as `useChat` is made of it', (version) => {
  const ai = VERSIONS[version];
  const transportTo = (api: string) => new ai.DefaultChatTransport<ai7.UIMessage>({api});

  /** A chat with the transport that `useChat` uses unless told otherwise; abstract only in that it has no state. */
  function openChat(api: string, id = 'a chat/1') {
    const told: unknown[] = [];
    const Stateless = ai.AbstractChat as unknown as new (init: object) => Chat;
    const state = createState();
    const chat = new Stateless({
      ...{id, state, transport: transportTo(api)},
      onData: ({type, data}: {type: string; data: unknown}) => told.push({type, data}),
    });
    return {chat, told, texts: () => chat.messages.map(textOf)};
  }

  test('asks, and is answered; asks on, and the model is given what was said', async () => {
    const {api, calls} = await startKit([['Two ', 'days.'], ['By mail.']]);
    const {chat, texts} = openChat(api);
    await chat.sendMessage({text: 'When do you ship?'});
    expect([chat.status, chat.error]).toEqual(['ready', undefined]);
    await chat.sendMessage({text: 'How?'});
    expect(texts()).toEqual(['When do you ship?', 'Two days.', 'How?', 'By mail.']);
    expect(chat.messages.map(({role}) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(chat.lastMessage?.metadata).toMatchObject({usage: {inputTokens: 40}, fw: {route: 'fast'}});
    expect(calls[1]?.prompt.slice(1)).toMatchObject([
      {role: 'user', content: [{text: 'When do you ship?'}]},
      {role: 'assistant', content: [{text: 'Two days.'}]},
      {role: 'user', content: [{text: 'How?'}]},
    ]);
  });

  test('is given another answer when it wants one', async () => {
    const {api} = await startKit([['One.'], ['Another.']]);
    const {chat, texts} = openChat(api);
    await chat.sendMessage({text: 'Which?'});
    await chat.regenerate();
    expect(texts()).toEqual(['Which?', 'Another.']);
  });

  test('reads an answer that used tools, with its sources, and hears of its stages', async () => {
    const {api} = await startKit([['One moment.', {call: 'order', input: {id: 7}}], ['It is sent.']], {
      tools: {order: makeTool(() => 'sent')},
      retrieve: () => [{id: '1', text: 'x', title: 'Orders', url: 'https://shop.example/orders'}],
    });
    const {chat, told, texts} = openChat(api);
    await chat.sendMessage({text: 'Where is it?'});
    expect([texts()[1], chat.status]).toEqual(['One moment.\n\nIt is sent.', 'ready']);
    expect(chat.lastMessage?.parts).toContainEqual(
      expect.objectContaining({type: 'source-url', url: 'https://shop.example/orders', title: 'Orders'}),
    );
    const stages = told.flatMap((each) => {
      const {type, data} = each as {type: string; data: {stage?: string; state?: string}}; // as wire.md says
      return type === 'data-fw-stage' ? [`${data.stage} ${data.state}`] : [];
    });
    expect(stages).toEqual(expect.arrayContaining(['retrieval end', 'model start', 'generate end']));
    expect(chat.lastMessage?.parts.filter(({type}) => type === 'data-fw-stage')).toEqual([]);
  });

  test('shows an answer as it grows', async () => {
    const gate = createGate();
    const {api} = await startKit([['Two ', () => gate.opened, 'days.']]);
    const {chat, texts} = openChat(api);
    const sent = chat.sendMessage({text: 'When?'});
    await vi.waitFor(() => expect(texts()[1]).toBe('Two '));
    expect(chat.status).toBe('streaming');
    gate.open();
    await sent;
    expect(texts()[1]).toBe('Two days.');
  });

  test.each<[string, Partial<AnswerOptions>, MessageStep[], RegExp]>([
    ['the model fails', {}, [new Error('secret')], /^The assistant failed/],
    ['the model fails within the answer', {}, ['Two ', new Error('secret')], /^The assistant failed/],
    ['the question is refused', {authorize: () => null}, ['Two'], /"code":"unauthorized"/],
  ])('is told when %s, and can ask again', async (_, options, message, words) => {
    const {api} = await startKit([message, ['Two days.']], options);
    const {chat, texts} = openChat(api);
    await chat.sendMessage({text: 'When?'});
    expect(chat.status).toBe('error');
    expect(chat.error?.message).toMatch(words);
    expect(chat.error?.message).not.toContain('secret');
    if (options.authorize) return;
    await chat.regenerate();
    expect([chat.status, texts().at(-1)]).toEqual(['ready', 'Two days.']);
  });

  test('stops reading at once, and asks its next question', async () => {
    const gate = createGate();
    const {api} = await startKit([['Two ', () => gate.opened, 'days.'], ['By mail.']]);
    const {chat, texts} = openChat(api);
    const sent = chat.sendMessage({text: 'When?'});
    await vi.waitFor(() => expect(texts()[1]).toBe('Two '));
    await chat.stop();
    await sent;
    expect([chat.status, chat.error, texts()[1]]).toEqual(['ready', undefined, 'Two ']);
    await chat.sendMessage({text: 'How?'});
    expect([chat.status, texts().at(-1)]).toEqual(['ready', 'By mail.']);
    gate.open();
  });

  test('comes again after a reload while the answer is made, and reads all of it', async () => {
    const gate = createGate();
    const {api, calls} = await startKit([['Two ', () => gate.opened, 'days.']]);
    const before = openChat(api);
    const sent = before.chat.sendMessage({text: 'When?'});
    await vi.waitFor(() => expect(before.texts()[1]).toBe('Two '));
    await before.chat.stop();
    await sent;
    const {chat, texts} = openChat(api);
    const resumed = chat.resumeStream();
    await vi.waitFor(() => expect(texts()).toEqual(['Two ']));
    gate.open();
    await resumed;
    expect([texts(), chat.status, calls.length]).toEqual([['Two days.'], 'ready', 1]);
  });

  test('is told that there is nothing to come back to', async () => {
    const {api} = await startKit([['Two days.']]);
    expect(await transportTo(api).reconnectToStream({chatId: 'nobody'})).toBeNull();
    const {chat} = openChat(api, 'nobody');
    await chat.resumeStream();
    expect([chat.status, chat.messages]).toEqual(['ready', []]);
  });

  test('reads messages from the stream by itself', async () => {
    const {api} = await startKit([['Two ', 'days.']]);
    const stream = await transportTo(api).sendMessages({
      ...{trigger: 'submit-message', chatId: 'c1', messageId: undefined, abortSignal: undefined},
      messages: [{id: 'm1', role: 'user', parts: [{type: 'text', text: 'When?'}]}],
    });
    const texts: string[] = [];
    for await (const message of ai.readUIMessageStream({stream})) texts.push(textOf(message));
    expect(texts.at(-1)).toBe('Two days.');
    expect(texts).toContain('Two ');
  });
});

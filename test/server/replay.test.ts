import {DefaultChatTransport, type UIMessageChunk} from 'ai';
import {describe, expect, it} from 'vitest';
import {createGate} from '../gate.ts';
import {ask} from './ask.ts';
import {readAnswer, readEvents} from './events.ts';
import {openShop, readRefusal} from './shop.ts';

describe('replay', () => {
  const reconnect = async (handler: (request: Request) => Promise<Response>, chatId: string) => {
    const api = 'http://shop.test/chat';
    const transport = new DefaultChatTransport({api, fetch: (input, init) => handler(new Request(input, init))});
    return transport.reconnectToStream({chatId});
  };

  it("is what the AI SDK's own transport reconnects to, while the answer is being made", async () => {
    const gate = createGate();
    const {handler} = openShop(['Your', () => gate.opened, ' order']);
    const events = readEvents(await handler(ask('?', {body: {id: 'a chat/1'}})));
    await events.until('text-delta');
    await events.cancel();
    expect(await reconnect(handler, 'another')).toBeNull();
    const stream = await reconnect(handler, 'a chat/1');
    gate.open();
    const chunks: UIMessageChunk[] = [];
    for await (const chunk of stream ?? []) chunks.push(chunk);
    expect([chunks[0]?.type, chunks.at(-1)?.type]).toEqual(['start', 'finish']);
    expect(chunks.map((chunk) => (chunk.type === 'text-delta' ? chunk.delta : '')).join('')).toBe('Your order');
  });

  it('gives the newest answer of a conversation', async () => {
    const {handler, replay} = openShop(['a']);
    await readAnswer(await handler(ask('one', {fw: {key: 'k1'}})));
    const {blocks} = await readAnswer(await handler(ask('two', {fw: {key: 'k2'}})));
    expect((await readAnswer(await replay())).blocks).toEqual(blocks);
  });

  it('has nothing of an answer without a conversation, and says so of an address that it cannot read', async () => {
    const {handler, replay} = openShop(['a']);
    await readAnswer(await handler(ask('?', {body: {id: undefined}})));
    const response = await replay();
    expect([response.status, response.headers.get('cache-control')]).toEqual([204, 'no-store']);
    expect(await readRefusal(await replay('%E0%A4%A'))).toMatchObject({
      status: 400,
      code: 'bad-request',
      retryable: false,
    });
  });

  it('is refused to an origin that may not ask', async () => {
    const {handler, replay} = openShop(['a'], {origins: ['https://a.test']});
    await readAnswer(await handler(ask('?')));
    expect(await readRefusal(await replay('c1', {origin: 'https://b.test'}))).toMatchObject({
      status: 403,
      code: 'origin',
      retryable: false,
    });
    const response = await replay('c1', {origin: 'https://a.test'});
    expect(response.headers.get('access-control-allow-origin')).toBe('https://a.test');
    expect((await readAnswer(response)).text).toBe('a');
  });
});

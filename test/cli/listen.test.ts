import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {listen} from '../../src/cli/listen.ts';

const host = '127.0.0.1';
const fetchHello = () => new Response('hello');

test('the next free port is taken, and each that was in use is named', async () => {
  const first = await listen({fetch: fetchHello, host, port: 0});
  onTestFinished(() => first.close());
  const taken: number[] = [];
  const second = await listen({fetch: fetchHello, host, port: first.port, onTaken: (port) => taken.push(port)});
  onTestFinished(() => second.close());
  expect(taken[0]).toBe(first.port);
  expect(second.port).toBe(first.port + taken.length);
  expect(await (await fetch(second.url)).text()).toBe('hello');
});

test('closing ends answers under way and frees the port', async () => {
  const endless = () =>
    new Response(new ReadableStream({start: (controller) => controller.enqueue(new Uint8Array(9))}));
  const {url, port, close} = await listen({fetch: endless, host, port: 0});
  const reader = (await fetch(url)).body?.getReader();
  await reader?.read();
  await close();
  await expect(reader?.read()).rejects.toThrow();
  const again = createServer().listen(port, host);
  onTestFinished(() => void again.close());
  await new Promise((ready) => again.once('listening', ready));
  expect((again.address() as AddressInfo).port).toBe(port);
});

test('what the system refuses is said in one line', async () => {
  const refused = listen({fetch: fetchHello, host: '192.0.2.1', port: 0});
  await expect(refused).rejects.toMatchObject({
    kind: 'address',
    message: expect.stringMatching(/^cannot listen on 192\.0\.2\.1: .+$/),
  });
});

test('a server on all interfaces gives an address that can be opened', async () => {
  const {url, close} = await listen({fetch: fetchHello, host: '0.0.0.0', port: 0});
  onTestFinished(close);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await (await fetch(url)).text()).toBe('hello');
});

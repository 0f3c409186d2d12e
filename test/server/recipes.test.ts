import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {DefaultChatTransport} from 'ai';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {createGate} from '../gate.ts';
import {installPacked, newcomer} from '../journey/packed.ts';
import {testUnless} from '../journey/test-unless.ts';
import {read, takeBytes} from '../vendor/answer.ts';
import {readEvents} from './events.ts';
import {startFakeOpenAI} from './fake-openai.ts';

/** What the first four are told to install. */
const PACKAGES = ['firstword', 'ai', '@ai-sdk/openai-compatible', 'cockatiel', 'hono', '@hono/node-server', 'express'];

const PYTHON = process.env['PYTHON'] ?? 'python3';

/** The recipes of the page: a heading, the name of the file, its code. */
const recipes = readFileSync('docs/recipes.md', 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [title = ''] = section.split('\n');
    const [, file = ''] = /Save this as `([^`]+)`/.exec(section) ?? [];
    const codes = [...section.matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
    return {title, file, codes};
  });

let folder: string;
const closes: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'firstword-recipes-'));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  await installPacked(folder, PACKAGES);
});

afterEach(async () => {
  await Promise.all(closes.splice(0).map((close) => close()));
});

afterAll(() => rmSync(folder, {recursive: true, force: true}));

/** Saves a recipe as it says, and gives where. */
function save(title: string): string {
  const recipe = recipes.find((each) => each.title === title);
  if (!recipe) throw new Error(`there is no recipe for ${title}`);
  const path = join(folder, recipe.file);
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, recipe.codes.join('\n'));
  return path;
}

/** Starts a server, and waits for the address that it prints. */
async function start(command: readonly string[], options: {cwd: string; env?: Record<string, string>}) {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {cwd: options.cwd, env: {...newcomer, ...options.env}});
  const exit = once(child, 'exit');
  closes.push(() => {
    child.kill();
    return exit;
  });
  let printed = '';
  return new Promise<string>((found, failed) => {
    for (const output of [child.stdout, child.stderr]) {
      output.on('data', (bytes) => {
        printed += bytes;
        const [url] = /http:\/\/127\.0\.0\.1:\d+(?=\s)/.exec(printed) ?? [];
        if (url) found(url);
      });
    }
    exit.then(() => failed(new Error(`it ended: ${printed}`)), failed);
  });
}

const question = (text: string) => ({
  method: 'POST',
  headers: {'content-type': 'application/json'},
  body: JSON.stringify({
    id: 'c1',
    messages: [{id: 'm1', role: 'user', content: text, parts: [{type: 'text', text}]}],
    fw: {v: 1, key: 'k1'},
  }),
});

it('each is one file', () => {
  expect(recipes.map(({title}) => title)).toEqual(['Next.js', 'Express', 'Hono', 'A Worker', 'FastAPI']);
  for (const {title, file, codes} of recipes) expect([title, file !== '', codes.length]).toEqual([title, true, 1]);
});

describe.each(['Next.js', 'Express', 'Hono', 'A Worker'])('the recipe for %s', (title) => {
  it('answers as the model does, can be read again, and is known as a server of ours', async () => {
    const gate = createGate();
    const provider = await startFakeOpenAI(['Hel', () => gate.opened, 'lo']);
    closes.push(provider.close);
    const file = save(title);
    const isServer = file.endsWith('server.mjs');
    const command = isServer ? [file] : [join(process.cwd(), 'test/server/recipe-host.ts'), file];
    const env = {OPENAI_BASE_URL: provider.baseURL, OPENAI_API_KEY: 'none', OPENAI_MODEL: 'tiny'};
    const url = await start([process.execPath, ...command], {cwd: folder, env});
    const endpoint = `${url}/chat`;

    const events = readEvents(await fetch(endpoint, question('Hi?')));
    expect((await events.until('text-delta'))['delta']).toBe('Hel');
    gate.open();
    expect((await events.until('text-delta'))['delta']).toBe('lo');
    await events.until('finish');
    await events.rest();

    const hello = await fetch(`${endpoint}?fw=hello`);
    expect([hello.status, hello.headers.get('x-firstword')]).toEqual([200, '1']);
    expect(await hello.json()).toHaveProperty('contextId');
    expect(await (await fetch(`${endpoint}/health`)).json()).toMatchObject({ok: true});

    let replayed = '';
    const stream = await new DefaultChatTransport({api: endpoint}).reconnectToStream({chatId: 'c1'});
    for await (const part of stream ?? []) if (part.type === 'text-delta') replayed += part.delta;
    expect(replayed).toBe('Hello');
    if (isServer) expect((await fetch(`${url}/firstword.js`)).status).toBe(200);
  });
});

describe('the recipe for FastAPI', () => {
  const runs = (code: string) => spawnSync(PYTHON, ['-c', code], {stdio: 'ignore'}).status === 0;
  const noPython = runs('') ? undefined : `there is no ${PYTHON}`;
  const noFastApi = runs('import fastapi, uvicorn') ? undefined : `${PYTHON} has no fastapi and uvicorn`;

  testUnless(noPython, 'is Python', async () => {
    const {status, stderr} = spawnSync(PYTHON, ['-m', 'py_compile', save('FastAPI')], {encoding: 'utf8'});
    expect([stderr, status]).toEqual(['', 0]);
  });

  testUnless(noFastApi, 'speaks our protocol, and that of AI SDK clients', async () => {
    const cwd = dirname(save('FastAPI'));
    const url = await start([PYTHON, '-m', 'uvicorn', 'main:app', '--port', '0'], {cwd});
    const answer = read(await takeBytes(await fetch(`${url}/chat`, question('Why?'))));
    expect([answer.text, answer.protocol, answer.events.at(-1)]).toMatchObject([
      'You asked: Why?',
      'ai-sdk',
      {kind: 'end', how: 'finish'},
    ]);
    let text = '';
    const stream = await new DefaultChatTransport({api: `${url}/chat`}).sendMessages({
      ...{trigger: 'submit-message', chatId: 'c1', messageId: undefined, abortSignal: undefined},
      messages: [{id: 'm1', role: 'user', parts: [{type: 'text', text: 'Why?'}]}],
    });
    for await (const part of stream) if (part.type === 'text-delta') text += part.delta;
    expect(text).toBe('You asked: Why?');
  });
});

import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import type {AddressInfo} from 'node:net';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test} from 'vitest';
import {SERVE_PACKAGES} from '../../src/cli/need.ts';
import {type Installed, installCommand, type Running} from './installed.ts';

let installed: Installed;
/** Without the optional packages. */
let bare: Installed;
/** An empty folder for every test, where the command is run. */
let cwd: string;

beforeAll(async () => {
  [installed, bare] = await Promise.all([installCommand(), installCommand()]);
  for (const name of SERVE_PACKAGES) await installed.link(name);
}, 60_000);

afterAll(() => Promise.all([installed?.remove(), bare?.remove()])); // neither is there when it did not compile

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firstword-cli-cwd-'));
  cwd = folder;
  return () => rm(folder, {recursive: true, force: true});
});

function firstword(args: readonly string[], {from = installed, env = {}} = {}): Running {
  const running = from.start({args, cwd, env});
  onTestFinished(async () => {
    if (running.child.exitCode === null) running.child.kill('SIGKILL');
    await running.ended;
  });
  return running;
}

/** Starts the server on any free port and gives its address. */
async function serve(args: readonly string[] = [], env: Record<string, string> = {}) {
  const running = firstword(['serve', '--port', '0', ...args], {env});
  const [, url = ''] = await running.says(/(http:\S+)\/ +ask.*Ctrl-C/s);
  return {running, url};
}

/** The one line that an ending with code 1 is explained by. */
async function complaint(running: Running): Promise<string> {
  const {code, stdout, stderr} = await running.ended;
  expect({code, stdout}).toEqual({code: 1, stdout: ''});
  expect(stderr).toMatch(/^\[firstword\] .+\n$/);
  return stderr.slice('[firstword] '.length, -1);
}

const question = JSON.stringify({
  id: 'c1',
  messages: [{id: 'm1', role: 'user', parts: [{type: 'text', text: 'What is Firstword?'}]}],
});

function ask(url: string): Promise<Response> {
  return fetch(`${url}/chat`, {method: 'POST', headers: {'content-type': 'application/json'}, body: question});
}

describe('firstword serve', () => {
  test('answers at every address that it prints', async () => {
    const {running, url} = await serve();
    const printed = [...running.output().matchAll(/^ {2}(http:\S+)/gm)].map(([, address = '']) => address);
    expect(printed.map((address) => address.replace(url, ''))).toEqual([
      '/',
      '/dashboard/',
      '/chat',
      '/v1/turns',
      '/v1/summary',
      '/metrics',
      '/firstword.js',
    ]);
    const posts = ['/chat', '/v1/turns'].map((path) => url + path);
    const statuses = await Promise.all(
      printed.map(async (address) => (await fetch(posts.includes(address) ? `${url}/` : address)).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    const hello = await fetch(`${url}/chat?fw=hello`);
    expect([hello.status, hello.headers.get('x-firstword')]).toEqual([200, '1']);
    const answer = await ask(url);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(await answer.text()).toContain('"type":"text-delta"');
  });

  test('says who answers, and prints the one line to paste', async () => {
    const {running, url} = await serve();
    expect(running.output()).toContain(
      'answered by a simulated model (set OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL',
    );
    const lines = running
      .output()
      .split('\n')
      .filter((line) => line.includes('<script'));
    expect(lines).toEqual([
      `  <script async src="${url}/firstword.js" data-endpoint="${url}/chat" data-rum="${url}/v1/turns"></script>`,
    ]);
  });

  test('takes the next port when the wanted one is in use, and says so', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await new Promise((ready) => other.once('listening', ready));
    const {port} = other.address() as AddressInfo; // a TCP server that listens has one
    const running = firstword(['serve', '--port', String(port)]);
    const [, found] = await running.says(/http:\/\/127\.0\.0\.1:(\d+)\/ +ask/);
    expect(running.output()).toContain(`Port ${port} is in use, trying ${port + 1}.`);
    expect(Number(found)).toBeGreaterThan(port);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s closes everything, also in the middle of an answer', async (signal) => {
    const {running, url} = await serve();
    const answer = await ask(url);
    const reader = answer.body?.getReader();
    await reader?.read();
    running.child.kill(signal);
    const {code, stderr} = await running.ended;
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    await expect(fetch(url)).rejects.toThrow();
    expect(() => process.kill(running.child.pid ?? 0, 0)).toThrow('ESRCH');
    // the store was closed and can be opened by the next one
    expect((await serve()).running.output()).toContain('turns.duckdb');
  });

  test('reads the budget file of the working folder and hands it to the widget', async () => {
    await writeFile(join(cwd, 'firstword.budget.json'), '{"first-token": "900ms", "complete": "5s"}');
    const {url} = await serve();
    const hello = (await (await fetch(`${url}/chat?fw=hello`)).json()) as {budget: Record<string, number>};
    expect(hello.budget).toMatchObject({'first-token': 900, complete: 5000});
  });

  test('keeps turns in the file that it is told, and lets nobody else open it', async () => {
    await serve(['--data', 'kept/here.duckdb']);
    expect(await readFile(join(cwd, 'kept', 'here.duckdb'))).toBeDefined();
    const second = firstword(['serve', '--port', '0', '--data', 'kept/here.duckdb']);
    expect(await complaint(second)).toMatch(/here\.duckdb is in use by another collector/);
  });

  test('tells who embeds it elsewhere how to be let in', async () => {
    const {running, url} = await serve(['--origin', 'https://shop.example/', 'http://localhost:8080']);
    const from = async (origin: string) => (await fetch(`${url}/chat`, {method: 'OPTIONS', headers: {origin}})).status;
    expect(await from('https://shop.example')).toBe(204);
    expect(await from('http://localhost:8080')).toBe(204);
    expect(await from('https://else.example')).toBe(403);
    await running.says(
      /\[firstword\] a page of https:\/\/else\.example was refused; .*--origin https:\/\/else\.example/,
    );
  });
});

describe('a command that cannot start says why in one line', () => {
  test('without optional packages it names what installs the missing ones where it looks for them', async () => {
    const elsewhere = await complaint(firstword(['serve'], {from: bare}));
    const need = 'firstword serve needs more packages: npm install';
    expect(elsewhere).toBe(`${need} firstword ${SERVE_PACKAGES.join(' ')}`);
    // below the folder that it is installed in, npm puts them beside it
    cwd = bare.folder;
    await bare.link('hono');
    await bare.link('ajv');
    const here = await complaint(firstword(['serve'], {from: bare}));
    expect(here).toBe(`${need} @hono/node-server ai @ai-sdk/openai-compatible cockatiel @duckdb/node-api`);
  });

  test.each([
    [['serve', '--budget', 'none.json'], 'none.json: there is no such file'],
    [['serve', '--origin', 'shop.example'], '--origin shop.example is not an origin such as https://shop.example'],
    [['serve', '--prot', '1'], "unknown option '--prot' (Did you mean --port?)"],
    [
      ['serve', '--port', '70000'],
      "option '--port <n>' argument '70000' is invalid. A port is a number from 0 to 65535.",
    ],
    [['serve', '--host', '192.0.2.1'], /^cannot listen on 192\.0\.2\.1: /],
    [['serf'], "unknown command 'serf' (Did you mean serve?)"],
  ])('%j', async (args, line) => {
    const said = await complaint(firstword(args));
    if (typeof line === 'string') expect(said).toBe(line);
    else expect(said).toMatch(line);
  });

  test('with a budget that does not add up', async () => {
    await writeFile(join(cwd, 'firstword.budget.json'), '{"first-token": "1s", "stages": {"model": "2s"}}');
    expect(await complaint(firstword(['serve']))).toBe(
      'firstword.budget.json: model 2000 ms on the critical path, more than the 1000 ms of first-token',
    );
  });

  test('with a model that is named only half', async () => {
    const env = {OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', OPENAI_MODEL: 'tiny'};
    expect(await complaint(firstword(['serve'], {env}))).toBe('no model is configured: OPENAI_API_KEY is not set');
  });
});

test('tells its version and its options', async () => {
  const {version} = JSON.parse(await readFile('package.json', 'utf8')) as {version: string};
  expect(await firstword(['--version']).ended).toMatchObject({code: 0, stdout: `${version}\n`});
  const {code, stdout} = await firstword(['serve', '--help']).ended;
  expect(code).toBe(0);
  for (const option of ['--port', '--host', '--budget', '--data', '--origin']) expect(stdout).toContain(option);
});

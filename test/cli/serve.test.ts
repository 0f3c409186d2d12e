import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, onTestFinished, test, vi} from 'vitest';
import {ABOUT} from '../../src/cli/about.ts';
import {createServed, type Served} from '../../src/cli/serve.ts';
import {createKnowledge} from '../../src/server/index.ts';
import {startFakeOpenAI} from '../server/fake-openai.ts';
import {writePageFiles} from './installed.ts';

let pageFiles: string;
let lines: string[];

beforeEach(async () => {
  lines = [];
  vi.stubEnv('OPENAI_BASE_URL', '');
  pageFiles = await mkdtemp(join(tmpdir(), 'firstword-serve-'));
  await writePageFiles(pageFiles);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(pageFiles, {recursive: true});
});

async function serve(): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const onLine = (line: string) => lines.push(line);
  const options = {pageFiles, budget: undefined, dataPath: ':memory:', origins: ['https://shop.example'], onLine};
  const served: Served = await createServed(options);
  onTestFinished(() => served.close());
  return async (path, init) => served.fetch(new Request(`http://127.0.0.1:3000${path}`, init));
}

const json = {'content-type': 'application/json'};
const message = {id: 'm1', role: 'user', parts: [{type: 'text', text: 'Are you there?'}]};
const question = {method: 'POST', headers: json, body: JSON.stringify({id: 'c1', messages: [message]})};

test('pages of any origin may load the widget; only names with a hash are kept', async () => {
  const ask = await serve();
  const loader = await ask('/firstword.js');
  expect(await loader.text()).toBe('// the loader');
  expect(loader.headers.get('content-type')).toContain('text/javascript');
  expect(loader.headers.get('access-control-allow-origin')).toBe('*');
  expect(loader.headers.get('cache-control')).toBe('no-cache');
  const panel = await ask('/firstword-panel-Ab3_-x9Z.js');
  expect(panel.headers.get('access-control-allow-origin')).toBe('*');
  expect(panel.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
});

test('a file of another version is missing, readably for other pages and not for ever', async () => {
  const gone = await (await serve())('/firstword-panel-AAAAAAAA.js');
  expect(gone.status).toBe(404);
  expect(gone.headers.get('access-control-allow-origin')).toBe('*');
  expect(gone.headers.get('cache-control')).toBe('no-cache');
});

test('nothing but page files and the dashboard is served from the package', async () => {
  const ask = await serve();
  const paths = ['/npm/secret.js', '/dashboard/../npm/secret.js', '/dashboard/%2e%2e%2fnpm/secret.js', '/package.json'];
  for (const path of paths) expect((await ask(path)).status, path).toBe(404);
  expect((await ask('/dashboard')).headers.get('location')).toBe('/dashboard/');
  expect(await (await ask('/dashboard/')).text()).toContain('the dashboard');
});

test('the page shows the line to paste for the address at which it was reached', async () => {
  const text = await (await (await serve())('/')).text();
  const tag = 'src="http://127.0.0.1:3000/firstword.js" data-endpoint="http://127.0.0.1:3000/chat"';
  expect(text).toContain(`&lt;script async ${tag.replaceAll('"', '&quot;')}`);
  expect(text).toContain('<script async src="/firstword.js" data-endpoint="/chat"');
  expect(text).toContain('a simulated model');
});

test('the simulated model knows the questions that the page suggests', async () => {
  const text = await (await (await serve())('/')).text();
  const suggestions = /data-suggestions="([^"]+)"/.exec(text)?.[1]?.split('|') ?? [];
  const {retrieve} = createKnowledge(ABOUT);
  const found = await Promise.all(suggestions.map(async (suggestion) => (await retrieve(suggestion))[0]?.id));
  expect(found).toEqual(['what', 'model', 'embed']);
});

test('the model of the environment answers, and knows nothing of ours', async () => {
  const endpoint = await startFakeOpenAI(['I am here.']);
  onTestFinished(() => endpoint.close());
  vi.stubEnv('OPENAI_BASE_URL', endpoint.baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'k');
  vi.stubEnv('OPENAI_MODEL', 'tiny');
  const ask = await serve();
  expect(await (await ask('/chat', question)).text()).toContain('I am here.');
  expect(JSON.stringify(endpoint.asked[0]?.body)).not.toContain('Firstword');
  expect(await (await ask('/')).text()).toContain('Answers come from tiny.');
  expect(lines).toEqual([]);
});

test('a failing model is told to the operator once, with what to look at and without its words', async () => {
  const endpoint = await startFakeOpenAI([], {status: 401});
  onTestFinished(() => endpoint.close());
  vi.stubEnv('OPENAI_BASE_URL', endpoint.baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'secret-key');
  vi.stubEnv('OPENAI_MODEL', 'tiny');
  const ask = await serve();
  for (const _ of [1, 2]) await (await ask('/chat', question)).text();
  expect(lines).toEqual([
    "a turn failed: model-unauthorized, the model's endpoint answered 401; is OPENAI_API_KEY right?",
  ]);
});

test('listed origins may ask, send and read; others are refused and named', async () => {
  const ask = await serve();
  const listed = {origin: 'https://shop.example'};
  const hello = await ask('/chat?fw=hello', {headers: listed});
  expect(hello.headers.get('access-control-allow-origin')).toBe('https://shop.example');
  expect((await ask('/v1/summary', {headers: listed})).status).toBe(200);
  for (const path of ['/chat', '/v1/turns']) {
    expect((await ask(path, {...question, headers: {...json, origin: 'https://else.example'}})).status).toBe(403);
  }
  expect(lines).toEqual([
    'a page of https://else.example was refused; to let it ask, start with --origin https://else.example',
  ]);
});

test('a model that the environment names only half is refused before anything is opened', async () => {
  vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9/v1');
  vi.stubEnv('OPENAI_API_KEY', '');
  vi.stubEnv('OPENAI_MODEL', 'tiny');
  await expect(serve()).rejects.toMatchObject({kind: 'model', message: expect.stringContaining('OPENAI_API_KEY')});
});

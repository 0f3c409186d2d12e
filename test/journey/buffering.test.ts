import {createAnswerHandler, createSimulatedModel} from 'firstword/server';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {type Listening, listen} from '../../demo/listen.ts';
import {bundle} from '../bundle.ts';
import type {Watched} from './buffering-page.ts';
import {type Browser, findEngines, openBrowser, type Page} from './drive/index.ts';
import {type Front, findNginx, type Nginx, startNginx} from './drive/nginx.ts';
import {knowledge} from './stage.ts';

const HTTP_1_1 = "proxy_http_version 1.1; proxy_set_header Connection '';";

/** The ways through nginx; each has the browser's connections for itself. */
const FRONTS = {
  defaults: {address: '127.0.0.2', directives: ''},
  again: {address: '127.0.0.3', directives: ''},
  large: {address: '127.0.0.4', directives: 'proxy_buffer_size 16k; proxy_buffers 8 16k;'},
  gzip: {address: '127.0.0.5', directives: `${HTTP_1_1} gzip on; gzip_types text/event-stream;`},
  off: {address: '127.0.0.6', directives: 'proxy_buffering off;'},
  bursts: {address: '127.0.0.7', directives: 'proxy_buffering off;'},
  told: {address: '127.0.0.8', directives: ''},
  silent: {address: '127.0.0.9', directives: ''},
} as const satisfies Record<string, Front>;

const RUNS = 5;

/** Answers of 3 KB in 2 s, which fit into nginx's first buffer, and of 50 KB in 3 s, which do not. */
const SHORT = 'count=40&everyMs=50';
const LONG = 'count=200&everyMs=15&chars=200';

/** The pace of the kit's tokens in ms. */
const KIT_MS = 40;

const CASES: {name: string; front: keyof typeof FRONTS; query: string; verdict: Watched['verdict']}[] = [
  {name: 'a short answer through the defaults', front: 'defaults', query: SHORT, verdict: 'buffered'},
  {name: 'a long answer through the defaults, 4 KiB at a time', front: 'again', query: LONG, verdict: 'chunked'},
  {name: 'a long answer through buffers of 16 KiB', front: 'large', query: LONG, verdict: 'chunked'},
  {name: 'a short answer through gzip', front: 'gzip', query: SHORT, verdict: 'buffered'},
  {name: 'a short answer without buffering', front: 'off', query: SHORT, verdict: 'streamed'},
  {name: 'a model that answers in bursts', front: 'bursts', query: `${SHORT}&burst=8`, verdict: 'streamed'},
  {name: 'an answer that forbids buffering', front: 'told', query: `${SHORT}&accel=no`, verdict: 'streamed'},
  {name: 'an answer without times, held whole', front: 'silent', query: `${SHORT}&plain`, verdict: 'single'},
];

const chromium = findEngines().filter(({engine}) => engine === 'chromium');
const lacking = [findNginx(), ...chromium].find(({missing}) => missing);

describe.skipIf(lacking)(lacking?.title ?? 'an answer through nginx', () => {
  let server: Listening;
  let nginx: Nginx;
  let browser: Browser;

  beforeAll(async () => {
    server = await listen({port: 0, fetch: createSite(await bundle('test/journey/buffering-page.ts'))});
    nginx = await startNginx(server.url, Object.values(FRONTS));
    browser = await openBrowser('chromium');
  });

  afterAll(async () => {
    await browser?.close();
    await nginx?.close();
    await server?.close();
  });

  const urlOf = (front: keyof typeof FRONTS) => `http://${FRONTS[front].address}:${nginx.port}`;
  const openPage = async () => {
    const page = await browser.open(`${urlOf('told')}/page`);
    onTestFinished(() => page.close());
    return page;
  };
  const watchAll = (page: Page, urls: string[]): Promise<Watched[]> =>
    page.run((all: string[]) => Promise.all(all.map((url) => window.watchAnswer(url))), urls);

  test('is told apart: held back, held in pieces, or streamed', async () => {
    const page = await openPage();
    const urls = CASES.flatMap(({front, query}) => Array(RUNS).fill(`${urlOf(front)}/tokens?${query}`));
    const watched = await watchAll(page, urls);
    CASES.forEach(({name, verdict}, at) => {
      const runs = watched.slice(at * RUNS, (at + 1) * RUNS);
      expect(
        runs.map((run) => run.verdict),
        `${name}: ${JSON.stringify(runs)}`,
      ).toEqual(Array(RUNS).fill(verdict));
      expect(
        runs.map(({encoding}) => encoding),
        name,
      ).toEqual(Array(RUNS).fill(name.includes('gzip') ? 'gzip' : null));
    });
  });

  test('a page that is busy meanwhile takes it for no proxy', async () => {
    const page = await openPage();
    await page.run(() => {
      const block = () => {
        const untilMs = performance.now() + 350;
        while (performance.now() < untilMs);
        setTimeout(block, 150);
      };
      setTimeout(block, 100);
    });
    const watched = await watchAll(page, Array(RUNS).fill(`${urlOf('off')}/tokens?${SHORT}`));
    const [most] = watched.flatMap(({tokenCounts}) => tokenCounts).sort((a, b) => b - a);
    expect(most, 'tokens that waited for the page').toBeGreaterThan(3);
    for (const {verdict} of watched) expect(['streamed', 'unknown']).toContain(verdict);
  });

  test('comes token by token from the server kit, through the defaults', async () => {
    const page = await openPage();
    const watched: Watched[] = await page.run(
      (question, runs) => {
        const ask = () => ({...question, fw: {v: 1, key: crypto.randomUUID(), attempt: 0}});
        return Promise.all(Array.from({length: runs}, () => window.watchAnswer('/chat', JSON.stringify(ask()))));
      },
      QUESTION,
      RUNS,
    );
    const shares = watched.map(({tokenCounts}) => {
      const count = tokenCounts.reduce((sum, each) => sum + each, 0);
      return tokenCounts.filter((each) => each === 1).length / count;
    });
    // the best run: a busy machine puts tokens together now and then, a proxy that holds does so in every run
    expect(Math.max(...shares), JSON.stringify(watched)).toBeGreaterThan(0.9);
    expect(watched.map(({verdict}) => verdict)).toEqual(Array(RUNS).fill('streamed'));
  });
});

const QUESTION = {
  id: 'c1',
  trigger: 'submit-message',
  messages: [{id: 'm1', role: 'user', parts: [{type: 'text', text: 'How do I return a mattress?'}]}],
};

/** What stands behind nginx: the page, an endpoint of the kit, and answers at a pace of one's own. */
function createSite(script: string): (request: Request) => Response | Promise<Response> {
  const model = createSimulatedModel({knowledge, wait: async () => undefined, gate: createPace(KIT_MS)});
  const chat = createAnswerHandler({model, observe: () => undefined});
  return (request) => {
    const {pathname, searchParams} = new URL(request.url);
    if (pathname === '/chat') return chat(request);
    if (pathname === '/tokens') return answer(searchParams);
    const isScript = pathname === '/page.js';
    const headers = {'content-type': isScript ? 'text/javascript' : 'text/html'};
    return new Response(
      isScript ? script : '<!doctype html><title>page</title><script type="module" src="/page.js"></script>',
      {headers},
    );
  };
}

/** Lets whoever waits go on at even times: tokens that a model makes together would come together. */
function createPace(everyMs: number): () => Promise<void> {
  const waiting: (() => void)[] = [];
  setInterval(() => {
    for (const go of waiting.splice(0)) go();
  }, everyMs).unref();
  return () => new Promise((go) => waiting.push(go));
}

/** Makes tokens at a pace, and says of each when it was made unless it is to be plain. */
function answer(query: URLSearchParams): Response {
  const [count = 1, everyMs = 1, burst = 1, chars = 1] = ['count', 'everyMs', 'burst', 'chars'].map((name) =>
    Number(query.get(name) ?? 1),
  );
  const delta = 'w'.repeat(chars);
  const startedMs = performance.now();
  const encoder = new TextEncoder();
  let timer: NodeJS.Timeout | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (part: object) => {
        const e = query.has('plain') ? {} : {e: Math.round(10 * (performance.now() - startedMs)) / 10};
        controller.enqueue(encoder.encode(`data: ${JSON.stringify({...part, ...e})}\n\n`));
      };
      write({type: 'start'});
      let left = count;
      timer = setInterval(() => {
        for (let at = 0; at < burst && left > 0; at++, left--) write({type: 'text-delta', id: 't', delta});
        if (left > 0) return;
        write({type: 'finish'});
        clearInterval(timer);
        controller.close();
      }, everyMs * burst);
    },
    cancel: () => clearInterval(timer),
  });
  const headers = new Headers({
    'content-type': 'text/event-stream',
    'access-control-allow-origin': '*',
    'access-control-expose-headers': '*',
  });
  if (query.has('accel')) headers.set('x-accel-buffering', `${query.get('accel')}`);
  return new Response(body, {headers});
}

import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test} from 'vitest';
import {type Borrowed, borrowBrowser, findEngines, type Json, type Page, waitUntil} from '../journey/drive/index.ts';
import {answerIs, ask, firstWords, ownLines, type Stage, startStage, UNHURRIED} from '../journey/stage.ts';
import {testUnless} from '../journey/test-unless.ts';

const QUESTION = 'How long does delivery take to Ravensburg?';

/** The vendors' own files, as pages load them. */
const FILES: Readonly<Record<string, string>> = {
  '/posthog/static/array.js': 'test/vendor/node_modules/posthog-js/dist/array.js',
  '/segment/analytics.js/v1/KEY/analytics.min.js':
    'test/vendor/node_modules/@segment/analytics-next/dist/umd/standalone.js',
  '/data-layer-helper.js': 'test/vendor/node_modules/data-layer-helper/dist/data-layer-helper.js',
};

/** Google hands its tags out to pages only: whoever has copies of them can try these tests with them. */
const TAG = {file: process.env['GOOGLE_TAG'], missing: 'GOOGLE_TAG names no copy of gtag/js; no package has it'};
const CONTAINER = {
  file: process.env['GOOGLE_CONTAINER'],
  missing: 'GOOGLE_CONTAINER names no copy of gtm.js; no package has it',
};
const idIn = (file: string, id: RegExp) => id.exec(readFileSync(file, 'utf8'))?.[0] ?? '';

/** Scripts that a page has of its own, as each vendor's documentation writes them, but for the address. */
const SNIPPETS = {
  posthog: `
    window.posthog = Object.assign([], {_i: [], __SV: 1, people: [], init(token, config, name) {
      posthog.capture = (...given) => posthog.push(['capture', ...given]);
      posthog._i.push([token, config, name ?? 'posthog']);
    }});
    posthog.init('phc_test', {
      api_host: location.origin + '/posthog',
      opt_out_useragent_filter: true, // it takes a driven browser for a robot
      disable_compression: true,
      persistence: 'memory',
    });
    load('/posthog/static/array.js');`,
  segment: `
    window.analytics = Object.assign([], {_writeKey: 'KEY', _cdn: location.origin + '/segment', SNIPPET_VERSION: '5.2.1', invoked: true});
    for (const name of ['track', 'page', 'identify', 'ready', 'on'])
      analytics[name] = (...given) => analytics.push([name, ...given]);
    load('/segment/analytics.js/v1/KEY/analytics.min.js');`,
  ga4: `
    window.dataLayer = window.dataLayer || [];
    function gtag() { dataLayer.push(arguments); }
    gtag('js', new Date());
    gtag('config', 'G-TEST');`,
  gtm: `
    window.dataLayer = window.dataLayer || [];
    dataLayer.push({'gtm.start': Date.now(), event: 'gtm.js'});
    load('/data-layer-helper.js');`,
} as const;

/** What Segment's settings say: where events go, and nothing else. */
const settings = (host: string) => ({
  integrations: {'Segment.io': {apiKey: 'KEY', apiHost: `${host}/segment/v1`, protocol: 'http', deliveryStrategy: {}}},
  plan: {track: {__default: {enabled: true}}},
  edgeFunction: {},
  analyticsNextEnabled: true,
  middlewareSettings: {},
  enabledMiddleware: {},
  metrics: {sampleRate: 0},
  legacyVideoPluginsEnabled: false,
  remotePlugins: [],
});

/** A request to a vendor, whole. */
interface Sent {
  path: string;
  /** Address, headers and body. */
  text: string;
  body: string;
}

const [found] = findEngines().filter(({engine}) => engine === 'chromium');

describe.skipIf(found?.missing)('a chat on a page with the real', () => {
  let browser: Borrowed;
  let stage: Stage;
  let html = '';
  let sent: Sent[] = [];

  beforeAll(async () => {
    stage = await startStage({
      async intercept(request) {
        const {pathname, host, search} = new URL(request.url);
        const own = pathname === '/gtag/js' ? TAG.file : pathname === '/gtm.js' ? CONTAINER.file : FILES[pathname];
        if (own) return new Response(readFileSync(own), {headers: {'content-type': 'text/javascript'}});
        if (pathname === '/page') return new Response(html, {headers: {'content-type': 'text/html; charset=utf-8'}});
        if (pathname === '/segment/v1/projects/KEY/settings') return Response.json(settings(host));
        if (!/^\/(posthog|segment|google)\//.test(pathname)) return undefined;
        const body = await request.text();
        const headers = JSON.stringify([...request.headers]);
        sent.push({path: pathname, body, text: `${pathname}${decodeURIComponent(search)}\n${headers}\n${body}`});
        return Response.json({});
      },
    });
    browser = await borrowBrowser('chromium');
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });
  beforeEach(() => {
    sent = [];
  });

  /** Opens a page with a chat and perhaps a vendor's snippet. */
  async function openPage(analytics: string, snippet = ''): Promise<Page> {
    html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><body><h1>Shop</h1>
<script>const load = (src) => document.head.append(Object.assign(document.createElement('script'), {src, async: true}));
window.turns = []; addEventListener('firstword:turn', ({detail}) => turns.push(detail));
${snippet}</script>
<script async src="/firstword.js" data-endpoint="/chat" data-persist="none" data-analytics="${analytics}" ${UNHURRIED}></script>`;
    const page = await browser.open(`${stage.url}/page`);
    onTestFinished(() => page.close());
    return page;
  }

  /** Opens the chat, asks, and finds the answer good; gives the turn's record as the page heard it. */
  async function visit(page: Page): Promise<{id: string; t: {paint: number; done: number}; answer: string}> {
    await page.click('firstword-chat >>> [part~=launcher]');
    await page.waitFor(
      () => document.querySelector('firstword-chat')?.shadowRoot?.activeElement?.getAttribute('part') === 'input',
    );
    await ask(page, QUESTION);
    await answerIs(page, 'complete');
    await page.click('firstword-chat >>> [part~=feedback]');
    const answer = await firstWords(page);
    const [turn] = JSON.parse(
      await page.waitFor(() => {
        const {turns} = window as unknown as {turns: object[]};
        return turns.length > 0 && JSON.stringify(turns);
      }),
    );
    return {...turn, answer};
  }

  /** Holds every byte that went to a vendor against what was said in the chat. */
  function expectSilent(answer: string, texts = sent.map(({text}) => text)): void {
    expect(texts.length).toBeGreaterThan(0);
    const all = texts.join('\n').toLowerCase();
    for (const words of [QUESTION, 'Ravensburg', 'how long', answer.slice(0, 24), answer.slice(-24)]) {
      expect(words.trim().length).toBeGreaterThan(5);
      expect(all).not.toContain(words.toLowerCase());
    }
  }

  const told = ({id, t}: {id: string; t: {paint: number; done: number}}) => ({
    turn_id: id,
    route: '/page',
    source: 'model',
    outcome: 'complete',
    ttft_ms: Math.round(t.paint),
    complete_ms: Math.round(t.done),
    over_budget: expect.any(String),
  });

  /** Waits until events of these names have come, and gives what came with each. */
  async function eventsOf(read: () => {name: string; parameters: Record<string, Json>}[]) {
    const wanted = ['firstword_open', 'firstword_turn', 'firstword_feedback'];
    const find = () => wanted.map((name) => read().filter((event) => event.name === name));
    await waitUntil(
      () => find().every((events) => events.length > 0),
      () => `${wanted.join(', ')} among ${JSON.stringify(read().map(({name}) => name))}`,
    );
    expect(find().map((events) => events.length)).toEqual([1, 1, 1]);
    return find().map(([event]) => event?.parameters);
  }

  /** One event by itself, or a batch of them. */
  interface FromPostHog {
    batch?: FromPostHog[];
    event: string;
    properties: Record<string, Json>;
  }

  const fromPostHog = () =>
    sent
      .filter(({path, body}) => path.startsWith('/posthog/') && body.includes('firstword_'))
      .flatMap(({body}) => {
        const read = JSON.parse(body) as FromPostHog;
        return read.batch ?? [read].flat();
      })
      .map(({event, properties}) => ({name: event, parameters: properties}));

  test.each(['posthog', 'auto'])('PostHog, with data-analytics="%s"', async (analytics) => {
    const page = await openPage(analytics, SNIPPETS.posthog);
    const turn = await visit(page);
    const [opened, ended, judged] = await eventsOf(fromPostHog);
    expect(opened).toMatchObject({route: '/page', token: 'phc_test'});
    expect(ended).toMatchObject(told(turn));
    expect(judged).toMatchObject({turn_id: turn.id, feedback: 'up', source: 'model'});
    expectSilent(turn.answer);
    expect(await ownLines(page)).toEqual([]);
  });

  test('PostHog, which comes after all has happened', async () => {
    const page = await openPage('posthog');
    const turn = await visit(page);
    expect(sent).toEqual([]);
    await page.run((script) => {
      document.head.append(Object.assign(document.createElement('script'), {textContent: script}));
    }, SNIPPETS.posthog);
    const [, ended] = await eventsOf(fromPostHog);
    expect(ended).toMatchObject(told(turn));
    expectSilent(turn.answer);
  });

  test.each(['segment', 'auto'])('Segment, with data-analytics="%s"', async (analytics) => {
    const page = await openPage(analytics, SNIPPETS.segment);
    const turn = await visit(page);
    const [opened, ended, judged] = await eventsOf(() =>
      sent
        .filter(({path}) => path === '/segment/v1/t')
        .map(({body}) => JSON.parse(body) as {event: string; properties: Record<string, Json>})
        .map(({event, properties}) => ({name: event, parameters: properties})),
    );
    expect(opened).toEqual({route: '/page'});
    expect(ended).toMatchObject(told(turn));
    expect(judged).toMatchObject({turn_id: turn.id, feedback: 'up', source: 'model'});
    expectSilent(turn.answer);
    expect(await ownLines(page)).toEqual([]);
  });

  test.each(['gtm', 'auto'])(
    'reader of data layers that Google published, with data-analytics="%s"',
    async (analytics) => {
      const page = await openPage(analytics, SNIPPETS.gtm);
      await page.run(() => {
        interface Helper {
          get(name: string): unknown;
        }
        const scope = window as unknown as {
          read: unknown[];
          dataLayer: object[];
          DataLayerHelper: new (
            layer: object[],
            listener: (model: Helper, message: {event?: string}) => void,
            past: boolean,
          ) => Helper;
        };
        scope.read = [];
        const names = ['turn_id', 'route', 'ttft_ms', 'fallback', 'outcome', 'feedback'];
        const helper: Helper = new scope.DataLayerHelper(
          scope.dataLayer,
          (_, {event}) => {
            if (!event?.startsWith('firstword_')) return;
            const parameters = Object.fromEntries(names.map((name) => [name, helper.get(name) ?? null]));
            scope.read.push({name: event, parameters});
          },
          false,
        );
        // as an earlier turn would have left it
        scope.dataLayer.push({event: 'firstword_turn_before', fallback: 'faq', feedback: 'down', ttft_ms: 9});
      });
      const turn = await visit(page);
      let read: {name: string; parameters: Record<string, Json>}[] = [];
      await waitUntil(
        async () => {
          read = JSON.parse(await page.run(() => JSON.stringify((window as unknown as {read: unknown[]}).read)));
          return read.length === 4;
        },
        () => 'three events beside the one before',
      );
      expect(read.slice(1)).toEqual([
        {
          name: 'firstword_open',
          parameters: {turn_id: null, route: '/page', ttft_ms: null, fallback: null, outcome: null, feedback: null},
        },
        {
          name: 'firstword_turn',
          parameters: {
            turn_id: turn.id,
            route: '/page',
            ttft_ms: Math.round(turn.t.paint),
            fallback: null,
            outcome: 'complete',
            feedback: null,
          },
        },
        {
          name: 'firstword_feedback',
          parameters: {turn_id: turn.id, route: '/page', ttft_ms: null, fallback: null, outcome: null, feedback: 'up'},
        },
      ]);
    },
  );

  test.each(['ga4', 'auto'])('snippet of GA4, with data-analytics="%s"', async (analytics) => {
    const page = await openPage(analytics, SNIPPETS.ga4);
    const turn = await visit(page);
    const layer = () =>
      page.run(() =>
        JSON.stringify(
          (window as unknown as {dataLayer: ArrayLike<unknown>[]}).dataLayer
            .slice(2)
            .map((entry) => [Object.prototype.toString.call(entry), ...Array.from(entry)]),
        ),
      );
    await waitUntil(
      async () => JSON.parse(await layer()).length === 3,
      () => 'three commands',
    );
    const tag = '[object Arguments]'; // what the tag takes for a command; it passes over arrays
    expect(JSON.parse(await layer())).toEqual([
      [tag, 'event', 'firstword_open', {route: '/page'}],
      [tag, 'event', 'firstword_turn', expect.objectContaining(told(turn))],
      [tag, 'event', 'firstword_feedback', expect.objectContaining({turn_id: turn.id, feedback: 'up'})],
    ]);
  });

  testUnless(TAG.file ? undefined : TAG.missing, 'tag of GA4', async () => {
    const id = idIn(TAG.file ?? '', /G-[A-Z0-9]{6,}/);
    const config = `'${id}', {server_container_url: location.origin + '/google'}`;
    const page = await openPage('auto', `${SNIPPETS.ga4.replace("'G-TEST'", config)} load('/gtag/js?id=${id}');`);
    const turn = await visit(page);
    // it asks for the address without its port, where nobody listens
    const hits = () =>
      page
        .tap()
        .map(({url}) => new URL(url))
        .filter(({pathname}) => pathname === '/google/g/collect');
    const [opened, ended, judged] = await eventsOf(() =>
      hits().map(({searchParams}) => ({
        name: searchParams.get('en') ?? '',
        parameters: Object.fromEntries(
          [...searchParams].flatMap(([name, value]) => {
            const [, isNumber, parameter] = /^ep(n?)\.(.+)/.exec(name) ?? [];
            return parameter ? [[parameter, isNumber ? Number(value) : value]] : [];
          }),
        ),
      })),
    );
    expect(opened).toMatchObject({route: '/page'});
    expect(ended).toMatchObject(told(turn));
    expect(judged).toMatchObject({turn_id: turn.id, feedback: 'up'});
    expectSilent(
      turn.answer,
      hits().map(({href}) => decodeURIComponent(href)),
    );
  });

  testUnless(CONTAINER.file ? undefined : CONTAINER.missing, 'container of Tag Manager', async () => {
    const id = idIn(CONTAINER.file ?? '', /GTM-[A-Z0-9]{5,}/);
    const page = await openPage(
      'auto',
      SNIPPETS.gtm.replace("load('/data-layer-helper.js')", `load('/gtm.js?id=${id}')`),
    );
    const turn = await visit(page);
    const read = await page.waitFor((container) => {
      interface Container {
        dataLayer: {get(name: string): unknown};
      }
      const {google_tag_manager: loaded} = window as unknown as {google_tag_manager?: Record<string, Container>};
      const layer = loaded?.[container]?.dataLayer;
      if (layer?.get('event') !== 'firstword_feedback') return undefined;
      return JSON.stringify(['turn_id', 'feedback', 'ttft_ms'].map((name) => layer.get(name) ?? null));
    }, id);
    expect(JSON.parse(read)).toEqual([turn.id, 'up', null]);
  });
});

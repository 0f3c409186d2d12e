import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import type {BeaconBatch} from '../../src/protocol/index.ts';
import {createGate} from '../gate.ts';
import {readStorage} from '../rules/read-spec.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page, waitUntil} from './drive/index.ts';
import {answerIs, instantModel, panelReady, type Stage, startStage} from './stage.ts';
import {BUILT, DATABASES, type Held, meaningOf, NOT_BUILT, SETUPS, type Setup} from './stored.ts';

interface Api {
  open(): void;
  send(text: string): void;
  suggest(text: string): void;
  consent(answer: 'granted' | 'denied'): void;
  forget(): void;
}
type Seen = Window & {Firstword: Api; told: unknown[]; turnCount: number};

const QUESTION = 'Do you take PayPal?';
const DRAFT = 'And how fast';
/** A question that the FAQ answers, and one whose answer the backend lets everybody have. */
const KNOWN = 'May I return it?';
const PUBLIC = 'Is it vegan?';
const PACK = {language: 'en', entries: [{id: 'return', question: KNOWN, answer: 'Yes.'}]};
const PUBLIC_ANSWER = [
  {type: 'start'},
  {type: 'text-delta', id: 't', delta: 'It is.'},
  {type: 'data-fw-cache', data: {cacheable: true, ttlMs: 60_000, version: '1', scope: 'public', tags: []}},
  {type: 'finish', finishReason: 'stop'},
]
  .map((part) => `data: ${JSON.stringify(part)}\n\n`)
  .join('');
/** Without one, a browser asks for /favicon.ico whenever it likes. */
const ICON = '<link rel="icon" href="data:,">';
const EMPTY: Held = {session: {}, local: {}, databases: [], cookies: '', caches: []};
const table = readStorage(readFileSync('test/rules/spec/embed.md', 'utf8'));
const chromium = findEngines().find(({engine}) => engine === 'chromium');

/** What a page of these analytics has, and what would be told to them. */
const ANALYTICS = `window.told = []; const tell = (...args) => void told.push(args); window.turnCount = 0;
addEventListener('firstword:turn', () => turnCount++);
window.dataLayer = {push: tell}; window.gtag = window.plausible = tell;
window.posthog = {capture: tell}; window.analytics = window.mixpanel = window.amplitude = {track: tell};`;

test('every row and cell of the table of what is stored is known here', () => {
  const built = table.filter(({thing}) => thing in BUILT);
  expect(table.map(({thing}) => thing).sort()).toEqual([...Object.keys(BUILT), ...NOT_BUILT].sort());
  for (const row of built) expect(BUILT[row.thing]).toMatchObject(row);
});

test('a new row, a new column and another cell are found', () => {
  const embed = readFileSync('test/rules/spec/embed.md', 'utf8');
  const more = embed.replace(
    '| beacons | network |',
    '| mood | network | yes | yes | yes | yes |\n| beacons | network |',
  );
  expect(readStorage(more).map(({thing}) => thing)).toContain('mood');
  expect(() => readStorage(embed.replace('| yes | no |\n', '| yes | no | maybe |\n'))).toThrow(/more columns/);
  const other = readStorage(embed.replace('at most 20 turns wait', 'at most 30 turns wait'));
  expect(BUILT['beacons']).not.toMatchObject(other.find(({thing}) => thing === 'beacons') ?? {});
});

describe.skipIf(chromium?.missing)('what is stored', () => {
  let browser: Borrowed;
  let stage: Stage;
  let setup: Setup;
  let gate = createGate();
  const asked: {method: string; path: string; body: string}[] = [];

  beforeAll(async () => {
    browser = await borrowBrowser('chromium');
    stage = await startStage({
      model: instantModel({
        heldFrom: 1,
        get opened() {
          return gate.opened;
        },
      }),
      async intercept(request) {
        const {pathname, search} = new URL(request.url);
        if (!/\.js$|^\/(page|blank)$/.test(pathname)) {
          asked.push({method: request.method, path: pathname + search, body: await request.clone().text()});
        }
        if (pathname === '/faq.json') return Response.json(PACK, {headers: {etag: '"1"'}});
        const isPublic = request.method === 'POST' && pathname === '/chat' && asked.at(-1)?.body.includes(PUBLIC);
        if (isPublic) return new Response(PUBLIC_ANSWER, {headers: {'content-type': 'text/event-stream'}});
        if (pathname === '/blank')
          return new Response(`<!doctype html>${ICON}`, {headers: {'content-type': 'text/html'}});
        if (pathname !== '/page') return undefined;
        const {consent, persist, signal, gpc} = setup;
        const wish = {none: '', GPC: 'globalPrivacyControl', DNT: 'doNotTrack'}[signal];
        const says =
          wish &&
          `Object.defineProperty(Navigator.prototype, '${wish}', {get: () => ${signal === 'GPC' ? 'true' : "'1'"}});`;
        return new Response(
          `<!doctype html><html lang="en"><title>Page</title>${ICON}<script>${ANALYTICS}${says}</script><button>Pay</button><script async src="/firstword.js" data-endpoint="/chat" data-rum="/v1/turns" data-faq="/faq.json" data-prefetch="topics" data-analytics="ga4|gtm|posthog|segment|plausible|amplitude|mixpanel" data-consent="${consent}" data-persist="${persist}" data-gpc="${gpc}"></script></html>`,
          {headers: {'content-type': 'text/html; charset=utf-8'}},
        );
      },
    });
  });
  afterAll(async () => {
    await browser.close();
    await stage.close();
  });

  const held = (page: Page): Promise<Held> =>
    page.run(async () => ({
      session: {...sessionStorage},
      local: {...localStorage},
      databases: (await indexedDB.databases()).map(({name}) => String(name)),
      cookies: document.cookie,
      caches: await caches.keys(),
    }));

  /** Nothing is held any more: storage at once, databases as soon as the browser has removed them. */
  async function expectErased(page: Page): Promise<void> {
    const {databases: _, ...rest} = await held(page);
    const {databases: _none, ...empty} = EMPTY;
    expect(rest).toEqual(empty);
    await page.waitFor(async () => (await indexedDB.databases()).length === 0);
  }

  /** Opens the page in a browser that holds nothing, or what another page of the origin left. */
  async function openPage(wanted: Partial<Setup>, left?: () => void): Promise<Page> {
    setup = {consent: 'auto', persist: 'session', signal: 'none', gpc: 'off', ...wanted};
    gate = createGate();
    const page = await browser.open(`${stage.url}/blank`);
    onTestFinished(async () => {
      gate.open();
      expect(await page.errors()).toEqual([]);
      await page.close();
    });
    await page.run(() => localStorage.clear());
    await page.run(async () => {
      for (const {name = ''} of await indexedDB.databases()) indexedDB.deleteDatabase(name);
    });
    await page.waitFor(async () => (await indexedDB.databases()).length === 0);
    if (left) await page.run(left);
    await page.goto(`${stage.url}/page`);
    asked.length = 0;
    await panelReady(page);
    return page;
  }

  /** Asks, and writes a draft while the answer is held in its middle. */
  async function askAndDraft(page: Page): Promise<void> {
    await page.run((text) => (window as unknown as Seen).Firstword.send(text), QUESTION);
    await answerIs(page, 'streaming');
    await page.run((text) => (window as unknown as Seen).Firstword.suggest(text), DRAFT);
  }

  async function finish(page: Page, turnCount = 1): Promise<void> {
    gate.open();
    await page.waitFor((count) => (window as unknown as Seen).turnCount === count, turnCount);
  }

  /** Leaves the page, so that what wants to be sent has been sent. */
  async function leave(page: Page): Promise<void> {
    await page.goto(`${stage.url}/blank`);
    await page.run(async () => void (await fetch('/favicon.ico?left')));
    await waitUntil(
      () => asked.some(({path}) => path.endsWith('?left')),
      () => 'the request that was made last',
    );
  }

  const beacons = () => asked.filter(({path}) => path === '/v1/turns').map(({body}) => JSON.parse(body) as BeaconBatch);

  /** The one place where the conversation is, as the row says. */
  function expectConversation({databases: _databases, ...found}: Held, meaning: string): void {
    const {databases: _none, ...empty} = EMPTY;
    if (meaning !== 'kept') {
      expect(found).toEqual(empty);
      return;
    }
    const {[setup.persist as 'session' | 'local']: kept, ...others} = found;
    expect(Object.keys(kept)).toEqual([expect.stringMatching(/^firstword:/)]);
    const {draft, messages, id} = JSON.parse(Object.values(kept)[0] ?? '{}');
    expect(draft).toBe(DRAFT);
    expect(id).toMatch(/^[\da-f]{32}$/);
    expect(messages).toEqual([
      expect.objectContaining({kind: 'question', text: QUESTION}),
      expect.objectContaining({kind: 'answer', open: {key: expect.any(String), rest: expect.any(Object)}}),
    ]);
    const {[setup.persist as 'session' | 'local']: _, ...nothing} = empty;
    expect(others).toEqual(nothing);
  }

  test.each(SETUPS)(
    '$consent, persist $persist, $signal, gpc $gpc: as the table says, cell by cell',
    async (wanted) => {
      const page = await openPage(wanted);
      expect(await held(page)).toEqual(EMPTY);
      expect(asked).toEqual([]);

      await askAndDraft(page);
      const conversation = meaningOf('conversation, draft, resume ids', wanted);
      if (conversation === 'kept') {
        await page.waitFor(
          (draft) =>
            [...Object.values(sessionStorage), ...Object.values(localStorage)].some((text) => text.includes(draft)),
          DRAFT,
        );
      } else await finish(page); // after the time in which it would have been kept
      expectConversation(await held(page), conversation);
      await finish(page);

      // no other database, no cookie, no other key, nothing told, nothing fetched but what is named here
      const wantedDatabases = Object.keys(DATABASES).filter(
        (name) => meaningOf(DATABASES[name] ?? '', wanted) === 'kept',
      );
      await page.waitFor(async (names) => {
        const found = await indexedDB.databases();
        return `${found.map(({name}) => name).sort()}` === names;
      }, `${wantedDatabases.sort()}`);
      const {cookies, caches} = await held(page);
      expect({cookies, caches}).toEqual({cookies: '', caches: []});
      expect(await page.run(() => (window as unknown as Seen).told)).toEqual([]);
      for (const thing of NOT_BUILT) expect(meaningOf(thing, wanted), thing).toBe('absent');

      await leave(page);
      const others = asked.filter(
        ({path}) => !/^\/(chat(\?fw=hello)?|faq\.json|v1\/turns|favicon\.ico(\?left)?)$/.test(path),
      );
      expect(others).toEqual([]);
      expect(asked.filter(({method, path}) => method === 'POST' && path === '/chat')).toHaveLength(1);
      const sent = beacons();
      if (meaningOf('beacons', wanted) === 'sent') {
        expect(sent.length).toBeGreaterThan(0);
        for (const {consent} of sent) expect(consent).toBe(wanted.consent === 'granted' ? 'granted' : 'not-required');
        expect(JSON.stringify(sent)).not.toContain('PayPal');
      } else expect(sent).toEqual([]);
    },
  );

  test.each(['auto', 'required', 'granted', 'denied'] as const)(
    'what a visitor asked is in a database only where that was agreed to, with consent %s',
    async (consent) => {
      const page = await openPage({consent});
      gate.open();
      const send = (text: string) => page.run((text) => (window as unknown as Seen).Firstword.send(text), text);
      await send(PUBLIC);
      await page.waitFor(() => (window as unknown as Seen).turnCount === 1);
      await page.waitFor(() =>
        Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('.menu, .foreseen')),
      );
      // the pack is there once it answers
      await page.waitFor(async (question) => {
        const chat = document.querySelector('firstword-chat')?.shadowRoot;
        if (chat?.querySelector('.stored')) return true;
        (window as unknown as Seen).Firstword.suggest(question);
        await new Promise((resolve) => setTimeout(resolve));
        if (!chat?.querySelector('.foreseen button')) return false;
        (window as unknown as Seen).Firstword.send(question);
        return Boolean(chat?.querySelector('.stored'));
      }, KNOWN);
      await page.click('firstword-chat >>> .stored button');
      await page.waitFor(() => (window as unknown as Seen).turnCount >= 3);
      const isKept = meaningOf(DATABASES['firstword-learned'] ?? '', {...setup, consent}) === 'kept';
      const read = () =>
        page.run(async () => {
          const texts: string[] = [];
          for (const {name = ''} of await indexedDB.databases()) {
            const database = await new Promise<IDBDatabase>((resolve) => {
              const request = indexedDB.open(name);
              request.onsuccess = () => resolve(request.result);
            });
            const [store] = database.objectStoreNames;
            if (store)
              texts.push(
                await new Promise((resolve) => {
                  const all = database.transaction(store).objectStore(store).getAll();
                  all.onsuccess = () => resolve(`${name} ${JSON.stringify(all.result)}`);
                }),
              );
            database.close();
          }
          return texts;
        });
      const holds = (texts: string[], name: string, words: string) =>
        texts.some((text) => text.startsWith(name) && text.includes(words));
      await expect
        .poll(async () => {
          const texts = await read();
          return [holds(texts, 'firstword-learned', PUBLIC), holds(texts, 'firstword-decoys', KNOWN)];
        })
        .toEqual([isKept, isKept]);
      await page.run(() => (window as unknown as Seen).Firstword.forget());
      await expectErased(page);
    },
  );

  test('at most 20 turns wait for consent; it sends them, and says how many were dropped', async () => {
    const page = await openPage({consent: 'required'});
    gate.open();
    for (let count = 1; count <= 22; count++) {
      await page.run((text) => (window as unknown as Seen).Firstword.send(text), QUESTION);
      await page.waitFor((wanted) => (window as unknown as Seen).turnCount === wanted, count);
    }
    expect(beacons()).toEqual([]);
    await page.run(() => (window as unknown as Seen).Firstword.consent('granted'));
    await waitUntil(
      () => beacons().length > 0,
      () => 'the turns that waited',
    );
    await leave(page);
    expect(new Set(beacons().flatMap(({turns}) => turns.map(({id}) => id))).size).toBe(20);
    expect(beacons()[0]).toMatchObject({consent: 'granted', dropped: 2});
  });

  test.each(['auto', 'required', 'granted'] as const)(
    'a refusal after %s erases what was kept, keeps the rest in memory and sends nothing more',
    async (consent) => {
      const page = await openPage({consent, persist: 'local'});
      await askAndDraft(page);
      await page.waitFor((draft) => Object.values(localStorage).some((text) => text.includes(draft)), DRAFT);
      await page.run(() => (window as unknown as Seen).Firstword.consent('denied'));
      await expectErased(page);
      await finish(page);
      await page.run(() => (window as unknown as Seen).Firstword.send('Again?'));
      await page.waitFor(() => (window as unknown as Seen).turnCount === 2);
      expect(await held(page)).toEqual(EMPTY);
      expect(
        await page.run(
          () => document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('[part~=question]').length,
        ),
      ).toBe(2);
      await leave(page);
      expect(beacons()).toEqual([]);
    },
  );

  test('an agreement after a refusal keeps the conversation from then on, and sends later turns only', async () => {
    const page = await openPage({consent: 'denied'});
    await askAndDraft(page);
    await finish(page);
    expect(await held(page)).toEqual(EMPTY);
    await page.run(() => (window as unknown as Seen).Firstword.consent('granted'));
    expect(Object.keys((await held(page)).session)).toHaveLength(1);
    await page.run(() => (window as unknown as Seen).Firstword.send('Again?'));
    await page.waitFor(() => (window as unknown as Seen).turnCount === 2);
    await leave(page);
    expect(new Set(beacons().flatMap(({turns}) => turns.map(({n}) => n)))).toEqual(new Set([2]));
  });

  test.each(['session', 'local'] as const)('forget() erases everything that is kept in %s storage', async (persist) => {
    const page = await openPage({persist});
    await askAndDraft(page);
    await finish(page);
    await page.run(() => (window as unknown as Seen).Firstword.forget());
    await expectErased(page);
    expect(
      await page.run(() => document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=message]')),
    ).toBe(null);
  });

  /** Leaves a conversation as pages before this one left it, in both places. */
  const leaveOne = () => {
    const kept = JSON.stringify({
      v: 1,
      id: 'a'.repeat(32),
      draft: '',
      messages: [{kind: 'question', id: 'q', text: 'Old?'}],
    });
    for (const storage of [sessionStorage, localStorage]) storage.setItem(`firstword:${location.origin}/chat`, kept);
  };

  test.each([
    {persist: 'session', consent: 'auto'},
    {persist: 'local', consent: 'required'},
    {persist: 'none', consent: 'granted'},
    {persist: 'session', consent: 'denied'},
  ] as const)('forget() erases what pages with other settings kept, too: now $persist and $consent', async (wanted) => {
    const page = await openPage(wanted, leaveOne);
    await page.run(() => (window as unknown as Seen).Firstword.open());
    await page.run(() => (window as unknown as Seen).Firstword.forget());
    await expectErased(page);
  });

  test('a page that comes with a refusal erases what earlier ones kept, once the chat is opened', async () => {
    const page = await openPage({consent: 'denied', persist: 'local'}, leaveOne);
    expect(Object.keys((await held(page)).local)).toHaveLength(1);
    await page.run(() => (window as unknown as Seen).Firstword.open());
    expect(await held(page)).toEqual(EMPTY);
  });

  test('a refusal erases what pages with other settings kept, too', async () => {
    const page = await openPage({persist: 'session'}, leaveOne);
    await page.run(() => (window as unknown as Seen).Firstword.consent('denied'));
    expect(await held(page)).toEqual(EMPTY);
  });
});

import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import type {BeaconBatch} from '../../src/protocol/index.ts';
import {createGate} from '../gate.ts';
import {readStorage} from '../rules/read-spec.ts';
import {type Browser, findEngines, openBrowser, type Page, waitUntil} from './drive/index.ts';
import {answerIs, instantModel, panelReady, type Stage, startStage} from './stage.ts';
import {BUILT, type Held, meaningOf, NOT_BUILT, SETUPS, type Setup} from './stored.ts';

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
  let browser: Browser;
  let stage: Stage;
  let setup: Setup;
  let gate = createGate();
  const asked: {method: string; path: string; body: string}[] = [];

  beforeAll(async () => {
    browser = await openBrowser('chromium');
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
  function expectConversation(found: Held, meaning: string): void {
    if (meaning !== 'kept') {
      expect(found).toEqual(EMPTY);
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
    const {[setup.persist as 'session' | 'local']: _, ...nothing} = EMPTY;
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

      // rows that are not built: no database, no cookie, no other key, nothing told, nothing fetched but what is named here
      const {databases, cookies, caches} = await held(page);
      expect({databases, cookies, caches}).toEqual({databases: [], cookies: '', caches: []});
      expect(await page.run(() => (window as unknown as Seen).told)).toEqual([]);
      for (const thing of NOT_BUILT) expect(meaningOf(thing, wanted), thing).toBe('absent');

      await leave(page);
      const others = asked.filter(({path}) => !/^\/(chat(\?fw=hello)?|v1\/turns|favicon\.ico(\?left)?)$/.test(path));
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
      expect(await held(page)).toEqual(EMPTY);
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
    expect(await held(page)).toEqual(EMPTY);
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
    expect(await held(page)).toEqual(EMPTY);
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

import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {attributeOf, focusOn, shown, until, written} from './in-chat.ts';
import {type Stage, startStage, UNHURRIED} from './stage.ts';

/** What people type by mistake, or think better of. */
const SECRETS = [
  '4111 1111 1111 1111',
  'hunter2-Correct-Horse',
  'Zebulon Quackenbush',
  '17 Wolkenkratzerallee, 04103 Kleinpösna',
  'zq@kleinposna.example',
];

/** As long a piece of one must be to tell of it. */
const PIECE_CHARS = 6;

/** What may be guessed of a draft: topics of which one is nobody's business. */
const PACK = {
  version: '2026-11-20',
  language: 'en',
  topics: {debt: {private: true}},
  entries: [
    ['returns', 'How do I return an order?', 'can i send it back', 'i want to return my order', 'return policy'],
    ['delivery', 'When will my parcel arrive?', 'how long does delivery take', 'delivery time', 'when do you deliver'],
    ['debt', 'What if I cannot pay my debt?', 'i am in debt', 'debt collection letter', 'i cannot pay my debt'],
  ].map(([topic, question, ...variants]) => ({id: topic, topic, question, variants})),
};

/** Tells of everything that is kept in the browser, before anything else runs. */
const WATCH = `<script>
kept = [];
const {setItem} = Storage.prototype;
Storage.prototype.setItem = function (key, value) { kept.push(['storage', key, String(value)]); return setItem.call(this, key, value); };
for (const method of ['put', 'add']) {
  const real = IDBObjectStore.prototype[method];
  IDBObjectStore.prototype[method] = function (value, ...more) { kept.push(['database', this.name, JSON.stringify([value, ...more])]); return real.call(this, value, ...more); };
}
const cookie = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
Object.defineProperty(document, 'cookie', {get: () => cookie.get.call(document), set(value) { kept.push(['cookie', '', value]); cookie.set.call(document, value); }});
</script>`;

const LEVELS = ['off', 'warm', 'topics'] as const;

const writePage = (level: string) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>${WATCH}
<body><h1>Shop</h1><form><input name="card" autocomplete="off"></form>
<script async src="/firstword.js" data-endpoint="/chat" data-faq="/faq.json" data-prefetch="${level}" data-rum="/rum" data-consent="granted" ${UNHURRIED} data-open></script>`;

/** One request as the server got it: all of it. */
interface Sent {
  pathname: string;
  all: string;
  body: string;
}

describe.each(findEngines())('what is typed in $title', ({engine, missing}) => {
  let browser: Borrowed;
  let stage: Stage;
  let sent: Sent[] = [];

  beforeAll(async () => {
    if (missing) return;
    stage = await startStage({
      async intercept(request) {
        const {pathname, search} = new URL(request.url);
        const body = await request.clone().text();
        const all = [request.url, decodeURIComponent(search), body, ...[...request.headers].flat()].join('\n');
        sent.push({pathname, all, body});
        const level = LEVELS.find((each) => pathname === `/${each}`);
        if (level) return new Response(writePage(level), {headers: {'content-type': 'text/html; charset=utf-8'}});
        return pathname === '/faq.json' ? Response.json(PACK) : undefined;
      },
    });
    browser = await borrowBrowser(engine);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  const posts = () => sent.filter(({pathname, body}) => pathname === '/chat' && body).map(({body}) => JSON.parse(body));
  const contexts = () => posts().filter(({trigger}) => trigger === 'fw-context');

  /** Writes into the field as a paste does. */
  const paste = (page: Page, text: string) =>
    page.run((words) => void document.execCommand('insertText', false, words), text);

  const clear = async (page: Page) => {
    await page.press('Control+a');
    await page.press('Delete');
    await until(() => written(page)).toBe('');
  };

  test.skipIf(missing).each(LEVELS)('stays in the page until it is sent, at level %s', async (level) => {
    sent = [];
    const page = await browser.open(`${stage.url}/${level}`);
    onTestFinished(() => page.close());
    await shown(page, '.menu');
    await focusOn(page, 'textarea');
    const hellos = sent.filter(({all}) => all.includes('fw=hello')).length;
    expect(hellos).toBe(level === 'off' ? 0 : 1);

    /** Waits until the draft was kept as it stands, which is later than what is asked ahead at the end of a word. */
    const settled = () =>
      until(async () => {
        const draft = await written(page);
        return page.run(
          (words) => Object.values(sessionStorage).some((kept) => kept.includes(JSON.stringify(words).slice(1, -1))),
          draft,
        );
      }).toBe(true);

    const secrets = SECRETS.join(' ');
    await page.type(secrets);
    await settled();
    await clear(page);
    await page.type('i want to return my order ');
    await paste(page, secrets);
    await page.press('Control+z');
    await page.press('Backspace');
    await paste(page, ` ${secrets} `);
    await settled();
    if (level === 'topics') await until(() => contexts().length).toBeGreaterThan(0);
    await clear(page);
    await page.type('i am in debt and cannot pay my debt ');
    await settled();
    await clear(page);

    const kept = await page.run(() => (window as unknown as {kept: [string, string, string][]}).kept);
    const pieces = SECRETS.flatMap((secret) =>
      Array.from({length: secret.length - PIECE_CHARS + 1}, (_, at) =>
        secret.slice(at, at + PIECE_CHARS).toLowerCase(),
      ),
    );
    const told = (text: string) => pieces.filter((piece) => text.toLowerCase().includes(piece));
    expect(sent.map(({pathname}) => pathname)).toContain(`/${level}`);
    expect(sent.flatMap(({all}) => told(all))).toEqual([]);
    const drafts = kept.filter(([, , value]) => told(value).length > 0);
    expect(drafts.length).toBeGreaterThan(0);
    for (const [where, key, value] of drafts) {
      expect([where, key]).toEqual(['storage', `firstword:${stage.url}/chat`]);
      expect(told(JSON.stringify({...JSON.parse(value), draft: ''}))).toEqual([]);
    }

    // what was asked ahead holds names of the wire, ids, and topics of the pack that are nobody's secret
    expect(contexts().length > 0).toBe(level === 'topics');
    for (const {id, fw, ...more} of contexts()) {
      expect(more).toEqual({trigger: 'fw-context', messages: []});
      expect(id).toMatch(/^[0-9a-f]{32}$/);
      const {topics, key, ...facts} = fw;
      expect(facts).toEqual({v: 1, attempt: 0, language: 'en'});
      expect(key).toMatch(/^[0-9a-f]{32}$/);
      expect(topics.length).toBeGreaterThan(0);
      expect(topics.filter((topic: string) => !['returns', 'delivery'].includes(topic))).toEqual([]);
    }
    expect(contexts().length).toBeLessThanOrEqual(2);

    // what is sent goes to the endpoint alone: nothing of it is in what is measured
    await page.type(`Where is ${SECRETS[2]}?`);
    await page.press('Enter');
    await until(() => attributeOf(page, '[part~=answer]', 'data-state')).toBe('complete');
    await until(() => sent.filter(({pathname}) => pathname === '/rum').length).toBeGreaterThan(0);
    const measured = sent.filter(({pathname}) => pathname === '/rum');
    expect(measured.flatMap(({all}) => told(all))).toEqual([]);
    expect(posts().filter(({trigger}) => trigger === 'submit-message')).toHaveLength(1);
    const elsewhere = page.tap().filter(({url}) => !url.startsWith(stage.url));
    expect(elsewhere).toEqual([]);
  });
});

import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {createGate} from '../gate.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {
  answerIs,
  ask,
  openByKeyboard,
  ownLines,
  panelReady,
  type Stage,
  type StageOptions,
  startStage,
} from './stage.ts';

/** A stage whose `/page` is an empty page with the tag on it; what it looks like stands in its own address. */
function startPages(options: Pick<StageOptions, 'tamper'> & {held?: Promise<void>} = {}): Promise<Stage> {
  const {held, ...others} = options;
  return startStage({
    ...others,
    async intercept(request) {
      const {pathname, searchParams} = new URL(request.url);
      if (pathname.startsWith('/lang/')) await held;
      if (pathname !== '/page') return undefined;
      const html = `<!doctype html><html ${searchParams.get('html')}><head><title>Page</title><script async src="/firstword.js" data-endpoint="/chat" ${searchParams.get('tag')}></script></head><body><button>Pay</button></body></html>`;
      return new Response(html, {headers: {'content-type': 'text/html; charset=utf-8'}});
    },
  });
}

interface Scene {
  stage: Stage;
  browser: Borrowed;
  html: string;
  tag?: string;
}

async function openPage({stage, browser, html, tag = ''}: Scene): Promise<Page> {
  const page = await browser.open(`${stage.url}/page?${new URLSearchParams({html, tag})}`);
  onTestFinished(async () => {
    expect(await page.errors()).toEqual([]);
    await page.close();
  });
  await panelReady(page);
  return page;
}

/** The languages that a page asked for. */
const languagesOf = (page: Page) => [
  ...new Set(page.tap().flatMap(({url}) => /\/lang\/([a-z]+)-\w{8}\.js$/.exec(url)?.[1] ?? [])),
];

/** What a visitor reads and what is told about it, once the panel is open. */
async function read(page: Page): Promise<Record<'title' | 'placeholder' | 'greeting' | 'launcher' | 'lang', string>> {
  return page.run(() => {
    const root = document.querySelector('firstword-chat')?.shadowRoot;
    const find = (part: string) => root?.querySelector(part);
    return {
      title: find('[part~=title]')?.textContent ?? '',
      placeholder: find('[part~=input]')?.getAttribute('placeholder') ?? '',
      greeting: find('[part~=log] p')?.textContent ?? '',
      launcher: find('[part~=launcher]')?.getAttribute('aria-label') ?? '',
      lang: find('[part~=panel]')?.closest('[lang]')?.getAttribute('lang') ?? '',
    };
  });
}

/**
 * How far what stands in the panel is from the sides where lines begin and end, in CSS pixels: the same whichever way
 * words run. Of what is as wide as its words, only the side that it is held by.
 */
async function layOut(page: Page): Promise<Record<string, number>> {
  return page.run(() => {
    const root = document.querySelector('firstword-chat')?.shadowRoot;
    const panel = root?.querySelector('[part~=panel]');
    if (!root || !panel) return {};
    const frame = panel.getBoundingClientRect();
    const isRtl = getComputedStyle(panel).direction === 'rtl';
    const distances = ['launcher', 'close', 'send', 'input', 'question', 'log'].flatMap((part) => {
      const box = root.querySelector(`[part~=${part}]`)?.getBoundingClientRect() ?? new DOMRect();
      const sides = [box.left - frame.left, frame.right - box.right].map(Math.round);
      const [start = 0, end = 0] = isRtl ? sides.reverse() : sides;
      return part === 'question'
        ? [[part, end]]
        : [
            [`${part} from the beginning`, start],
            [`${part} from the end`, end],
          ];
    });
    return Object.fromEntries(distances) as Record<string, number>;
  });
}

/** Whether the panel is whole within the viewport. */
const isInView = (page: Page) =>
  page.run(() => {
    const panel = document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=panel]');
    const {left = -1, right = 0} = panel?.getBoundingClientRect() ?? {};
    return left >= 0 && right <= innerWidth && document.documentElement.scrollWidth <= innerWidth;
  });

const ENGLISH = {
  title: 'Chat',
  placeholder: 'Ask a question',
  greeting: 'Hello. What would you like to know?',
  launcher: 'Close chat',
  lang: 'en',
};
const ARABIC = {
  title: 'محادثة',
  placeholder: 'اكتب سؤالك',
  greeting: 'مرحبًا. كيف يمكننا المساعدة؟',
  launcher: 'إغلاق المحادثة',
  lang: 'ar',
};
const GERMAN = {
  title: 'Chat',
  placeholder: 'Ihre Frage',
  greeting: 'Guten Tag. Was möchten Sie wissen?',
  launcher: 'Chat schließen',
  lang: 'de',
};

describe.each(findEngines())('$title', ({engine, missing}) => {
  test.skipIf(missing)('German and Arabic pages get their language, and Arabic the panel mirrored', async () => {
    const stage = await startPages();
    onTestFinished(async () => void (await stage.close()));
    const browser = await borrowBrowser(engine);
    onTestFinished(() => browser.close());
    const asked = async (html: string) => {
      const page = await openPage({stage, browser, html});
      await openByKeyboard(page);
      await ask(page, 'Do you take PayPal?');
      await answerIs(page, 'complete');
      return page;
    };

    const german = await asked('lang="de-CH"');
    expect(await read(german)).toEqual(GERMAN);
    expect(languagesOf(german)).toEqual(['de']);
    const straight = await layOut(german);
    await german.close();

    const arabic = await asked('lang="ar" dir="rtl"');
    expect(await read(arabic)).toEqual(ARABIC);
    expect(languagesOf(arabic)).toEqual(['ar']);
    expect(await layOut(arabic)).toEqual(straight);
    expect(await isInView(arabic)).toBe(true);
  });
});

describe('the language', () => {
  let stage: Stage;
  let browser: Borrowed;

  beforeAll(async () => {
    browser = await borrowBrowser('chromium');
    stage = await startPages();
  });
  afterAll(async () => {
    await stage.close();
    await browser.close();
  });

  test.each([
    ['of the page in capitals', 'lang="DE"', '', GERMAN],
    ['of the attribute, against that of the page', 'lang="en"', 'data-language="de"', GERMAN],
    ['of the attribute, by its other name', 'lang="fr"', 'data-lang="de-AT"', GERMAN],
    ['of the attribute, whichever way the page runs', 'lang="en"', 'data-language="ar"', ARABIC],
    ['that nobody wrote words for is English', 'lang="pt-BR"', '', ENGLISH],
    ['that nobody wrote words for is English, whichever way the page runs', 'lang="fa" dir="rtl"', '', ENGLISH],
    ['of a page that names none is English', '', '', ENGLISH],
    ['of a page that names nonsense is English', 'lang="constructor"', '', ENGLISH],
    ['with parts that do not exist is the language itself', 'lang="de-xx-yy"', '', GERMAN],
  ])('%s', async (_, html, tag, wanted) => {
    const page = await openPage({stage, browser, html, tag});
    await openByKeyboard(page);
    expect(await read(page)).toEqual(wanted);
    expect(languagesOf(page)).toEqual(wanted.lang === 'en' ? [] : [wanted.lang]);
    await ask(page, 'Do you take PayPal?');
    await answerIs(page, 'complete');
    await page.waitFor(() => Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('time')));
    expect(await isInView(page)).toBe(true);
    expect(await ownLines(page)).toEqual([]);
  });

  test('comes with the first sign of intent, and its numbers are written as it writes them', async () => {
    const page = await openPage({stage, browser, html: 'lang="ar-EG" dir="rtl"'});
    expect(languagesOf(page)).toEqual([]);
    await page.hover('firstword-chat >>> [part~=launcher]');
    await page.waitFor(
      () =>
        document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=launcher]')?.ariaLabel ===
        'فتح المحادثة',
    );
    expect(languagesOf(page)).toEqual(['ar']);
    await openByKeyboard(page);
    await ask(page, 'Do you take PayPal?');
    await answerIs(page, 'complete');
    await page.waitFor(() => Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('time')));
    await page.press('Escape');
    await page.run(() => {
      const {Firstword} = window as unknown as {Firstword: Record<'send' | 'close', (text?: string) => void>};
      Firstword['send']?.('How long is delivery?');
      Firstword['close']?.();
    });
    await page.waitFor(() =>
      Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=launcher] .badge')),
    );
    const launcher = await page.run(() => {
      const button = document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=launcher]');
      return {label: button?.ariaLabel, badge: button?.textContent};
    });
    expect(launcher).toEqual({label: 'فتح المحادثة, رسالة جديدة (١)', badge: '١'});
  });

  test('that does not come keeps nobody waiting: the chat speaks English until it is there', async () => {
    const gate = createGate();
    const other = await startPages({held: gate.opened});
    onTestFinished(async () => void (await other.close()));
    const page = await openPage({stage: other, browser, html: 'lang="de"'});
    await openByKeyboard(page);
    expect(await read(page)).toEqual(ENGLISH);
    await page.type('Do you');
    gate.open();
    await page.waitFor(() => Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[lang=de]')));
    expect(await read(page)).toEqual(GERMAN);
    expect(
      await page.run(() => document.querySelector('firstword-chat')?.shadowRoot?.querySelector('textarea')?.value),
    ).toBe('Do you');
  });

  test('that comes changed is not run: the chat speaks English and says why in one line', async () => {
    const other = await startPages({
      tamper: (path, text) => (path.startsWith('/lang/') ? text.replace('Ihre Frage', 'Ihre Karte') : text),
    });
    onTestFinished(async () => void (await other.close()));
    const page = await openPage({stage: other, browser, html: 'lang="de"'});
    await openByKeyboard(page);
    expect(await read(page)).toEqual(ENGLISH);
    await ask(page, 'Do you take PayPal?');
    await answerIs(page, 'complete');
    expect(await ownLines(page)).toEqual([expect.stringMatching(/lang\/de did not load unchanged/)]);
  });
});

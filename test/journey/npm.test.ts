import {execFile} from 'node:child_process';
import {mkdtemp, readFile, realpath, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {extname, join, resolve} from 'node:path';
import {promisify} from 'node:util';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import type {FirstwordApi, MountOptions} from '../../src/index.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {installPacked, newcomer} from './packed.ts';
import {answerIs, lastAnswer, ownLines, panelReady, type Stage, startStage} from './stage.ts';

/** A page whose own script is done with importing, and the chat that it made. */
type Seen = Window & {mount: (options: MountOptions) => FirstwordApi | undefined; chat: FirstwordApi | undefined};

const run = promisify(execFile);
const QUESTION = 'Do you take PayPal?';
const MAIN = `import {mount} from 'firstword';\nwindow.mount = mount;\n`;
const TYPES: Readonly<Record<string, string>> = {'.html': 'text/html', '.css': 'text/css'};
const chromium = findEngines().find(({engine}) => engine === 'chromium');

let folder: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'firstword-npm-')));
  await installPacked(folder, []);
  await writeFile(join(folder, 'package.json'), '{"private": true, "type": "module"}');
});

afterAll(() => rm(folder, {recursive: true, force: true}));

describe('where a server renders', () => {
  test('importing the package does nothing, and mount() says why it does nothing', async () => {
    await writeFile(
      join(folder, 'render.js'),
      `import {mount} from 'firstword';
const before = Object.keys(globalThis).length;
console.log('<!doctype html><title>Shop</title><firstword-chat endpoint="/chat"></firstword-chat>');
if (process.argv[2]) console.log(String(mount({endpoint: '/chat'})), Object.keys(globalThis).length - before);`,
    );
    const render = (...args: string[]) => run(process.execPath, ['render.js', ...args], {cwd: folder, env: newcomer});
    const html = '<!doctype html><title>Shop</title><firstword-chat endpoint="/chat"></firstword-chat>\n';
    expect(await render()).toEqual({stdout: html, stderr: ''});
    expect(await render('mount')).toEqual({
      stdout: `${html}undefined 0\n`,
      stderr: expect.stringMatching(/^\[firstword\] .*no page.*\n$/),
    });
  });
});

describe.skipIf(chromium?.missing)('on a page', () => {
  let stage: Stage;
  let browser: Borrowed;
  let html = '';

  beforeAll(async () => {
    await writeFile(join(folder, 'main.js'), MAIN);
    await writeFile(join(folder, 'index.html'), '<!doctype html><script type="module" src="./main.js"></script>');
    await run(
      process.execPath,
      [resolve('node_modules/vite/bin/vite.js'), 'build', '--base=/built/', '--outDir=built'],
      {
        cwd: folder,
        env: newcomer,
      },
    );
    browser = await borrowBrowser('chromium');
    stage = await startStage({
      async intercept(request) {
        const {pathname} = new URL(request.url);
        if (pathname === '/page') return new Response(html, {headers: {'content-type': 'text/html; charset=utf-8'}});
        if (!/^\/(built|node_modules|main)/.test(pathname)) return undefined;
        const type = TYPES[extname(pathname)] ?? 'text/javascript';
        return new Response(await readFile(join(folder, pathname)), {headers: {'content-type': type}});
      },
    });
  });
  afterAll(async () => {
    await stage.close();
    await browser.close();
  });

  /** Opens a page that has the package as Vite built it, and `body` in it. */
  async function openBuilt(body = ''): Promise<Page> {
    const entry = await readFile(join(folder, 'built', 'index.html'), 'utf8');
    return open(entry.replace(/<!doctype html>/i, '<!doctype html><html lang="en"><title>Page</title>') + body);
  }

  async function open(markup: string): Promise<Page> {
    html = markup;
    const page = await browser.open(`${stage.url}/page`);
    onTestFinished(async () => {
      expect(await page.errors()).toEqual([]);
      await page.close();
    });
    await page.waitFor(() => 'mount' in window);
    return page;
  }

  const mount = (page: Page, options: MountOptions) =>
    page.run(
      (given) => {
        const seen = window as unknown as Seen;
        seen.chat = seen.mount(given);
        return seen.chat !== undefined;
      },
      options as never, // only what JSON can hold
    );
  const unmount = (page: Page) => page.run(() => (window as unknown as Seen).chat?.destroy());
  const chats = (page: Page) => page.run(() => document.querySelectorAll('firstword-chat').length);

  test('mount() answers, and what it needs comes in parts of its own', async () => {
    const page = await openBuilt();
    expect(await chats(page)).toBe(0);
    const parts = () => page.tap().filter(({url}) => url.includes('/built/')).length;
    const before = parts();
    expect(await mount(page, {endpoint: '/chat', load: 'intent'})).toBe(true);
    expect(parts()).toBe(before);
    await page.run((question) => (window as unknown as Seen).chat?.send(question), QUESTION);
    await answerIs(page, 'complete');
    expect((await lastAnswer(page)).text).toContain('PayPal');
    expect(parts()).toBeGreaterThan(before);
    expect(page.tap().some(({url}) => /\/firstword[\w.-]*\.js$/.test(url))).toBe(false);
    expect(await ownLines(page)).toEqual([]);
  });

  test('mount, destroy and mount again, as React in strict mode does, leaves one chat that answers', async () => {
    const page = await openBuilt();
    expect(
      await page.run(() => {
        const seen = window as unknown as Seen;
        seen.mount({endpoint: '/chat', open: true})?.destroy();
        const left = document.querySelectorAll('firstword-chat').length;
        seen.chat = seen.mount({endpoint: '/chat', open: true});
        return left;
      }),
    ).toBe(0);
    await panelReady(page);
    expect(await chats(page)).toBe(1);
    await page.run((question) => (window as unknown as Seen).chat?.send(question), QUESTION);
    await answerIs(page, 'complete');
    await unmount(page);
    expect(await chats(page)).toBe(0);
    expect(await page.run(() => 'Firstword' in window)).toBe(false);
    expect(await ownLines(page)).toEqual([]);
  });

  test('without an endpoint, and twice with the same, mount() says so and returns nothing', async () => {
    const page = await openBuilt();
    expect(await mount(page, {} as MountOptions)).toBe(false);
    expect(await mount(page, {endpoint: '/chat', onHandoff: undefined})).toBe(true);
    await panelReady(page);
    expect(await mount(page, {endpoint: '/chat'})).toBe(false);
    expect(await ownLines(page)).toEqual([
      expect.stringContaining('endpoint is missing'),
      expect.stringContaining('chat is here already'),
    ]);
  });

  test('onHandoff is taken from code and not from an attribute', async () => {
    const page = await openBuilt();
    await page.run(() => void (window as unknown as Seen).mount({endpoint: '/chat', open: true, onHandoff: () => {}}));
    await panelReady(page);
    expect(await ownLines(page)).toEqual([]);
    const tagged = await open(
      `<!doctype html><script src="/firstword.js" data-endpoint="/chat" data-on-handoff="x" data-open></script><script>mount = 0</script>`,
    );
    await panelReady(tagged);
    expect(await ownLines(tagged)).toEqual([expect.stringContaining('data-on-handoff is not known')]);
  });

  test('<firstword-chat> is a chat where it stands, with its attributes as options', async () => {
    const page = await openBuilt(
      `<main id="help"><firstword-chat endpoint="/chat" container="#help" title="Ask" class="mine" data-key="1" aria-label="Help" style="--firstword-accent: #060"></firstword-chat></main>`,
    );
    await panelOf(page);
    await page.run((question) => document.querySelector('firstword-chat')?.chat?.send(question), QUESTION);
    await answerIs(page, 'complete');
    const seen = await page.run(() => {
      const element = document.querySelector('firstword-chat');
      return {
        title: element?.shadowRoot?.querySelector('[part~=title]')?.textContent,
        parent: element?.parentElement?.id,
        accent: element?.style.getPropertyValue('--firstword-accent').trim(),
      };
    });
    expect(seen).toEqual({title: 'Ask', parent: 'help', accent: '#060'});
    expect(await chats(page)).toBe(1);
    expect(await ownLines(page)).toEqual([]);
  });

  test('<firstword-chat> goes on when it is moved, ends when it is removed, and begins anew with what it says then', async () => {
    const page = await openBuilt('<firstword-chat endpoint="/chat" open></firstword-chat><main></main>');
    await panelOf(page);
    await page.run((question) => document.querySelector('firstword-chat')?.chat?.send(question), QUESTION);
    await answerIs(page, 'complete');
    const moved = await page.run(() => {
      const element = document.querySelector('firstword-chat');
      const {chat} = element ?? {};
      if (element) document.querySelector('main')?.append(element);
      return element?.chat === chat && element?.shadowRoot?.querySelectorAll('[part~=answer]').length;
    });
    expect(moved).toBe(1);
    const removed = await page.run(() => {
      const element = document.querySelector('firstword-chat');
      element?.remove();
      const left = {chat: element?.chat === undefined, nodes: element?.shadowRoot?.childNodes.length};
      element?.setAttribute('title', 'Anew');
      if (element) for (let time = 0; time < 3; time++, document.body.append(element)) element.remove();
      return left;
    });
    expect(removed).toEqual({chat: true, nodes: 0});
    await panelOf(page);
    const anew = await page.run(() => {
      const root = document.querySelector('firstword-chat')?.shadowRoot;
      const count = (part: string) => root?.querySelectorAll(`[part~=${part}]`).length;
      return [root?.querySelector('[part~=title]')?.textContent, count('panel'), count('launcher'), count('answer')];
    });
    expect(anew).toEqual(['Anew', 1, 1, 1]);
    expect(await ownLines(page)).toEqual([]);
  });

  test('the script tag, mount() and <firstword-chat> stand beside each other, each chat once', async () => {
    const page = await openBuilt(
      `<script src="/firstword.js" data-endpoint="/chat"></script><firstword-chat endpoint="/chat?b" position="top-left"></firstword-chat>`,
    );
    expect(await mount(page, {endpoint: '/chat?c', position: 'top-right'})).toBe(true);
    expect(await mount(page, {endpoint: '/chat'})).toBe(false);
    await page.waitFor(() =>
      [...document.querySelectorAll('firstword-chat')].every((chat) =>
        chat.shadowRoot?.querySelector('[aria-haspopup]'),
      ),
    );
    expect(await chats(page)).toBe(3);
    expect(await ownLines(page)).toEqual([expect.stringContaining('chat is here already')]);
    await unmount(page);
    expect(await chats(page)).toBe(3);
  });

  test('a script tag that comes after mount() with the same endpoint makes no second chat', async () => {
    const page = await openBuilt();
    expect(await mount(page, {endpoint: '/chat'})).toBe(true);
    const addTag = () =>
      page.run(
        () =>
          new Promise<void>((done) => {
            const tag = document.createElement('script');
            tag.dataset['firstword'] = '';
            tag.dataset['endpoint'] = '/chat';
            tag.onload = () => done();
            tag.src = '/firstword.js';
            document.body.append(tag);
          }),
      );
    await addTag();
    expect(await chats(page)).toBe(1);
    expect(await ownLines(page)).toEqual([expect.stringContaining('chat is here already')]);
    await unmount(page);
    expect(await mount(page, {endpoint: '/chat'})).toBe(true);
    expect(await chats(page)).toBe(1);
  });

  test('a page without a bundler brings the package by an import map', async () => {
    const map = {imports: {firstword: '/node_modules/firstword/dist/npm/index.js'}};
    const page = await open(
      `<!doctype html><html lang="en"><title>Page</title><script type="importmap">${JSON.stringify(map)}</script><script type="module" src="/main.js"></script><firstword-chat endpoint="/chat" open></firstword-chat>`,
    );
    await panelOf(page);
    await page.run((question) => document.querySelector('firstword-chat')?.chat?.send(question), QUESTION);
    await answerIs(page, 'complete');
    expect((await lastAnswer(page)).text).toContain('PayPal');
  });
});

/** Waits until the panel of the page's only element is drawn. */
async function panelOf(page: Page): Promise<void> {
  await page.waitFor(() =>
    Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=panel]')),
  );
}

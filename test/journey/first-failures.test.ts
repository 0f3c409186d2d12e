import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {type Listening, listen} from '../../demo/listen.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page, waitUntil} from './drive/index.ts';
import {answerIs, ask, lastAnswer, noticeIs, openByKeyboard, ownLines, type Stage, startStage} from './stage.ts';

const NOT_HERE = 'Answers are not available here at the moment.';
const html = (body: string, init?: ResponseInit) =>
  new Response(`<!doctype html><title>Page</title>${body}`, {headers: {'content-type': 'text/html'}, ...init});

/** What somebody meets who embeds the widget for the first time: what is wrong, and what they and the visitor read. */
interface Failure {
  /** Where the question goes; `{other}` is the other origin. */
  endpoint: string;
  /** What the page's own server does with the question. */
  own?: (request: Request) => Response;
  /** What the other origin does. */
  other?: (request: Request) => Response;
  policy?: string;
  attributes?: string;
  words: string;
  /** `{page}` and `{other}` stand for the two origins. */
  lines: string[];
  error: string;
  /** How many questions reached a server. */
  posts: number;
}

const FAILURES: Record<string, Failure> = {
  'an endpoint of another origin that does not say who may read it': {
    endpoint: '{other}/chat',
    other: () => new Response('', {headers: {'content-type': 'text/event-stream'}}),
    attributes: 'data-credentials="include" data-user-token="signed"',
    words: 'The answer could not be fetched. Please try again.',
    lines: [
      '{other}/chat could not be read from this page. If it runs, it must answer OPTIONS and POST with: Access-Control-Allow-Origin: {page}; Access-Control-Allow-Headers: content-type, authorization; Access-Control-Allow-Credentials: true',
    ],
    error: 'network',
    posts: 0,
  },
  'an endpoint that the page’s policy does not know': {
    endpoint: '{other}/chat',
    policy: "connect-src 'self'",
    words: NOT_HERE,
    lines: [
      "{other}/chat, or where it redirects to, is blocked by this page's Content-Security-Policy. Allow it there: connect-src {other}",
    ],
    error: 'blocked',
    posts: 0,
  },
  'a policy that only reports, and a server that is down': {
    endpoint: '{other}/chat',
    policy: "report-only connect-src 'self'",
    words: 'The answer could not be fetched. Please try again.',
    lines: [
      '{other}/chat could not be read from this page. If it runs, it must answer OPTIONS and POST with: Access-Control-Allow-Origin: {page}; Access-Control-Allow-Headers: content-type',
    ],
    error: 'network',
    posts: 0,
  },
  'a redirect to a login': {
    endpoint: '/ask',
    own: (request) =>
      request.url.includes('/login')
        ? html('<form>Who are you?</form>')
        : new Response(null, {status: 302, headers: {location: '/login?back=secret'}}),
    words: NOT_HERE,
    lines: [
      '{page}/ask redirected to {page}/login, which answered "text/html". Where that is a login, data-endpoint needs an address without one; where it is the new address, write data-endpoint="{page}/login".',
    ],
    error: 'parse',
    posts: 1,
  },
  'a redirect that loses the question': {
    endpoint: '/ask',
    own: (request) =>
      request.url.endsWith('/ask/')
        ? new Response('no', {status: 405})
        : new Response(null, {status: 301, headers: {location: '/ask/'}}),
    words: NOT_HERE,
    lines: [
      '{page}/ask redirected to {page}/ask/, which answered 405. Where that is a login, data-endpoint needs an address without one; where it is the new address, write data-endpoint="{page}/ask/".',
    ],
    error: 'http-4xx',
    posts: 1,
  },
  'a login of another origin': {
    endpoint: '/ask',
    own: () => new Response(null, {status: 302, headers: {location: 'http://localhost:9/login'}}),
    words: 'The answer could not be fetched. Please try again.',
    lines: [
      '{page}/ask could not be reached: its server is down or broke off, or it redirects to another origin, such as a login.',
    ],
    error: 'network',
    posts: 3,
  },
  'a host of files that shows its page for everything': {
    endpoint: '/ask',
    own: () => html('<div id="root"></div>'),
    words: NOT_HERE,
    lines: [
      '{page}/ask answered "text/html" where text/event-stream was expected. A page comes from a host of files, a login or a wrong address; data-endpoint must be a program that streams.',
    ],
    error: 'parse',
    posts: 1,
  },
  'a host of files that takes no POST': {
    endpoint: '/ask',
    own: () => html('<h1>405</h1>', {status: 405}),
    words: NOT_HERE,
    lines: [
      '{page}/ask answered 405: it takes no POST. A host of files cannot answer; data-endpoint must be a program, such as createAnswerHandler() of firstword/server.',
    ],
    error: 'http-4xx',
    posts: 1,
  },
  'a host of files that does not know POST': {
    endpoint: '/ask',
    own: () => html('<h1>501</h1>', {status: 501}),
    words: NOT_HERE,
    lines: [
      '{page}/ask answered 501: it takes no POST. A host of files cannot answer; data-endpoint must be a program, such as createAnswerHandler() of firstword/server.',
    ],
    error: 'http-5xx',
    posts: 1,
  },
  'an endpoint that wants to know who asks': {
    endpoint: '/ask',
    own: () => new Response('Unauthorized', {status: 401}),
    words: 'This question was not accepted.',
    lines: [
      '{page}/ask refused the question with 401. It wants to know who asks: data-user-token for a signed user, data-credentials="include" for cookies of another origin; or it does not take this page’s origin.',
    ],
    error: 'http-4xx',
    posts: 1,
  },
};

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('who embeds it for the first time', () => {
    let browser: Borrowed;
    let stage: Stage;
    let other: Listening;
    let failure: Failure | undefined;
    let markup = '';
    const posts: string[] = [];

    beforeAll(async () => {
      browser = await borrowBrowser(engine);
      other = await listen({
        port: 0,
        fetch(request) {
          if (request.method === 'POST') posts.push(request.url);
          return failure?.other?.(request) ?? new Response('', {status: 404});
        },
      });
      stage = await startStage({
        intercept(request) {
          const {pathname} = new URL(request.url);
          if (pathname === '/page') {
            const page = html(`<html lang="en"><h1>Page</h1><button>Pay</button>${markup}</html>`);
            const [, only, policy = ''] = /^(report-only )?(.*)/.exec(failure?.policy ?? '') ?? [];
            if (policy) page.headers.set(`content-security-policy${only ? '-report-only' : ''}`, policy);
            return page;
          }
          if (!/^\/(ask|login)/.test(pathname)) return undefined;
          if (request.method === 'POST') posts.push(request.url);
          return failure?.own?.(request);
        },
      });
    });
    afterAll(async () => {
      await browser.close();
      await stage.close();
      await other.close();
    });

    async function openPage(tag: string): Promise<Page> {
      markup = tag;
      const page = await browser.open(`${stage.url}/page`);
      onTestFinished(async () => {
        expect(await page.run(() => document.querySelector('h1')?.textContent)).toBe('Page');
        await page.close();
        failure = undefined;
      });
      return page;
    }
    const linesOf = async (page: Page) => (await ownLines(page)).map((line) => line.slice('[firstword] '.length));

    test.each(Object.entries(FAILURES))('with %s reads what to do, and the visitor calm words', async (_, wanted) => {
      failure = wanted;
      posts.length = 0;
      const fill = (text: string) => text.replaceAll('{other}', other.url).replaceAll('{page}', stage.url);
      const page = await openPage(
        `<script>addEventListener('firstword:turn', ({detail}) => { window.turn = detail; })</script><script async src="/firstword.js" data-endpoint="${fill(wanted.endpoint)}" ${wanted.attributes ?? ''}></script>`,
      );
      await openByKeyboard(page);
      await ask(page, 'Where is my order?');
      await answerIs(page, 'failed');
      await noticeIs(page, wanted.words);
      expect((await lastAnswer(page)).retry).toBe(true);
      // the words for them are loaded once they are needed
      await waitUntil(
        async () => (await linesOf(page)).length >= wanted.lines.length,
        () => 'the lines',
      );
      expect(await linesOf(page)).toEqual(wanted.lines.map(fill));
      const error = await page.waitFor(() => (window as unknown as {turn?: {error?: string}}).turn?.error ?? '');
      expect(error).toBe(wanted.error);
      expect(posts).toHaveLength(wanted.posts);
    });

    test.each([
      ['connect-src', "connect-src 'none'"],
      ['script-src', "script-src 'unsafe-inline' {page}/firstword.js; connect-src 'self'"],
    ])('with a %s that leaves out the widget’s files reads that the chat is unavailable', async (_, policy) => {
      failure = {endpoint: '', words: '', lines: [], error: '', posts: 0, policy: policy.replace('{page}', stage.url)};
      const page = await openPage('<script async src="/firstword.js" data-endpoint="/chat"></script>');
      await page.waitFor(
        () =>
          document.querySelector('firstword-chat')?.shadowRoot?.querySelector('button')?.title ===
          'Chat is unavailable',
      );
      // the browser's own line beside it names the directive and the file
      expect(await linesOf(page)).toEqual([expect.stringMatching(/^Chat is unavailable/)]);
    });
  });
});

import {randomBytes} from 'node:crypto';
import {globSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {listen} from '../../demo/listen.ts';
import {bundle} from '../bundle.ts';
import {HOSTILE_PAGES} from '../markdown/suite/hostile.ts';
import type {Report} from '../markdown/suite/in-page.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page} from './drive/index.ts';

/** Where the build puts the renderer. */
const BUILT = 'dist/npm/markdown';

const STRICT = (nonce: string) =>
  `default-src 'none'; script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'nonce-${nonce}'; connect-src 'self'; img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'`;

/** Counts violations from the first moment on, and keeps the first failure. */
const WATCH = `window.violations = []; document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI)); addEventListener('error', (event) => { window.failure ??= String(event.message || event.target.src); }, true);`;

/** Tries the built renderer out and then makes the page good again, so that it can be asked for what came of it. */
const RUN = `import * as target from '/markdown/index.js'; import {compare, tryOut} from '/suite.js'; const {undo} = window; const report = undo ? compare(target) : tryOut(target); undo?.(); window.report = {...report, spoiled: Boolean(undo)};`;

/** What the page says in the end. */
type PageReport = Report & {spoiled: boolean};

let site: Awaited<ReturnType<typeof openSite>>;

/** Serves `/page`, which tries the renderer out: under a strict policy, or spoiled by a script before, as it is asked. */
async function openSite() {
  const built = globSync('*.js', {cwd: BUILT});
  if (built.length === 0) throw new Error(`${BUILT} is empty: run \`npm run build\` first`);
  const scripts = new Map([
    ...built.map((name): [string, string] => [`/markdown/${name}`, readFileSync(join(BUILT, name), 'utf8')]),
    ['/watch.js', WATCH],
    ['/run.js', RUN],
    ['/suite.js', await bundle('test/markdown/suite/in-page.ts')],
    ['/spoil.js', await bundle('test/markdown/suite/spoil-page.ts', 'iife')],
  ]);
  return listen({
    port: 0,
    async fetch(request) {
      const {pathname, searchParams} = new URL(request.url);
      const script = scripts.get(pathname);
      if (script !== undefined) return new Response(script, {headers: {'content-type': 'text/javascript'}});
      if (pathname !== '/page') return new Response(null, {status: 404});
      const nonce = randomBytes(16).toString('base64');
      const tag = (attributes: string) => `<script nonce="${nonce}" ${attributes}></script>`;
      const spoil = searchParams.get('spoil') ?? '';
      const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page</title>${tag('src="/watch.js"')}${tag(`src="/spoil.js" data-page="${spoil}"`)}</head><body>${tag('type="module" src="/run.js"')}</body></html>`;
      const headers = new Headers({'content-type': 'text/html; charset=utf-8'});
      if (searchParams.has('strict')) headers.set('content-security-policy', STRICT(nonce));
      return new Response(html, {headers});
    },
  });
}

/** Opens the page and gives what came of it, what it asked for and what its policy refused. */
async function visit(browser: Borrowed, search: string) {
  const page: Page = await browser.open(`${site.url}/page?${search}`);
  await page.waitFor(() => 'report' in window || 'failure' in window);
  const failure = await page.run(() => ('failure' in window ? String(window.failure) : ''));
  if (failure) throw new Error(`The page at ?${search} failed: ${failure}`);
  // put there by the scripts above
  const {report, violations} = await page.run(() => {
    const {report, violations} = window as unknown as {report: PageReport; violations: string[]};
    return {report: {...report}, violations};
  });
  const foreign = page.tap().filter(({url}) => new URL(url).origin !== new URL(site.url).origin);
  const errors = await page.errors();
  await page.close();
  return {report, violations, foreign, errors};
}

beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

describe.each(findEngines())('$title', ({engine, missing}) => {
  describe.skipIf(missing)('the built renderer', () => {
    let browser: Borrowed;
    let expected: string[];
    beforeAll(async () => {
      browser = await borrowBrowser(engine);
      expected = (await visit(browser, '')).report.outputs;
    });
    afterAll(() => browser.close());

    test('draws the same under a strict policy with Trusted Types, without one violation or foreign request', async () => {
      const {report, violations, foreign, errors} = await visit(browser, 'strict');
      expect(violations).toEqual([]);
      expect(foreign).toEqual([]);
      expect(errors).toEqual([]);
      expect(report.faults).toEqual([]);
      expect(report.stepCount).toBeGreaterThan(30_000);
      expect(report.outputs).toEqual(expected);
      expect(expected.filter((output) => output.startsWith('thrown'))).toEqual([]);
    });

    test.each(HOSTILE_PAGES)('draws the same on a page that has $name', async ({name}) => {
      const {report, foreign} = await visit(browser, `strict&spoil=${encodeURIComponent(name)}`);
      expect(report.spoiled).toBe(true);
      expect(report.outputs).toEqual(expected);
      expect(foreign).toEqual([]);
    });
  });
});

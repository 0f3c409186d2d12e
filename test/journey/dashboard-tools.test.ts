import {readFileSync} from 'node:fs';
import type {AxeResults, RunOptions} from 'axe-core';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {planTraffic} from '../../demo/traffic/plan.ts';
import {sendBatches} from '../../demo/traffic/send-batches.ts';
import {simulateTurns} from '../../demo/traffic/simulate-turns.ts';
import {REPORT_VERSION} from '../../src/protocol/index.ts';
import {type Borrowed, borrowBrowser, type Page, waitUntil} from './drive/index.ts';
import {startFilledStage} from './filled-stage.ts';
import type {Stage, StageOptions} from './stage.ts';

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What a page that is looked at for a while may move, as Web Vitals has it. */
const GOOD_SHIFT = 0.1;

/** Answers in the place of the collector that all share, while a test has it so. */
type Instead = NonNullable<StageOptions['intercept']>;

let browser: Borrowed;
let filled: Stage;
let shared: Page;
let instead: Instead | undefined;

beforeAll(async () => {
  browser = await borrowBrowser('chromium');
  filled = await startFilledStage({
    async fill(url) {
      const batches = simulateTurns(3, planTraffic({incident: 'slow-tool', turnCount: 600}));
      await sendBatches({batches, url: `${url}/v1/turns`});
      await postReal(url);
    },
    intercept: (request) => instead?.(request),
  });
  shared = await browser.open(`${filled.url}/dashboard/`, {reducedMotion: true});
});
afterAll(async () => {
  await browser.close();
  await filled.close();
});

/** One turn that somebody asked, so that the two kinds are mixed. */
async function postReal(url: string): Promise<void> {
  const turn = {id: 'a'.repeat(32), rev: 1, final: true, age: 1, outcome: 'complete', t: {paint: 20, done: 30}};
  const body = JSON.stringify({v: 1, site: 'shop', page: {id: '9f3c1a5b7d2e4f60'}, turns: [turn]});
  expect((await fetch(`${url}/v1/turns`, {method: 'POST', body})).status).toBe(200);
}

function answerInstead(answer: Instead): void {
  instead = answer;
  onTestFinished(() => {
    instead = undefined;
  });
}

/** Opens a page of its own, for a test that is about how one begins. */
async function openDashboard(search = ''): Promise<Page> {
  const page = await browser.open(`${filled.url}/dashboard/${search}`);
  onTestFinished(() => page.close());
  return page;
}

const isRead = () =>
  document.querySelector('main')?.getAttribute('aria-busy') === 'false' &&
  document.querySelector('[aria-labelledby=live]')?.getAttribute('aria-busy') === 'false' &&
  document.querySelector('.turns li') &&
  document.querySelector('.facts-quality');

/** Leads the page that the tests share to a view, as the way back does. */
async function leadTo(search: string): Promise<Page> {
  await shared.show(); // pages that were opened later hide it
  await shared.run((address) => {
    history.pushState(null, '', location.pathname + address);
    dispatchEvent(new PopStateEvent('popstate'));
  }, search);
  return shared;
}

/** Shows a view in that page, and waits until it is read. */
async function look(search = ''): Promise<Page> {
  const page = await leadTo(search);
  await page.waitFor(isRead);
  return page;
}

const searchOf = (page: Page) => page.run(() => location.search);

/** Chooses a value of the list of that name, as a visitor does. */
const choose = (page: Page, name: string, value: string) =>
  page.run(
    (wanted, chosen) => {
      const label = [...document.querySelectorAll('label')].find((each) => each.textContent?.startsWith(wanted));
      const select = label?.querySelector('select');
      if (!select) throw new Error(`no list ${wanted}`);
      select.value = chosen;
      select.dispatchEvent(new Event('change', {bubbles: true}));
    },
    name,
    value,
  );

describe('what is looked at', () => {
  test('stands in the address, step by step, and the way back leads through it', async () => {
    const page = await openDashboard('?since=2h&device=watch&site=simulated-shop#x');
    await page.waitFor(isRead);
    expect(await searchOf(page)).toBe('?since=24h&site=simulated-shop');
    await choose(page, 'Device', 'mobile');
    await choose(page, 'Connection', '4g');
    expect(await searchOf(page)).toBe('?since=24h&site=simulated-shop&device=mobile&net=4g');
    await page.waitFor(() => document.querySelector('main')?.getAttribute('aria-busy') === 'false');
    const count = () => Number(/All ([\d,]+) turns/.exec(document.body.textContent)?.[1]?.replaceAll(',', ''));
    const narrow = await page.waitFor(count);
    await page.run(() => history.back());
    await page.waitFor(() => location.search.endsWith('device=mobile'));
    await page.run(() => history.back());
    await page.waitFor(
      (fewer) => Number(/All ([\d,]+) turns/.exec(document.body.textContent)?.[1]?.replaceAll(',', '')) > fewer,
      narrow,
    );
    expect(await page.run(() => [location.search, location.hash])).toEqual(['?since=24h&site=simulated-shop', '#x']);
  });

  test('is moved earlier, later and to now', async () => {
    const page = await look('?since=1h');
    await page.click('.steps button:nth-child(1)');
    await page.waitFor(() => /since=1h&until=\d+/.test(location.search));
    await page.waitFor(() => document.querySelector('.span')?.textContent?.includes(' to '));
    await page.waitFor(() => !document.querySelector<HTMLButtonElement>('.steps button:nth-child(2)')?.disabled);
    await page.click('.steps button:nth-child(2)');
    await page.waitFor(() => location.search === '?since=1h');
    await page.click('.steps button:nth-child(1)');
    await page.click('.steps button:nth-child(3)');
    await page.waitFor(() => location.search === '?since=1h');
  });

  test('is any time between two instants', async () => {
    const page = await look();
    await page.click('.between > summary');
    await page.run(() => {
      for (const [index, value] of ['2020-01-02T03:04', '2020-01-02T05:00'].entries()) {
        const input = document.querySelectorAll<HTMLInputElement>('.between input')[index];
        if (!input) throw new Error('no input');
        input.value = value;
        input.dispatchEvent(new Event('input', {bubbles: true}));
      }
    });
    await page.click('.between-times button');
    await page.waitFor(() => document.body.textContent.includes('No turns'));
    const [from, until] = await page.run(() => {
      const params = new URLSearchParams(location.search);
      return [Number(params.get('from')), Number(params.get('until'))];
    });
    expect(Number(until) - Number(from)).toBe(116 * 60_000);
    expect(await page.run(() => new Date(Number(new URLSearchParams(location.search).get('from'))).getHours())).toBe(3);
  });

  test('is held against the time before where that is asked for', async () => {
    const page = await look('?since=1h');
    await choose(page, 'Hold against', 'week');
    expect(await searchOf(page)).toBe('?since=1h&compare=week');
    const words = await page.waitFor(() => document.querySelector('[aria-labelledby=compare] table')?.textContent);
    expect(words).toMatch(/First word, P50.*cannot be told/);
  });
});

describe('the latest turns', () => {
  test('unfold by keyboard to a waterfall with the stages, their budgets and what else is known', async () => {
    const page = await look('?over=1&outcome=complete&site=simulated-shop');
    await page.run(() => document.querySelector<HTMLElement>('.turn')?.focus());
    await page.press('Enter');
    const drawn = await page.waitFor(() => {
      const fall = document.querySelector('.waterfall');
      return (
        fall && {
          stages: [...fall.querySelectorAll('tbody th')].map((each) => each.textContent ?? ''),
          over: [...fall.querySelectorAll('.track-over')].length,
          instants: fall.querySelector('.instants')?.textContent ?? '',
          facts: fall.querySelector('.facts-said')?.textContent ?? '',
        }
      );
    });
    expect(drawn.stages).toContain('network');
    expect(drawn.stages.at(-1)).toBe('Instants');
    expect(drawn.over).toBeGreaterThan(0);
    expect(drawn.instants).toMatch(/^sent .*first word shown .*done /);
    expect(drawn.facts).toContain('site simulated-shop, page /');
    await page.press('Enter');
    await page.waitFor(() => !document.querySelector('.waterfall'));
  });

  test('are narrowed by how they ended, which no figure is', async () => {
    const page = await look();
    await choose(page, 'Outcome', 'abandoned');
    await page.waitFor(() => {
      const outcomes = [...document.querySelectorAll('.turn .outcome')].map((each) => each.textContent);
      return outcomes.length > 0 && outcomes.every((words) => words === 'abandoned');
    });
    expect(await searchOf(page)).toBe('?since=24h&outcome=abandoned');
    expect(page.tap().filter(({url}) => url.includes('/summary') && url.includes('outcome'))).toEqual([]);
  });

  test('rest while they are paused, and go on', async () => {
    const page = await look('?outcome=complete');
    const asked = () => page.tap().filter(({url}) => url.includes('/reports/turns')).length;
    const summaries = () => page.tap().filter(({url}) => url.includes('/v1/summary')).length;
    await page.click('[aria-pressed=false]');
    await page.waitFor(() => document.querySelector('[aria-pressed=true]'));
    const before = asked();
    const seen = summaries();
    // the summary goes on meanwhile, and is asked for as often: between two of them the turns had their time
    await waitUntil(
      () => summaries() >= seen + 2,
      () => 'two more summaries',
    );
    expect(asked()).toBe(before);
    await page.click('[aria-pressed=true]');
    await page.waitFor(() => document.querySelector('[aria-pressed=false]'));
    await waitUntil(
      () => asked() > before,
      () => 'turns to be asked for again',
    );
  });
});

describe('files', () => {
  /** Notes what would be saved instead of saving it. */
  const note = (page: Page) =>
    page.run(() => {
      const saved: {name: string; text: Promise<string>}[] = [];
      Object.assign(window, {saved});
      HTMLAnchorElement.prototype.click = function () {
        saved.push({name: this.download, text: fetch(this.href).then((answer) => answer.text())});
      };
    });
  const last = (page: Page) =>
    page.waitFor(async () => {
      const {saved} = window as unknown as {saved: {name: string; text: Promise<string>}[]};
      const one = saved.at(-1);
      return one && {name: one.name, text: await one.text};
    });

  test('of the turns that are listed are saved, and say so', async () => {
    const page = await look('?outcome=abandoned');
    await note(page);
    await page.run(() => {
      const button = [...document.querySelectorAll('button')].find((each) =>
        /turns of this view as CSV/.test(each.textContent),
      );
      button?.click();
    });
    const {name, text} = await last(page);
    expect(name).toBe('firstword-turns.csv');
    const lines = text.trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^id,simulated,turnAt,/);
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines.slice(1)) expect(line).toMatch(/^[0-9a-f]{32},true,.*,abandoned,/);
    await page.waitFor(() => document.querySelector('.said')?.textContent === 'Saved firstword-turns.csv.');
  });

  test('of each table have values and the ends of their intervals, and say that they are simulated', async () => {
    const page = await look('?simulated=only');
    await note(page);
    await page.click('details.card > summary');
    const names = await page.run(() =>
      [...document.querySelectorAll('.tables li > span')].map((each) => each.textContent),
    );
    expect(names).toContain('Time to first word, percentiles');
    expect(names).toContain('How turns ended');
    expect(names).not.toContain('');
    await page.run(() => document.querySelector<HTMLButtonElement>('.tables li button:nth-of-type(2)')?.click());
    const {name, text} = await last(page);
    expect(name).toBe('firstword-simulated-time-to-first-word-percentiles.json');
    const {rows, simulated} = JSON.parse(text);
    expect(simulated).toBe('all');
    const column = Object.keys(rows[0]).find((key) => /^All turns .*, ms$/.test(key)) ?? '';
    expect(rows[0]).toMatchObject({Percentile: 'P50', [column]: expect.any(Number)});
    expect(rows[0][column.replace(', ms', ' low, ms')]).toBeLessThan(rows[0][column]);
    expect(rows.at(-1)[column]).toMatch(/^n too small/);
  });
});

describe('simulated turns', () => {
  test('are told apart from the others, on every card, and left out when that is asked for', async () => {
    const page = await look();
    const banner = await page.waitFor(() => document.querySelector('[data-simulated=some].banner')?.textContent);
    expect(banner).toMatch(/600 of 601 turns of this view were made up by a program/);
    const marks = await page.run(() =>
      [...document.querySelectorAll('.card h2')].map((heading) => getComputedStyle(heading, '::after').content),
    );
    expect(new Set(marks)).toEqual(new Set(['"partly simulated"']));
    await page.run(() => {
      [...document.querySelectorAll('button')].find((each) => each.textContent === 'Leave them out')?.click();
    });
    await page.waitFor(() => document.body.textContent.includes('Simulated turns are left out.'));
    expect(await searchOf(page)).toBe('?since=24h&simulated=no');
    await page.waitFor(() => document.querySelectorAll('.turn').length === 1);
    expect(await page.run(() => document.querySelector('.turn')?.textContent)).not.toContain('simulated');
  });
});

describe('states', () => {
  test.each<[string, () => Response | Promise<Response>, string]>([
    ['answers with an error', () => new Response('', {status: 500}), 'answers with an error'],
    ['answers something else', () => new Response('<p>'), 'cannot read'],
    ['has another version', () => Response.json({v: 99}), 'cannot read'],
  ])('a collector that %s is told of', async (_, answer, words) => {
    let isBroken = true;
    answerInstead(({url}) => (isBroken && url.includes('/v1/summary') ? answer() : undefined));
    const page = await openDashboard();
    const alert = await page.waitFor(() => document.querySelector('[role=alert]')?.textContent);
    expect(alert).toContain(words);
    isBroken = false;
    await page.click('[role=alert] button');
    await page.waitFor(() => document.querySelector('.status-live'));
    isBroken = true;
    await page.waitFor(
      () => document.querySelector('.status-stale') && document.querySelector('main > .banner button'),
    );
    expect(await page.run(() => document.querySelector('.banner')?.textContent)).toContain('What you see is from');
  });

  test('one card that cannot be read says so, and the others stand', async () => {
    answerInstead(({url}) => (url.includes('/reports/quality') ? new Response('', {status: 503}) : undefined));
    const page = await openDashboard();
    await page.waitFor(() =>
      /answers with an error/.test(document.querySelector('[aria-labelledby=quality]')?.textContent ?? ''),
    );
    await page.waitFor(() => document.querySelector('.turn .outcome')?.textContent === 'complete');
  });

  test('one card that cannot be drawn says so, and the others stand', async () => {
    let isOdd = true;
    const odd = () => Response.json({v: REPORT_VERSION, computedAt: Date.now(), report: {rows: [null]}});
    answerInstead(({url}) => (isOdd && url.includes('/reports/routes') ? odd() : undefined));
    const page = await openDashboard();
    await page.waitFor(() => document.querySelector('[role=alert]')?.textContent?.includes('cannot be drawn'));
    await page.waitFor(() => document.querySelector('.turn .outcome')?.textContent === 'complete');
    isOdd = false;
    await page.click('[role=alert] button');
    await page.waitFor(
      () => document.querySelector('[aria-labelledby=routes]') && !document.querySelector('[role=alert]'),
    );
  });

  test('few turns say what is missing, and where more are', async () => {
    const page = await look('?simulated=no');
    const words = await page.waitFor(() => document.querySelector('.banner-little')?.textContent);
    expect(words).toMatch(/Few turns: 1 so far .* P50 6, P90 36, P95 72, P99 368, P99\.9 3,688/);
    await page.click('.banner-little button');
    await page.waitFor(() => location.search === '?since=30d&simulated=no');
  });

  test('while it is read nothing but outlines is there, and nothing jumps when figures come', async () => {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    answerInstead(async ({url}) => {
      if (url.includes('/v1/summary') || url.includes('/v1/reports')) await opened;
      return undefined;
    });
    const page = await openDashboard();
    await page.waitFor(() => document.querySelectorAll('.skeleton').length === 3);
    await page.run(() => {
      const seen = {shift: 0};
      Object.assign(window, {seen});
      new PerformanceObserver((list) => {
        // the types do not know this entry yet
        for (const entry of list.getEntries() as (PerformanceEntry & {value: number})[]) seen.shift += entry.value;
      }).observe({type: 'layout-shift', buffered: true});
    });
    open();
    await page.waitFor(() => document.querySelector('.facts-quality') && document.querySelector('[data-culprit]'));
    await page.waitFor(() => !document.querySelector('.skeleton'));
    const shift = await page.run(() => (window as unknown as {seen: {shift: number}}).seen.shift);
    expect(shift).toBeLessThan(GOOD_SHIFT);
  });
});

describe('axe', () => {
  // the pages of one view differ in look and size alone
  beforeAll(async () => {
    const page = await look('?compare=before');
    await page.waitFor(() => document.querySelector('[aria-labelledby=compare] table'));
    await page.run((source) => {
      document.head.append(Object.assign(document.createElement('script'), {textContent: source}));
      for (const details of document.querySelectorAll('details')) details.open = true;
    }, AXE);
    await page.waitFor(() => document.querySelector('.waterfall'));
  });

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
    ['dark', 390],
  ] as const)('finds nothing, %s at %i px', async (look, width) => {
    await shared.resize({width, height: 900});
    await shared.chromium?.cdp('Emulation.setEmulatedMedia', {
      features: [
        {name: 'prefers-color-scheme', value: look},
        {name: 'prefers-reduced-motion', value: 'reduce'},
      ],
    });
    await shared.waitFor(
      (scheme, px) => innerWidth === px && matchMedia(`(prefers-color-scheme: ${scheme})`).matches,
      look,
      width,
    );
    expect(await shared.run(() => matchMedia('(prefers-reduced-motion: reduce)').matches)).toBe(true);
    expect(await shared.run(() => document.querySelectorAll('details:not([open])').length)).toBe(0);
    expect(await shared.run(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(await violations(shared)).toEqual([]);
  });

  test('finds nothing where nothing is', async () => {
    const page = await leadTo('?site=none');
    await page.waitFor(() => document.body.textContent.includes('No turns like that'));
    expect(await violations(page)).toEqual([]);
  });
});

async function violations(page: Page): Promise<string[]> {
  return page.run(async (tags) => {
    const {axe} = window as unknown as {axe: {run(options: RunOptions): Promise<AxeResults>}}; // its own script
    // of what passes, how many rules there are is enough: to name each node takes long
    const {violations, passes} = await axe.run({runOnly: [...tags], resultTypes: ['violations']});
    if (passes.length < 10) throw new Error('axe saw next to nothing');
    return violations.flatMap(({id, nodes}) =>
      nodes.slice(0, 5).map(({target, failureSummary}) => `${id} ${target}: ${failureSummary}`),
    );
  }, TAGS);
}

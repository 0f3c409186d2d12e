import {compilePack, createMatcher, type FaqEntry} from '../../../src/faq/index.ts';
import {startChromium, type Tab} from '../render/chromium.ts';
import {format, median, type Row} from '../render/figures.ts';
import {askFor, openShop} from '../render/shop.ts';
import {listQuestions} from './splits.ts';

/** How much slower than this machine's the page's processor is. */
const SLOWDOWN = 4;

/** How much later than the visitor's own message an instant answer may be on the screen, by entries of its pack, in ms. */
const LATER_MS: ReadonlyMap<number, number> = new Map([
  [1_000, 25],
  [10_000, 60],
]);

/** When any instant answer must be on the screen, in ms. */
const AT_MOST_MS = 100;

/** How often everything is drawn: pages, and questions of each kind on a page. */
export const ENTER_DRAWS = {pageCount: 5, questionCount: 20};

declare global {
  interface Window {
    /** Gets ready to measure from the next key until what it brought is on the screen. */
    watch: (kind: 'question' | 'answer') => void;
    /** The ms from that key until then, and until the turn is over. */
    shown: Promise<number>;
  }
}

/** Runs in the page. */
function probe(): void {
  window.watch = (kind) => {
    const whole = new Promise((done) => addEventListener('firstword:turn', done, {once: true}));
    const painted = new Promise<number>((resolve) => {
      const root = document.querySelector('firstword-chat')?.shadowRoot;
      if (!root) throw new Error('no chat');
      const css = kind === 'question' ? '.question' : '[data-source=faq] .text';
      const count = () => [...root.querySelectorAll(css)].filter((each) => each.textContent).length;
      const before = count();
      let startMs = 0;
      addEventListener(
        'keydown',
        (event) => {
          startMs = event.timeStamp;
        },
        {capture: true, once: true},
      );
      const observer = new MutationObserver(() => {
        if (count() === before) return;
        observer.disconnect();
        requestAnimationFrame(() => {
          const {port1, port2} = new MessageChannel();
          port1.onmessage = () => resolve(performance.now() - startMs);
          port2.postMessage(0);
        });
      });
      observer.observe(root, {subtree: true, childList: true, characterData: true});
    });
    window.shown = painted.then((ms) => whole.then(() => ms));
  };
}

/** Makes a compiled pack of so many entries, and questions that it answers without knowing them word for word. */
function makeAsked(entryCount: number): {pack: string; questions: string[]} {
  const all = listQuestions(entryCount * 2);
  const entries = Array.from({length: entryCount}, (_, at): FaqEntry => {
    const question = all[at] ?? '';
    return {
      id: `e${at}`,
      question,
      answer: `**${question}** is answered [here](/help), in a line or two of words.\n\n- one\n- two`,
    };
  });
  const pack = compilePack({version: '2026-11-20', language: 'en', entries});
  const matcher = createMatcher(pack);
  const questions = entries
    .map(({question}) => `${question.toUpperCase()} ?`)
    .filter((each) => matcher.match(each)?.confident);
  return {pack: JSON.stringify(pack), questions};
}

async function openChat(tab: Tab, {url, known}: {url: string; known: string}): Promise<void> {
  await tab.page.goto(url);
  await tab.session.send('Emulation.setCPUThrottlingRate', {rate: SLOWDOWN});
  await tab.page.locator('firstword-chat [part~=launcher]').click();
  const input = tab.page.locator('firstword-chat textarea');
  // the pack is there once it suggests
  await input.fill(known);
  await tab.page.locator('firstword-chat .foreseen li:last-child button').waitFor({timeout: 60_000});
}

async function ask(tab: Tab, kind: 'question' | 'answer', text: string): Promise<number> {
  await tab.page.locator('firstword-chat textarea').fill(text);
  await tab.page.evaluate((kind) => window.watch(kind), kind);
  await tab.page.keyboard.press('Enter');
  return tab.page.evaluate(() => window.shown);
}

const p99 = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(0.99 * values.length) - 1)] ?? Number.NaN;

/**
 * Measures from Enter to the instant answer on the screen, beside the visitor's own message in the same chat: on pages to
 * which the pack came over the network, and on pages that had it in IndexedDB.
 */
export async function measureEnter(entryCounts = [...LATER_MS.keys()], draws = ENTER_DRAWS): Promise<Row[]> {
  const rows: Row[] = [];
  const chromium = await startChromium();
  try {
    for (const entryCount of entryCounts) {
      const {pack, questions} = makeAsked(entryCount);
      const shop = await openShop({pack});
      let asked = 0;
      const own: number[] = [];
      const instant = {cold: [] as number[], warm: [] as number[]};
      try {
        for (let page = 0; page < draws.pageCount; page++) {
          const tab = await chromium.open('about:blank');
          await tab.page.addInitScript(probe);
          for (const kind of ['cold', 'warm'] as const) {
            await openChat(tab, {url: shop.url, known: questions[0] ?? ''});
            for (let at = 0; at < draws.questionCount; at++) {
              own.push(await ask(tab, 'question', askFor(5, 'max')));
              instant[kind].push(await ask(tab, 'answer', questions[asked++ % questions.length] ?? ''));
            }
          }
          await tab.close();
        }
      } finally {
        await shop.close();
      }
      for (const kind of ['cold', 'warm'] as const) {
        const limit = Math.min(AT_MOST_MS, p99(own) + (LATER_MS.get(entryCount) ?? 0));
        rows.push({
          name: `Enter to the answer on the screen, P99, ${entryCount.toLocaleString('en-US')} entries, IndexedDB ${kind}`,
          value: p99(instant[kind]),
          limit,
          unit: 'ms',
          detail: `median ${format(median(instant[kind]))} of ${instant[kind].length}; own message: P99 ${format(p99(own))}, median ${format(median(own))} of ${own.length}`,
        });
      }
    }
  } finally {
    await chromium.close();
  }
  return rows;
}

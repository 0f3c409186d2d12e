import type {TurnRecord} from '../../../src/latency/index.ts';
import {type Browser, type Page, waitUntil} from '../drive/index.ts';
import {inChat} from '../in-chat.ts';
import {answerIs, ask, openByKeyboard} from '../stage.ts';
import {type FaultServer, startFaultServer} from './fault-server.ts';
import type {Row} from './row.ts';
import {whole} from './ways.ts';

/** What a visitor asks while all is well, while it is not, and writes meanwhile. */
export const WELL = 'How are you?';
export const QUESTION = 'How long can I try a mattress?';
export const DRAFT = 'and how';

/** A page with the chat, what it talks to, and a way to look at both. */
export interface Scene {
  page: Page;
  /** The page's own server. */
  server: FaultServer;
  /** Where questions go: the page's own server, or one of another origin. */
  endpoint: FaultServer;
  /** Replaces the endpoint of another origin. */
  setEndpoint(next: FaultServer): void;
  /** Changes what else the page meets from now on. */
  meet(next: Meeting): void;
}

/** What a page meets beside answers. */
export interface Meeting {
  /** Its Content-Security-Policy, when it is loaded. */
  policy?: string;
  /** Whether the endpoint lets the page read it. */
  allowed?: boolean;
}

/** What a page kept of what it was told and shown. */
export interface Told {
  records: TurnRecord[];
  events: {event: string; [fact: string]: unknown}[];
  /** Exceptions and rejections that nobody caught. */
  errors: string[];
  /** When the words below an answer that is waited for became others. */
  wordsMs: number[];
  /** How late a sign was at most that the page made by itself, as slow as the machine is, in ms. */
  lateMs: number;
  /** How many of these in a row came in time until now. */
  calmCount: number;
}

/** How often the page makes a sign by itself, in ms. */
const BEAT_MS = 30;

/** How late such a sign may be where nothing holds the page up, in ms, and how many tell that nothing does. */
const CALM_MS = 100;
const CALM_COUNT = 10;

const WATCH = `<script>
window.told = {records: [], events: [], errors: [], wordsMs: [], lateMs: 0, calmCount: 0};
addEventListener('firstword:turn', ({detail}) => told.records.push(detail));
for (const name of ['fallback', 'budget', 'hedge'])
  addEventListener('firstword:' + name, ({detail}) => told.events.push({...detail, event: name}));
addEventListener('error', ({message}) => message && told.errors.push(message), true);
addEventListener('unhandledrejection', ({reason}) => told.errors.push(String(reason)));
(function beat() {
  const dueMs = performance.now() + ${BEAT_MS};
  const {port1, port2} = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    const lateMs = performance.now() - dueMs;
    told.lateMs = Math.max(told.lateMs, lateMs);
    told.calmCount = lateMs < ${CALM_MS} ? told.calmCount + 1 : 0;
    beat();
  };
  setTimeout(() => requestAnimationFrame(() => port2.postMessage(0)), ${BEAT_MS});
})();
</script>`;

const writePage = (head: string, attributes: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>${WATCH}${head}</head><body><h1>Shop</h1><button>Pay</button><script async src="/firstword.js" ${attributes}></script></body></html>`;

/** How long each step may take, so that the matrix is quick. */
export const DEADLINES = {quick: 'soft=1s first=2s complete=4s', slow: 'soft=1s first=20s complete=30s'};

/** Opens a page of its own origin in which one question was answered well already, so that all its files are there. */
export async function openScene(
  browser: Browser,
  row: Row,
  onEnd: (work: () => Promise<void>) => void,
): Promise<Scene> {
  let meeting: Meeting = {policy: '', allowed: true, ...row.meets};
  let page: Page | undefined;
  const pages: Record<string, string> = {'/other': '<!doctype html><title>Other</title>', ...row.pages};
  const server = await startFaultServer({pages, policy: () => meeting.policy ?? ''});
  const own = [server];
  onEnd(async () => {
    await page?.close();
    for (const each of own) await each.close();
  });
  const away = () => startFaultServer({allowed: () => (meeting.allowed ? server.url : '')});
  let endpoint = row.away ? await away() : server;
  if (row.away) own.push(endpoint);
  const address = row.away ? `${endpoint.url}/chat` : '/chat';
  const deadlines = DEADLINES[row.deadlines ?? 'slow'];
  pages['/'] = writePage(
    row.head ?? '',
    `data-endpoint="${address}" data-budget="first-token=1s complete=2500ms" data-deadline="${deadlines}" ${row.attributes ?? ''}`,
  );
  endpoint.answer(whole);
  page = await browser.open(`${server.url}/`);
  if (row.start) await row.start(page);
  await openByKeyboard(page);
  await (row.meets ? loadAll(page) : playWell(page));
  await page.run(watchWords);
  return {
    page,
    server,
    get endpoint() {
      return endpoint;
    },
    setEndpoint(next) {
      own.push(next);
      endpoint = next;
    },
    meet(next) {
      meeting = {...meeting, ...next};
    },
  };
}

async function playWell(page: Page): Promise<void> {
  await ask(page, WELL);
  await answerIs(page, 'complete');
  await filesLoaded(page);
}

async function loadAll(page: Page): Promise<void> {
  await page.type(' ');
  await page.press('Backspace');
  await filesLoaded(page);
}

/** Waits for what says what went wrong, and for what knows what to do then. */
async function filesLoaded(page: Page): Promise<void> {
  await page.waitFor(() => {
    const loaded = performance.getEntriesByType('resource').some(({name}) => name.includes('firstword-measure'));
    return loaded && Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('.menu'));
  });
}

/** The element of the last answer, and what stands in it. */
export interface Standing {
  state: string;
  source: string;
  text: string;
  notice: string;
  questions: string[];
  draft: string;
}

/** Looks at the conversation. */
export async function look(page: Page): Promise<Standing> {
  return inChat(page, '[part~=log], textarea', (found) => {
    const log = found.find(({localName}) => localName !== 'textarea');
    const field = found.find(({localName}) => localName === 'textarea');
    const answer = [...(log?.querySelectorAll('[part~=answer]') ?? [])].at(-1);
    const words = (css: string) => answer?.querySelector(css)?.textContent ?? '';
    return {
      state: answer?.getAttribute('data-state') ?? '',
      source: answer?.getAttribute('data-source') ?? '',
      text: words('.text'),
      notice: words('[part~=notice] span'),
      questions: [...(log?.querySelectorAll('[part~=question]') ?? [])].map((each) =>
        each.textContent.replace(/^.*?: /, ''),
      ),
      draft: field && 'value' in field ? String(field.value) : '',
    };
  });
}

/** Waits until the last answer is over, whatever became of it. */
export async function over(page: Page): Promise<void> {
  await waitUntil(
    async () => !['waiting', 'streaming', ''].includes((await look(page)).state),
    () => 'the answer to be over',
  );
}

/** Writes down when words come that say what is waited for. */
function watchWords(): void {
  const root = document.querySelector('firstword-chat')?.shadowRoot;
  const {wordsMs} = (window as unknown as {told: Told}).told;
  let last = '';
  const look = () => {
    const words = root?.querySelector('[part~=status] .doing')?.textContent ?? '';
    if (words && words !== last) wordsMs.push(performance.now());
    last = words;
  };
  if (root) new MutationObserver(look).observe(root, {subtree: true, childList: true, characterData: true});
}

/** Waits until the page has its frames in time, and has its own signs counted from then on. */
export async function calm(page: Page): Promise<void> {
  await page.waitFor((count) => (window as unknown as {told: Told}).told.calmCount >= count, CALM_COUNT);
  await page.run(() => {
    (window as unknown as {told: Told}).told.lateMs = 0;
  });
}

/** Reads what the page kept. */
export async function toldBy(page: Page): Promise<Told> {
  const text = await page.run(() => JSON.stringify((window as unknown as {told: Told}).told));
  return JSON.parse(text) as Told; // written by the page above
}

/** Waits for the record of a turn, the first one being 1. */
export async function recordOf(page: Page, n: number): Promise<TurnRecord> {
  let found: TurnRecord | undefined;
  await waitUntil(
    async () => {
      found = (await toldBy(page)).records.find((record) => record.n === n && record.final);
      return found;
    },
    () => `the record of turn ${n}`,
  );
  return found as TurnRecord; // waited for
}

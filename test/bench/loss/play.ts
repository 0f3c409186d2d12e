import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {type Browser, type EngineName, openBrowser, type Page, waitUntil} from '../../journey/drive/index.ts';
import {killWebkit} from './kill-webkit.ts';
import type {End} from './plan.ts';
import {reach} from './reach.ts';
import type {LossSite} from './site.ts';
import {readOutbox} from './watch.ts';

type Shop = Window & {Firstword: {open(): void; send(text: string): void}; outboxIsRead?: boolean};

/** What happens on one site: pages that end, and a visit after them. */
export interface Part {
  site: LossSite;
  ends: readonly End[];
  /** Runs before the chat is opened for the last time. */
  onLastVisit: () => Promise<void>;
}

/** What was seen of the ends of one engine on one site. */
export interface Played {
  /** Turns by the number of their question. */
  ids: ReadonlyMap<number, string>;
  /** Turns that the outbox was found to have, before the chat was opened. */
  found: ReadonlySet<string>;
  /** Turns that the collector had, or a beacon was accepted with, by when their page had ended. */
  early: ReadonlySet<string>;
}

/**
 * Ends pages as planned, each in the middle of a turn, and opens the chat of each site once more after its last, until no
 * record waits there any more. One browser goes from site to site, as a visitor's does.
 *
 * @returns What was seen on each site, in their order.
 */
export async function playEnds(engine: EngineName, parts: readonly Part[]): Promise<Played[]> {
  const visitor = await createVisitor(engine);
  const played: Played[] = [];
  try {
    for (const part of parts) played.push(await playPart(visitor, part));
  } finally {
    await visitor.leave();
  }
  return played;
}

async function playPart(visitor: Visitor, {site, ends, onLastVisit}: Part): Promise<Played> {
  // what WebKit's driver cannot kill ends before all others, and has an outbox of its own
  const isApart = ({way}: End) => visitor.engine === 'webkit' && way === 'kill';
  const apart = ends.filter(isApart);
  let last: Promise<void> | undefined;
  const once = () => {
    last ??= onLastVisit();
    return last;
  };
  const killed = apart.length > 0 ? await killWebkit(site, {ends: apart, onLastVisit: once}) : [];
  const played = await visitor.play({site, ends: ends.filter((end) => !isApart(end)), onLastVisit: once});
  return {
    ...played,
    ids: new Map([...killed, ...played.ids]),
    found: new Set([...site.marked.found, ...played.found]),
  };
}

/** One who comes again and again with the same profile, whatever became of the browser. */
interface Visitor {
  engine: EngineName;
  play(part: Part): Promise<Played>;
  leave(): Promise<void>;
}

async function createVisitor(engine: EngineName): Promise<Visitor> {
  const canKeep = engine !== 'webkit';
  const profileFolder = canKeep ? mkdtempSync(join(tmpdir(), 'fw-loss-')) : undefined;
  const open = () => openBrowser(engine, profileFolder ? {profileFolder} : {});
  let browser = await open();
  let page: Page | undefined;

  async function visit(url: string): Promise<Page> {
    if (page) await page.goto(url);
    else page = await browser.open(url);
    return page;
  }

  return {
    engine,
    async play({site, ends, onLastVisit}) {
      const ids = new Map<number, string>();
      const found = new Set<string>();
      const early = new Set<string>();
      for (const end of ends) {
        const visited = await visit(site.pageUrl(end.number));
        for (const left of await openChat(visited)) found.add(left);
        const pid = end.way === 'crash' ? await processOf(browser, visited) : 0;
        const id = await ask(visited, end);
        ids.set(end.number, id);
        await reach(site, end);
        await delay(end.delayMs); // the moment is one of chance
        page = await endBy({browser, page: visited, pid, site, end});
        if (site.accepted.has(id) || site.marked.beacon.has(id)) early.add(id);
        if (end.way === 'kill') browser = await open();
      }
      await onLastVisit();
      const last = await visit(site.pageUrl(0));
      for (const left of await openChat(last)) found.add(left);
      await waitUntil(
        async () => (await last.run(readOutbox)).length === 0,
        () => `nothing to wait in the outbox of ${engine} any more`,
      );
      return {ids, found, early};
    },
    async leave() {
      await browser.close();
      if (profileFolder) rmSync(profileFolder, {recursive: true, force: true, maxRetries: 5});
    },
  };
}

/** Opens the chat of a page; gives the turns that earlier pages had left in the outbox. */
async function openChat(page: Page): Promise<string[]> {
  const left = await page.run(readOutbox);
  await page.waitFor(() =>
    Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[aria-haspopup]')),
  );
  await page.run(() => (window as unknown as Shop).Firstword.open());
  // as a visitor types a question: by then the widget is there, whole
  await page.waitFor(() => (window as unknown as Shop).outboxIsRead);
  return left;
}

/** Asks, and gives the turn's id. */
const ask = (page: Page, {number}: End) =>
  page.run((text) => {
    let id = '';
    const note = (event: Event) => {
      id = (event as CustomEvent<{turnId: string}>).detail.turnId;
    };
    addEventListener('firstword:send', note, {once: true});
    (window as unknown as Shop).Firstword.send(text);
    return id;
  }, `Question ${number}?`);

/** Ends a page; gives the tab where it still stands. */
async function endBy(options: {
  browser: Browser;
  page: Page;
  /** The process that shows the page; 0 where that is not needed. */
  pid: number;
  site: LossSite;
  end: End;
}): Promise<Page | undefined> {
  const {browser, page, pid, site, end} = options;
  const away = () => page.goto(`${site.origin}/away`);
  switch (end.way) {
    case 'close':
      await page.close();
      return undefined;
    case 'navigate':
      await away();
      return page;
    case 'reload':
      await page.reload();
      return page;
    case 'bfcache':
      await away();
      await page.back();
      return page;
    case 'crash':
      process.kill(pid, 'SIGKILL');
      return undefined;
    case 'kill':
      await browser.kill();
      return undefined;
  }
}

/** How long a page is busy so that its process is known by it, in ms. */
const BUSY_MS = 120;

/** What the command of a process says that shows pages. */
const PAGE_PROCESS: Readonly<Record<EngineName, RegExp>> = {
  chromium: /--type=renderer/,
  firefox: /-contentproc.*\btab$/,
  webkit: /WebKitWebProcess/,
};

/** Finds the process that shows a page: the one of those whose CPU time grows with what the page does. */
async function processOf(browser: Browser, page: Page): Promise<number> {
  const candidates = browser.processes().filter((pid) => PAGE_PROCESS[browser.engine].test(commandOf(pid)));
  const before = new Map(candidates.map((pid) => [pid, cpuTicks(pid)]));
  await page.run((forMs) => {
    const untilMs = performance.now() + forMs;
    while (performance.now() < untilMs);
  }, BUSY_MS);
  const grown = [...before].map(([pid, ticks]) => ({pid, ticks: cpuTicks(pid) - ticks}));
  const [most] = grown.sort((a, b) => b.ticks - a.ticks);
  if (!most?.ticks) throw new Error(`no process of ${browser.engine} was busy with its page`);
  return most.pid;
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return ''; // it has ended
  }
}

/** What a process has used of the CPU, in the system's ticks. */
function cpuTicks(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13); // after the name, by proc(5)
    return Number(user) + Number(system);
  } catch {
    return 0; // it has ended
  }
}

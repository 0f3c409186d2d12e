import type {CDPSession, Page} from 'playwright-core';
import {chromium} from 'playwright-core';
import {findPrograms} from '../../journey/drive/engines.ts';

/** One tab whose main thread is measured. */
export interface Tab {
  page: Page;
  /** Gives the CPU time that the main thread has spent in tasks so far, in ms. What else the machine does is not in it. */
  cpuMs(): Promise<number>;
  /** Gives the page's time origin on the system's monotonic clock, in ms. */
  originMs(): Promise<number>;
  /** Gives the bytes of JavaScript's heap that are in use once all garbage is collected. */
  heapBytes(): Promise<number>;
  /** Gives the CPU time in ms of the longest task of the main thread while something is done. */
  longestTaskMs(work: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

/** A Chromium of its own for the bench. */
export interface Chromium {
  version: string;
  open(url: string): Promise<Tab>;
  close(): Promise<void>;
}

/** Starts Chromium without a window. */
export async function startChromium(): Promise<Chromium> {
  const programs = findPrograms('chromium');
  if (typeof programs === 'string') throw new Error(`The bench needs Chromium: ${programs}`);
  const browser = await chromium.launch({
    executablePath: programs.browser,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
    ],
  });
  const tracing = await browser.newBrowserCDPSession();
  return {
    version: browser.version(),
    async open(url) {
      const context = await browser.newContext({viewport: {width: 1280, height: 800}});
      const page = await context.newPage();
      const session = await context.newCDPSession(page);
      await session.send('Performance.enable', {timeDomain: 'threadTicks'});
      await page.goto(url);
      const metric = async (name: string) => {
        const {metrics} = await session.send('Performance.getMetrics');
        const found = metrics.find((each) => each.name === name);
        if (!found) throw new Error(`Chromium does not tell ${name}`);
        return found.value;
      };
      return {
        page,
        cpuMs: async () => (await metric('TaskDuration')) * 1000,
        originMs: async () => (await metric('NavigationStart')) * 1000,
        async heapBytes() {
          for (let at = 0; at < 3; at++) await session.send('HeapProfiler.collectGarbage');
          return metric('JSHeapUsedSize');
        },
        longestTaskMs: (work) => traceLongestTask({session: tracing, page, work}),
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Thread time in microseconds. */
  tdur?: number;
}

/** The name by which the page's thread is found among those of spare pages. */
const MARK = 'bench';

async function traceLongestTask({
  session,
  page,
  work,
}: {
  session: CDPSession;
  page: Page;
  work: () => Promise<unknown>;
}): Promise<number> {
  const events: TraceEvent[] = [];
  // the protocol does not say what an event of a trace looks like
  const collect = ({value}: {value: unknown[]}) => events.push(...(value as TraceEvent[]));
  session.on('Tracing.dataCollected', collect);
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {includedCategories: ['toplevel', 'blink.user_timing'], excludedCategories: ['*']},
  });
  await page.evaluate((name) => performance.mark(name), MARK);
  await work();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  session.off('Tracing.dataCollected', collect);
  const mark = events.find(({name}) => name === MARK);
  const tasks = events.filter(({name, pid, tid}) => name.endsWith('RunTask') && pid === mark?.pid && tid === mark.tid);
  if (tasks.length === 0) throw new Error('the trace has no tasks of the page');
  return tasks.reduce((longest, {tdur = 0}) => Math.max(longest, tdur / 1000), 0);
}

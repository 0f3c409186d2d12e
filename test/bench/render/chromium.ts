import type {CDPSession, Page} from 'playwright-core';
import {chromium} from 'playwright-core';
import {findPrograms} from '../../journey/drive/engines.ts';
import {type Shown, traceShown} from '../paint/shown.ts';
import {type Task, type TraceOptions, traceTasks} from '../trace.ts';

/** One tab whose main thread is measured. */
export interface Tab {
  page: Page;
  /** The protocol of the page, for what no other member tells or sets. */
  session: CDPSession;
  /** Gives the CPU time that the main thread has spent in tasks so far, in ms. What else the machine does is not in it. */
  cpuMs(): Promise<number>;
  /** Gives the page's time origin on the system's monotonic clock, in ms. */
  originMs(): Promise<number>;
  /** Gives the bytes of JavaScript's heap that are in use once all garbage is collected. */
  heapBytes(): Promise<number>;
  /** Lists the tasks of the main thread while something is done; with their scripts, at some cost, when asked to. */
  tasks(work: () => Promise<unknown>, look?: TraceOptions['look']): Promise<Task[]>;
  /** Gives the CPU time in ms of the longest task of the main thread while something is done. */
  longestTaskMs(work: () => Promise<unknown>): Promise<number>;
  /** Says of each mark of this name that the page makes while something is done when a frame showed what it marked. */
  shown(mark: string, work: () => Promise<unknown>): Promise<Shown[]>;
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
      const tasks: Tab['tasks'] = (work, look = 'tasks') => traceTasks({session: tracing, page, work, look});
      return {
        page,
        session,
        cpuMs: async () => (await metric('TaskDuration')) * 1000,
        originMs: async () => (await metric('NavigationStart')) * 1000,
        async heapBytes() {
          for (let at = 0; at < 3; at++) await session.send('HeapProfiler.collectGarbage');
          return metric('JSHeapUsedSize');
        },
        tasks,
        longestTaskMs: async (work) => Math.max(...(await tasks(work)).map(({cpuMs}) => cpuMs)),
        shown: (mark, work) => traceShown({session: tracing, mark, work}),
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}

import type {CDPSession, Page} from 'playwright-core';

/** One task of a page's main thread. */
export interface Task {
  /** CPU time of the whole task in ms; the slowing down of an emulated phone counts. */
  cpuMs: number;
  /** Gives how much of that was spent in scripts of some addresses, or called by them; 0 unless scripts are looked at. */
  spentInMs(isMeant: (url: string) => boolean): number;
}

/** One event of a trace, as far as it is looked at. */
export interface TraceEvent {
  name: string;
  /** `b` and `e`: the beginning and the end of something that is known by its id. */
  ph: string;
  pid: number;
  tid: number;
  id?: string;
  id2?: {local?: string};
  /** When it began, in microseconds. */
  ts: number;
  /** Wall time and thread time in microseconds. */
  dur?: number;
  tdur?: number;
  args?: {data?: Profile};
}

/** What V8 tells of its samples: each node of the call tree once, then the nodes that were running. */
interface Profile {
  startTime?: number;
  cpuProfile?: {nodes?: {id: number; parent?: number; callFrame: {url?: string}}[]; samples?: number[]};
  timeDeltas?: number[];
}

/** What is traced, and while what is done. */
export interface TraceOptions {
  /** A session of the browser, not of the page. */
  session: CDPSession;
  /** The page that is open when the work is done. */
  page: Page;
  work: () => Promise<unknown>;
  /** Whether the scripts of a task are sampled, every millisecond or faster; that costs the page time of its own. */
  look: 'tasks' | 'scripts';
}

/** Gives what a browser tells of some categories while something is done. */
export async function traceEvents(
  session: CDPSession,
  {categories, work}: {categories: readonly string[]; work: () => Promise<unknown>},
): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  // the protocol does not say what an event of a trace looks like
  const collect = ({value}: {value: unknown[]}) => events.push(...(value as TraceEvent[]));
  session.on('Tracing.dataCollected', collect);
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {includedCategories: [...categories], excludedCategories: ['*']},
  });
  await work();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  session.off('Tracing.dataCollected', collect);
  return events;
}

/** The name by which the page's thread is found among those of spare pages. */
const MARK = 'bench';

/**
 * Lists the tasks of a page's main thread while something is done, in their order.
 *
 * @throws Error when the trace has none.
 */
export async function traceTasks({session, page, work, look}: TraceOptions): Promise<Task[]> {
  const sampled = look === 'scripts' ? ['disabled-by-default-v8.cpu_profiler'] : [];
  const events = await traceEvents(session, {
    categories: ['toplevel', 'blink.user_timing', ...sampled],
    async work() {
      await work();
      await page.evaluate((name) => performance.mark(name), MARK);
    },
  });
  const mark = events.find(({name}) => name === MARK);
  const own = events.filter(({pid}) => pid === mark?.pid);
  const tasks = own.filter(({name, tid}) => name.endsWith('RunTask') && tid === mark?.tid).sort((a, b) => a.ts - b.ts);
  if (tasks.length === 0) throw new Error('the trace has no tasks of the page');
  const samples = readSamples(own, mark?.tid);
  let at = 0;
  return tasks.map(({ts, dur = 0, tdur = 0}) => {
    while ((samples[at]?.atUs ?? Number.POSITIVE_INFINITY) < ts) at++;
    const from = at;
    while ((samples[at]?.atUs ?? Number.POSITIVE_INFINITY) <= ts + dur) at++;
    const seen = samples.slice(from, at);
    return {
      cpuMs: tdur / 1000,
      spentInMs(isMeant) {
        const meant = seen.filter(({urls}) => urls.some(isMeant));
        // samples know wall time only: of the task's CPU time a script has its share
        return seen.length ? (sumUs(meant) / sumUs(seen)) * (tdur / 1000) : 0;
      },
    };
  });
}

/** One look at what was running: since the look before, the scripts of one call stack. */
interface Sample {
  atUs: number;
  us: number;
  urls: readonly string[];
}

const sumUs = (samples: readonly Sample[]) => samples.reduce((sum, {us}) => sum + us, 0);

function readSamples(events: readonly TraceEvent[], tid: number | undefined): Sample[] {
  const start = events.find((event) => event.name === 'Profile' && event.tid === tid);
  const urlsOf = new Map<number, readonly string[]>();
  const samples: Sample[] = [];
  let atUs = start?.args?.data?.startTime ?? 0;
  for (const {name, id, args} of events) {
    if (name !== 'ProfileChunk' || id !== start?.id) continue;
    const {cpuProfile = {}, timeDeltas = []} = args?.data ?? {};
    for (const {id, parent = 0, callFrame} of cpuProfile.nodes ?? []) {
      const {url} = callFrame;
      const urls = urlsOf.get(parent) ?? [];
      urlsOf.set(id, url && !urls.includes(url) ? [...urls, url] : urls);
    }
    cpuProfile.samples?.forEach((node, index) => {
      const us = timeDeltas[index] ?? 0;
      atUs += us;
      samples.push({atUs, us, urls: urlsOf.get(node) ?? []});
    });
  }
  return samples;
}

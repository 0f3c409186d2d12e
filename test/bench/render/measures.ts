import {SHAPES, type Shape} from '../../markdown/suite/shapes.ts';
import {ANSWER_KINDS, type AnswerKind, writeKind} from './answers.ts';
import type {AppenderName} from './appender.ts';
import type {Chromium, Tab} from './chromium.ts';
import {describeSpread, median, type Row} from './figures.ts';
import type {InPage, StreamTimes} from './in-page.ts';
import {LAST_WORDS, type Site} from './site.ts';

/** How often things are measured. */
export interface Draws {
  /** Alternating repeats of each figure. */
  repeatCount: number;
  /** Alternating repeats of the first token, which is quick and noisy. */
  firstTokenCount: number;
  /** Tokens of the long answer. */
  streamTokenCount: number;
  /** Kinds of answers whose growth is measured. */
  growthKinds: readonly AnswerKind[];
  /** Tokens that come with each frame while growth is measured. */
  tokensPerFrame: number;
  /** What is fed that is made to be slow. */
  shapes: readonly Shape[];
}

/** What proves the promises. */
export const ALL_DRAWS: Draws = {
  repeatCount: 5,
  firstTokenCount: 25,
  streamTokenCount: 3000,
  growthKinds: ANSWER_KINDS,
  tokensPerFrame: 24,
  shapes: SHAPES,
};

/** The browser and the pages that are measured. */
export interface Bench {
  chromium: Chromium;
  site: Site;
  draws: Draws;
}

declare global {
  interface Window {
    /** What the bench's page can be told to do. */
    bench: InPage;
  }
}

/** Both appenders, the one first that was second before: what comes first may find the machine colder. */
const inTurn = (at: number): readonly AppenderName[] => (at % 2 ? ['renderer', 'bare'] : ['bare', 'renderer']);

/** A token has about four characters. */
const TOKEN_CHARACTERS = 4;

async function openPage({chromium, site}: Omit<Bench, 'draws'>): Promise<Tab> {
  const tab = await chromium.open(site.url);
  await tab.page.waitForFunction(() => 'bench' in window);
  return tab;
}

/** Gives the CPU time of the main thread that some work takes, in ms. */
export async function cpuOf(tab: Tab, work: () => Promise<unknown>): Promise<number> {
  const before = await tab.cpuMs();
  await work();
  return (await tab.cpuMs()) - before;
}

/**
 * Measures fixed work again and again until it costs about the same every time.
 *
 * @returns the spread of the last round, greatest to least; over 1.3 when the machine never kept still.
 */
export async function calibrate(bench: Omit<Bench, 'draws'>): Promise<number> {
  const tab = await openPage(bench);
  let spread = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 6 && spread > 1.3; round++) {
    const costs: number[] = [];
    for (let at = 0; at < 6; at++)
      costs.push(await cpuOf(tab, () => tab.page.evaluate(() => window.bench.calibrate())));
    costs.shift(); // the first one also compiles
    spread = Math.max(...costs) / Math.min(...costs);
    console.log(`calibration: ${describeSpread(costs)} ms of CPU, varies ${spread.toFixed(2)} times`);
  }
  await tab.close();
  return spread;
}

/** Measures what an answer of 8,000 tokens costs in all, over one of 1,000. */
export async function measureGrowth(bench: Bench): Promise<Row[]> {
  const {repeatCount, growthKinds, tokensPerFrame} = bench.draws;
  const rows: Row[] = [];
  for (const kind of growthKinds) {
    const tab = await openPage(bench);
    const sizes = [1000, 8000].map((tokenCount) => ({text: writeKind(kind, {tokenCount}), costs: [] as number[]}));
    const feed = (text: string) =>
      tab.page.evaluate(([text, charactersPerFrame]) => window.bench.feed(text, {by: 'renderer', charactersPerFrame}), [
        text,
        tokensPerFrame * TOKEN_CHARACTERS,
      ] as const);
    await feed(sizes[0]?.text ?? ''); // compiles what both sizes use
    for (let at = 0; at < repeatCount; at++) {
      for (const {text, costs} of sizes) {
        await tab.heapBytes(); // no garbage of the one is collected in the other
        costs.push(await cpuOf(tab, () => feed(text)));
      }
    }
    await tab.close();
    const [small = [], large = []] = sizes.map(({costs}) => costs);
    rows.push({
      name: `8k tokens over 1k, ${kind}`,
      value: median(large) / median(small),
      limit: 12,
      unit: 'times',
      detail: `${describeSpread(large)} over ${describeSpread(small)} ms of CPU`,
    });
  }
  return rows;
}

/** Measures a long answer as it streams, beside the bare appender: what it costs, and when its last word is shown. */
export async function measureStream(bench: Bench): Promise<Row[]> {
  const {repeatCount, streamTokenCount} = bench.draws;
  const costs: Record<AppenderName, number[]> = {bare: [], renderer: []};
  const lagsMs: Record<AppenderName, number[]> = {bare: [], renderer: []};
  for (let at = 0; at < repeatCount; at++) {
    const text = writeKind('rich text', {tokenCount: streamTokenCount, seed: 100 + at});
    for (const by of inTurn(at)) {
      const tab = await openPage(bench);
      const {url, lastSentMs} = bench.site.put({text, tokensPerSecond: 500});
      let times: StreamTimes | undefined;
      costs[by].push(
        await cpuOf(tab, async () => {
          times = await stream(tab, {url, by});
        }),
      );
      lagsMs[by].push((await tab.originMs()) + (times?.lastPaintedMs ?? Number.NaN) - lastSentMs());
      await tab.close();
    }
  }
  return [
    {
      name: `${streamTokenCount.toLocaleString('en-US')} tokens at 500/s over the bare appender`,
      value: median(costs.renderer) / median(costs.bare),
      limit: 1.5,
      unit: 'times',
      detail: `${describeSpread(costs.renderer)} over ${describeSpread(costs.bare)} ms of CPU`,
    },
    {
      name: 'last token, from sent to shown',
      value: median(lagsMs.renderer),
      limit: (2 * 1000) / 60 + 50,
      unit: 'ms',
      detail: `${describeSpread(lagsMs.renderer)}; bare ${describeSpread(lagsMs.bare)} ms`,
    },
  ];
}

const stream = (tab: Tab, {url, by}: {url: string; by: AppenderName}): Promise<StreamTimes> =>
  tab.page.evaluate(([url, by, lastWords]) => window.bench.stream(url, {by, lastWords}), [
    url,
    by,
    LAST_WORDS,
  ] as const);

/** Measures what a streamed answer of rich text costs with the bare appender on a fresh page, in ms of CPU. */
export async function streamBare(
  bench: Bench,
  {tokenCount, seed}: {tokenCount: number; seed: number},
): Promise<number> {
  const tab = await openPage(bench);
  const {url} = bench.site.put({text: writeKind('rich text', {tokenCount, seed}), tokensPerSecond: 500});
  const cpuMs = await cpuOf(tab, () => stream(tab, {url, by: 'bare'}));
  await tab.close();
  return cpuMs;
}

/** Words without a mark, as answers begin: what is drawn is the same for both, down to the font. */
const FIRST_WORDS = 'Yes, we do that every day, and gladly.';

/** Measures when the first token is in the DOM and painted, later than with the bare appender, on fresh pages. */
export async function measureFirstToken(bench: Bench): Promise<Row[]> {
  const times: Record<AppenderName, StreamTimes[]> = {bare: [], renderer: []};
  for (let at = 0; at < bench.draws.firstTokenCount; at++) {
    for (const by of inTurn(at)) {
      const tab = await openPage(bench);
      const {url} = bench.site.put({text: FIRST_WORDS, tokensPerSecond: 500});
      times[by].push(await stream(tab, {url, by}));
      await tab.close();
    }
  }
  const row = (name: string, {limit, of}: {limit: number; of: (times: StreamTimes) => number}): Row => {
    const [ours, bare] = [times.renderer.map(of), times.bare.map(of)];
    return {
      name: `first token ${name}, later than the bare appender`,
      value: median(ours) - median(bare),
      limit,
      unit: 'ms',
      detail: `${describeSpread(ours)} against ${describeSpread(bare)} ms`,
    };
  };
  return [
    row('to the DOM', {limit: 1, of: ({readMs, inDomMs}) => inDomMs - readMs}),
    // without the wait for the next frame, which is chance and the same for both
    row('to paint', {limit: 2, of: ({readMs, inDomMs, frameMs, paintedMs}) => inDomMs - readMs + paintedMs - frameMs}),
  ];
}

/** The longest that any task may be. */
const TASK_LIMIT_MS = 50;

/** Measures the longest task when a long answer arrives at once. */
export async function measureBurst(bench: Bench): Promise<Row[]> {
  const {repeatCount, streamTokenCount} = bench.draws;
  const longest: number[] = [];
  for (let at = 0; at < repeatCount; at++) {
    const tab = await openPage(bench);
    const {url} = bench.site.put({text: writeKind('rich text', {tokenCount: streamTokenCount, seed: 200 + at})});
    longest.push(await tab.longestTaskMs(() => stream(tab, {url, by: 'renderer'})));
    await tab.close();
  }
  const name = `longest task, ${streamTokenCount.toLocaleString('en-US')} tokens at once`;
  return [
    {name, value: median(longest), limit: TASK_LIMIT_MS, unit: 'ms', detail: `${describeSpread(longest)} ms of CPU`},
  ];
}

/** Measures the longest task while shapes that are made to be slow are fed frame by frame, in one piece, and ended at once. */
export async function measureShapes(bench: Bench): Promise<Row[]> {
  const worst: {ms: number; name: string}[] = [];
  for (const {name, write} of bench.draws.shapes) {
    const tab = await openPage(bench);
    const text = write(1000);
    const longestMs = await tab.longestTaskMs(() =>
      tab.page.evaluate(async (text) => {
        await window.bench.feed(text, {by: 'renderer', charactersPerFrame: Math.ceil(text.length / 20)});
        await window.bench.burst(text, {by: 'renderer'});
        await window.bench.burstAndEnd(text, {by: 'renderer'});
      }, text),
    );
    worst.push({ms: longestMs, name});
    await tab.close();
  }
  worst.sort((a, b) => b.ms - a.ms);
  const detail = worst.slice(0, 4).map(({name, ms}) => `${name} ${ms.toFixed(1)}`);
  const name = `longest task, ${worst.length} slow shapes x 1,000`;
  return [
    {
      name,
      value: worst[0]?.ms ?? Number.NaN,
      limit: TASK_LIMIT_MS,
      unit: 'ms',
      detail: `${detail.join(', ')} ms of CPU`,
    },
  ];
}

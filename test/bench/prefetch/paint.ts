import {globSync, readFileSync} from 'node:fs';
import {getRequestListener} from '@hono/node-server';
import {compilePack} from '../../../src/faq/index.ts';
import {percentile, type TurnRecord} from '../../../src/latency/index.ts';
import {createAnswerHandler} from '../../../src/server/index.ts';
import {createRandom} from '../../../src/server/random.ts';
import {takeMs} from '../../server/take-ms.ts';
import {splitIntents} from '../faq/splits.ts';
import {describeMiddle, differ, type Middle, middleOf} from '../host/noise.ts';
import {type Documented, drawTurns, FAST, RETRIEVAL, SCALE, shuffle, type Turn, takeTime} from '../pipeline/draws.ts';
import {createTimedModel} from '../pipeline/simulated.ts';
import {startChromium, type Tab} from '../render/chromium.ts';
import {format, median, type Row} from '../render/figures.ts';
import {serve} from '../serve.ts';
import {CHARACTER_MS} from './topics.ts';

/** How many questions are asked, each with topics looked up ahead and without, and how many visitors there are at a time. */
export interface PaintDraws {
  pairCount: number;
  visitorCount: number;
}

/** Typing and what is simulated take this part of their documented time; what the page and the kit take counts double. */
const PAINT_SCALE = 0.5;

/** How often the pairs are drawn again for an interval of what has no rank of its own. */
const REDRAW_COUNT = 1_000;

const LEVELS = ['off', 'topics'] as const;
type Level = (typeof LEVELS)[number];

const slowed = ({medianMs, tailRatio}: Documented): Documented => ({
  medianMs: (medianMs * PAINT_SCALE) / SCALE,
  tailRatio,
});

/** Measures from Enter to the first words on the screen, with topics looked up ahead and without, in pairs. */
export async function measurePaint({pairCount, visitorCount}: PaintDraws): Promise<Row[]> {
  const {pack, queries} = splitIntents({seed: 0, phrasingCount: 20, division: 'kept'});
  const asked = shuffle(
    queries.filter(({kind}) => kind === 'in'),
    'asked',
  ).slice(0, pairCount);
  const turns = drawTurns({count: asked.length, seed: 7});
  const byQuestion = new Map(asked.map(({text}, at) => [text, turns[at] as Turn])); // as many as are asked
  // every question goes to the model: what the page answers itself is looked up for nobody
  const entries = pack.entries.map(({answer: _, ...entry}) => entry);
  const shop = await openShop({pack: JSON.stringify(compilePack({...pack, entries})), byQuestion});
  const chromium = await startChromium();
  const seen = new Map<Level, TurnRecord[]>(LEVELS.map((level) => [level, []]));
  let next = 0;
  const visit = async () => {
    const tab = await chromium.open('about:blank');
    for (let at = next++; at < asked.length; at = next++) {
      const {text} = asked[at] as {text: string}; // it is one of them
      const characterMs = (at % 10 < 7 ? CHARACTER_MS.phone : CHARACTER_MS.desk) * PAINT_SCALE;
      for (const level of at % 2 ? LEVELS.toReversed() : LEVELS) {
        const record = await ask(tab, {url: `${shop.origin}/?${level}`, text, characterMs});
        (seen.get(level) ?? [])[at] = record;
      }
    }
    await tab.close();
  };
  try {
    await Promise.all(Array.from({length: visitorCount}, visit));
  } finally {
    await chromium.close();
    await shop.close();
  }
  const [without = [], withTopics = []] = LEVELS.map((level) => (seen.get(level) ?? []).map(paintMs));
  const used = (seen.get('topics') ?? []).filter(({prefetch}) => prefetch?.r === 'used').length;
  const saved = middleOf(differ(withTopics, without));
  const p95 = redraw(without, withTopics, (base, other) => at(other, 0.95) - at(base, 0.95));
  const detail = `used by ${used} of ${asked.length} questions, typed as on phones and at desks`;
  return [
    {
      name: 'first words on the screen, with topics less without, median of pairs',
      ...{value: saved.high, limit: 0, unit: 'ms'},
      detail: `the interval's upper end; ${describeMiddle(saved)}; medians ${format(median(withTopics))} and ${format(median(without))}; ${detail}`,
    },
    {
      name: 'the same, 95th percentiles',
      ...{value: p95.median, limit: Number.POSITIVE_INFINITY, unit: 'ms'},
      detail: `${describeMiddle(p95)}; ${format(at(withTopics, 0.95))} and ${format(at(without, 0.95))}`,
    },
  ];
}

/** When the first words were on the screen, in documented ms since Enter. */
const paintMs = ({t}: TurnRecord) => (t.paint ?? Number.NaN) / PAINT_SCALE;

const at = (times: readonly number[], share: number) =>
  percentile(
    times.toSorted((a, b) => a - b),
    share,
  ) ?? Number.NaN;

/** Draws pairs again and again, with repeats, and gives the middle of what is made of them and where 95 of 100 lie. */
function redraw(
  base: readonly number[],
  other: readonly number[],
  make: (base: readonly number[], other: readonly number[]) => number,
): Middle {
  const random = createRandom('redraw');
  const made = Array.from({length: REDRAW_COUNT}, () => {
    const picked = base.map(() => Math.floor(random.even() * base.length));
    const of = (all: readonly number[]) => picked.map((each) => all[each] ?? Number.NaN);
    return make(of(base), of(other));
  }).sort((a, b) => a - b);
  return {median: make(base, other), low: at(made, 0.025), high: at(made, 0.975)};
}

/** Asks as a visitor does: opens the chat, types at an even speed, and presses Enter. */
async function ask(
  {page}: Tab,
  {url, text, characterMs}: {url: string; text: string; characterMs: number},
): Promise<TurnRecord> {
  await page.goto(url);
  await page.evaluate(() => {
    const turn = new Promise((resolve) =>
      addEventListener('firstword:turn', ({detail}: CustomEventInit) => resolve(detail)),
    );
    Object.assign(window, {turn});
  });
  await page.locator('firstword-chat [part~=launcher]').click();
  const input = page.locator('firstword-chat textarea');
  await input.fill('how'); // the pack is there once it suggests
  await page.locator('firstword-chat .foreseen button').first().waitFor({timeout: 60_000});
  await input.selectText();
  await page.keyboard.type(text, {delay: characterMs});
  await page.keyboard.press('Enter');
  // the record is plain data
  return page.evaluate(() => (window as unknown as {turn: Promise<unknown>}).turn) as Promise<TurnRecord>;
}

/** Serves the built widget beside a chat that retrieves and answers in documented times. */
async function openShop({pack, byQuestion}: {pack: string; byQuestion: ReadonlyMap<string, Turn>}) {
  const files = new Map(globSync('*.js', {cwd: 'dist'}).map((name) => [`/${name}`, readFileSync(`dist/${name}`)]));
  if (!files.has('/firstword.js')) throw new Error('dist/firstword.js is not there: run `npm run build` first');
  const find = (question: string): Turn => {
    const turn = byQuestion.get(question);
    if (!turn) throw new TypeError('a question that nobody asked');
    return turn;
  };
  const random = createRandom('ahead');
  const handler = createAnswerHandler({
    model: createTimedModel({
      modelId: 'fast',
      speed: {first: slowed(FAST.first), token: slowed(FAST.token)},
      manner: {isStreamed: true, isParallel: true},
      find,
      connect: async () => {},
      handsOver: () => false,
      luckOf: (luck) => luck,
    }),
    async retrieve(question) {
      const luck = question === null ? Math.log10(random.logNormal(1, 10)) : find(question).luck.retrieval;
      await takeMs(takeTime(slowed(RETRIEVAL), luck));
      return [{id: 'passage', text: 'What the shop knows of it.'}];
    },
    observe: () => {},
    limits: {conversationMinuteCount: 1e6, minuteCount: 1e6, visitorMinuteCount: 1e6, runCount: 500},
  });
  const answer = getRequestListener(handler);
  return serve((request, response) => {
    const {pathname, search} = new URL(`http://shop${request.url}`);
    const file = files.get(pathname);
    if (file) response.writeHead(200, {'content-type': 'text/javascript'}).end(file);
    else if (pathname === '/faq.json') response.writeHead(200, {'content-type': 'application/json'}).end(pack);
    else if (pathname === '/chat') void answer(request, response);
    else
      response.writeHead(200, {'content-type': 'text/html'}).end(
        `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><h1>Shop</h1>
<script async src="/firstword.js" data-endpoint="/chat" data-faq="/faq.json" data-prefetch="${search.slice(1)}" data-deadline="soft=60s first=120s complete=240s"></script></html>`,
      );
  });
}

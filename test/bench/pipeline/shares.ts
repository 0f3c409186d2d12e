import {percentile} from '../../../src/latency/index.ts';
import {format, type Row} from '../render/figures.ts';
import {drawTurns, RETRIEVAL, SCALE, shuffle, type Turn} from './draws.ts';
import {meanOf, shareOf} from './levers.ts';
import {answerTurns, type SeenTurn, type Stack} from './stack.ts';

/** What is published of answers that are kept, fast, thorough, and handed over: their shares, and whole times in ms. */
const PUBLISHED = {
  shares: {kept: 0.35, fast: 0.45, complex: 0.18, handedOver: 0.02},
  meanMs: 1_330,
  p80Ms: 3_000,
  p95Ms: 5_000,
} as const;

/** What the simulated paths may add to the published mean: the kit's own time, which counts ten times. */
const ROOM = 1.1;

/** The longest that the first text of a repeated question may take, in ms. */
const REPEAT_MS = 100;

type Path = keyof typeof PUBLISHED.shares;

/** What a path takes beside its model, in ms: 1.5, 3.0 and 4.0 s are 0.5 s fast, 2.5 s powerful, and this. */
const BESIDE_MS: Readonly<Record<Path, number>> = {kept: 0, fast: 1_000, complex: 500, handedOver: 1_000};

/** Measures the published shares, with each path at its published time and with the spread of its stages. */
export async function measureShares({turnCount}: {turnCount: number}): Promise<Row[]> {
  const paths = new Map<string, Path>();
  const turns = drawShares(turnCount, paths);
  const stack: Stack = {
    ...{isStreamed: true, isParallel: true, isRouted: true, isCached: true, isWarmed: false, tools: [], isEven: true},
    retrieval: ({question}) => ({...RETRIEVAL, medianMs: BESIDE_MS[paths.get(question) ?? 'fast']}),
    handsOver: ({question}) => paths.get(question) === 'handedOver',
  };
  const even = await answerTurns(stack, turns);
  const spread = await answerTurns({...stack, isEven: false}, turns);
  const repeats = [...even, ...spread].filter(({turn}) => turn.isRepeat).map(({firstMs}) => firstMs);
  const whole = (seen: readonly SeenTurn[]) => seen.map(({wholeMs}) => wholeMs);
  const meanMs = meanOf(whole(spread)) / SCALE;
  const made = spread.filter(({turn}) => !turn.isRepeat);
  return [
    {
      name: 'published shares, each path at its time',
      ...{value: meanOf(whole(even)) / SCALE, limit: PUBLISHED.meanMs * ROOM, unit: 'ms'},
      detail: `the mean of ${turnCount}: 35 % kept, 45 % fast, 18 % thorough, 2 % handed over; published 1,330; ${describe(even)}`,
    },
    {
      name: 'published shares, with their spread',
      ...{value: meanMs, limit: Number.POSITIVE_INFINITY, unit: 'ms'},
      detail:
        `the mean: ${format(meanMs / PUBLISHED.meanMs)} times the published one, which is that of paths without a tail; ` +
        `${describe(spread)}; made answers alone P99 ${format(shareOf(whole(made), 0.99))} ms`,
    },
    {
      name: 'first text of a repeated question, P99',
      ...{
        value:
          percentile(
            repeats.toSorted((a, b) => a - b),
            0.99,
          ) ?? Number.NaN,
        limit: REPEAT_MS,
        unit: 'ms',
      },
      detail: `of ${repeats.length}, as it was waited for, while others were answered; nothing of it is simulated`,
    },
  ];
}

/** Draws turns of the published shares. */
function drawShares(turnCount: number, paths: Map<string, Path>): Turn[] {
  const {kept, fast, complex} = PUBLISHED.shares;
  const limits = [
    ['kept', kept],
    ['fast', kept + fast],
    ['complex', kept + fast + complex],
    ['handedOver', 1],
  ] as const;
  const turns = shuffle(drawTurns({count: turnCount, seed: 0}), 'shares').map((turn, at): Turn => {
    const [path] = limits.find(([, limit]) => at < limit * turnCount) ?? ['handedOver'];
    paths.set(turn.question, path);
    return {...turn, isFirst: false, isRepeat: path === 'kept', isComplex: path === 'complex'};
  });
  return shuffle(turns, 'order');
}

function describe(seen: readonly SeenTurn[]): string {
  const times = seen.map(({wholeMs}) => wholeMs);
  const [p80Ms, p95Ms] = [shareOf(times, 0.8), shareOf(times, 0.95)];
  const within = (limitMs: number) => (100 * times.filter((ms) => ms / SCALE < limitMs).length) / times.length;
  const holds = (does: boolean) => (does ? 'holds' : 'does not hold');
  return (
    `P80 ${format(p80Ms)} (below 3,000 ${holds(p80Ms < PUBLISHED.p80Ms)}), ` +
    `P95 ${format(p95Ms)} ms (below 5,000 ${holds(p95Ms < PUBLISHED.p95Ms)}); ` +
    `${format(within(3_000))} % below 3 s and ${format(within(5_000))} % below 5 s, published 98 and 99.5`
  );
}

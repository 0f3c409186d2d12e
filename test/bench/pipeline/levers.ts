import {percentile} from '../../../src/latency/index.ts';
import {describeSpread, format, median, type Row} from '../render/figures.ts';
import {type Documented, drawTurns, RETRIEVAL, SCALE, SERVICES, TOOLS} from './draws.ts';
import {answerTurns, type SeenTurn, type Stack} from './stack.ts';

/** What is promised of the levers, in percent of what was there before. */
export const PROMISED = {toolsPercent: 40, modelPercent: 40} as const;

/** How much is measured of the levers. */
export interface LeverDraws {
  repeatCount: number;
  turnCount: number;
  /** Whether every stage takes its median: tails take their time. */
  isEven: boolean;
}

const NAIVE: Stack = {
  ...{isStreamed: false, isParallel: false, isRouted: false, isCached: false, isWarmed: false, isEven: false},
  tools: TOOLS,
  retrieval: () => RETRIEVAL,
};

/** Each stack has what those before it have. */
const LEVERS: readonly (readonly [string, Partial<Stack>])[] = [
  ['naive: all one after the other', {}],
  ['+ streaming', {isStreamed: true}],
  ['+ parallel tools', {isParallel: true}],
  ['+ routing 70/30', {isRouted: true}],
  ['+ kept answers, 35 % repeated', {isCached: true}],
  ['+ warming', {isWarmed: true}],
];

/** Measures the same turns side by side: naive, and with each lever added. */
export async function measureLevers({repeatCount, turnCount, isEven}: LeverDraws): Promise<Row[]> {
  const blocks: SeenTurn[][][] = LEVERS.map(() => []);
  for (let repeat = 0; repeat < repeatCount; repeat++) {
    const turns = drawTurns({count: turnCount, seed: repeat});
    const order = [...LEVERS.keys()];
    for (const at of repeat % 2 ? order.reverse() : order) {
      const stack = Object.assign({}, NAIVE, {isEven}, ...LEVERS.slice(0, at + 1).map(([, change]) => change)) as Stack; // of its parts
      blocks[at]?.push(await answerTurns(stack, turns));
    }
  }
  const [, , parallel = [], routed = [], cold = [], warm = []] = blocks;
  const partOf = routed.map((block, at) => percentOf(meanModel(block), meanModel(parallel[at] ?? [])));
  const routedShare = routed[0] ? routed[0].filter(({route}) => route === 'fast').length / turnCount : Number.NaN;
  return [
    ...LEVERS.map(([name], at) => writeLever(name, blocks[at] ?? [])),
    {
      name: 'mean time of the models, routed 70/30',
      ...{value: median(partOf), limit: PROMISED.modelPercent, unit: '%'},
      detail:
        `of one model for all: ${describeSpread(partOf)}; ${format(100 * routedShare)} % fast; means ` +
        `${describeSpread(parallel.map(meanModel))} and ${describeSpread(routed.map(meanModel))} ms (3,000 and 1,100 without spread)`,
    },
    {
      name: 'first text of the first turn of a process',
      ...{value: median(cold.map(firstOverLater)), limit: Number.POSITIVE_INFINITY, unit: 'times'},
      detail: `that of later ones, medians: ${describeSpread(cold.map(firstOverLater))}; warmed ${describeSpread(warm.map(firstOverLater))}`,
    },
  ];
}

/** Measures what running tools side by side takes off the time in which an answer waits for tools. */
export async function measureTools({repeatCount, turnCount, ...draws}: LeverDraws): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, tools, isEven] of [
    ['three tools at once, 2.0, 1.5 and 2.0 s', SERVICES, true],
    ['three tools at once, 0.8, 1.2 and 0.6 s', TOOLS, true],
    ['the first three, with their spread', SERVICES, false],
    ['the other three, with their spread', TOOLS, false],
  ] as const) {
    if (draws.isEven && !isEven) continue;
    const parts: number[] = [];
    const medians: number[] = [];
    for (let repeat = 0; repeat < repeatCount; repeat++) {
      const turns = drawTurns({count: turnCount, seed: repeat}).map((turn) => ({...turn, isFirst: false}));
      const means = [];
      for (const isParallel of [false, true]) {
        const stack: Stack = {
          ...NAIVE,
          isEven,
          isParallel,
          isRouted: true,
          isStreamed: true,
          tools,
          retrieval: () => NOTHING,
        };
        const times = (await answerTurns(stack, turns)).map(({stages}) => (stages['tools'] ?? Number.NaN) / SCALE);
        means.push({mean: meanOf(times), median: median(times)});
      }
      const [alone, together] = means;
      parts.push(percentOf(together?.mean, alone?.mean));
      medians.push(percentOf(together?.median, alone?.median));
    }
    const isPromised = isEven && tools === SERVICES;
    rows.push({
      name,
      ...{value: median(parts), limit: isPromised ? PROMISED.toolsPercent : Number.POSITIVE_INFINITY, unit: '%'},
      detail:
        `of their time one after the other, means: ${describeSpread(parts)}; medians ${describeSpread(medians)}` +
        (isEven ? `; the longest is ${format(longestPercent(tools))} % of all` : ''),
    });
  }
  return rows;
}

const NOTHING: Documented = {medianMs: 0, tailRatio: 2};

function longestPercent(tools: readonly Documented[]): number {
  const times = tools.map(({medianMs}) => medianMs);
  return percentOf(
    Math.max(...times),
    times.reduce((sum, ms) => sum + ms, 0),
  );
}

function writeLever(name: string, blocks: readonly (readonly SeenTurn[])[]): Row {
  const times = (read: (seen: SeenTurn) => number, share: number) =>
    describeSpread(blocks.map((block) => shareOf(block.map(read), share)));
  const first = ({firstMs}: SeenTurn) => firstMs;
  const whole = ({wholeMs}: SeenTurn) => wholeMs;
  return {
    name,
    value: median(blocks.map((block) => shareOf(block.map(first), 0.5))),
    ...{limit: Number.POSITIVE_INFINITY, unit: 'ms'},
    detail:
      `P50 of the first text; P95 ${times(first, 0.95)}, P99 ${times(first, 0.99)}; whole answer P50 ${times(whole, 0.5)}, ` +
      `P95 ${times(whole, 0.95)}, P99 ${times(whole, 0.99)}`,
  };
}

/** The time at a share of some turns, in ms as they are documented. */
export function shareOf(times: readonly number[], share: number): number {
  return (
    (percentile(
      times.toSorted((a, b) => a - b),
      share,
    ) ?? Number.NaN) / SCALE
  );
}

/** What an answer waited for its model and its text on average, where no connection had to be opened. */
function meanModel(block: readonly SeenTurn[]): number {
  const later = block.filter(({turn}) => !turn.isFirst);
  return meanOf(later.map(({stages}) => (stages['model'] ?? 0) + (stages['generate'] ?? 0))) / SCALE;
}

function firstOverLater(block: readonly SeenTurn[]): number {
  const medianOf = (isFirst: boolean) =>
    median(block.filter(({turn}) => turn.isFirst === isFirst && !turn.isRepeat).map(({firstMs}) => firstMs));
  return medianOf(true) / medianOf(false);
}

/** The mean of some numbers. */
export function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

function percentOf(part = Number.NaN, whole = Number.NaN): number {
  return (100 * part) / whole;
}

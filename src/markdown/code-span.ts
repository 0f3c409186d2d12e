import {MAX_REACH} from './piece.ts';

/** Where runs of backticks end, by their length, the last first. Those that were passed are taken away. */
export type Ticks = Map<number, number[]>;

const RUN = /`+/g;

/** Finds the runs of backticks from a place on. */
export function findTicks(text: string, from: number): Ticks {
  const ticks: Ticks = new Map();
  RUN.lastIndex = from;
  for (let run = RUN.exec(text); run; run = RUN.exec(text)) {
    const {length} = run[0];
    const ends = ticks.get(length);
    if (ends) ends.push(RUN.lastIndex);
    else ticks.set(length, [RUN.lastIndex]);
  }
  for (const ends of ticks.values()) ends.reverse();
  return ticks;
}

/**
 * Matches the backticks at a place with the next run of exactly so many within reach.
 *
 * @returns Where the code between them starts and ends, and where the second run ends: 0 when there is none.
 */
export function matchTicks(
  ticks: Ticks,
  {text, at}: {text: string; at: number},
): Record<'start' | 'end' | 'close', number> {
  let start = at;
  while (text[start] === '`') start++;
  const ends = ticks.get(start - at) ?? [];
  while ((ends.at(-1) ?? Infinity) <= start) ends.pop();
  const close = ends.at(-1) ?? 0;
  return {start, end: close - (start - at), close: close - start <= MAX_REACH ? close : 0};
}

/** Gives the text of a code span: line ends are spaces, and one space at each side is taken away. */
export function codeText(source: string): string {
  const text = source.replaceAll('\n', ' ');
  return /^ .* $/.test(text) && /[^ ]/.test(text) ? text.slice(1, -1) : text;
}

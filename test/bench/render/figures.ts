/** One promise about cost, as it was measured. */
export interface Row {
  name: string;
  /** The figure that is compared with the limit. */
  value: number;
  limit: number;
  unit: 'times' | '%' | 'ms' | 'MB' | 'bytes' | 'keys' | 'score' | 'requests' | 'turns' | 'tokens';
  /** What the figure was made of, in words. */
  detail: string;
}

/** Gives the middle of some numbers; of an even count, the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Writes the median of some numbers, with the least and the greatest of them. */
export function describeSpread(numbers: readonly number[]): string {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return `${format(median(numbers))} (${format(least)} to ${format(most)}, ${numbers.length} draws)`;
}

/** Writes a figure with as many digits as mean something. */
export const format = (figure: number): string =>
  figure.toFixed(Math.abs(figure) < 10 ? 2 : Math.abs(figure) < 100 ? 1 : 0);

/** Prints rows with their limits, and gives back those that are over them. */
export function report(rows: readonly Row[]): Row[] {
  const width = Math.max(...rows.map(({name}) => name.length));
  for (const {name, value, limit, unit, detail} of rows) {
    const words = [
      format(value).padStart(7),
      unit.padEnd(5),
      (Number.isFinite(limit) ? `of ${format(limit)}` : '').padEnd(11),
    ];
    console.log(`${isOver({value, limit}, 1) ? 'OVER' : 'ok  '}  ${name.padEnd(width)}  ${words.join(' ')}  ${detail}`);
  }
  return rows.filter((row) => isOver(row, 1));
}

/** Whether a figure is over `slack` times its limit; what could not be measured is. */
export const isOver = ({value, limit}: Pick<Row, 'value' | 'limit'>, slack: number): boolean =>
  !(value <= limit * slack);

/** What each sign weighs, with a constant behind them. */
export type Weights = readonly number[];

/** Signs with what became of them. */
export interface Example {
  signs: readonly number[];
  isRight: boolean;
  weight: number;
}

const dot = (weights: Weights, signs: readonly number[]) =>
  signs.reduce((sum, sign, at) => sum + sign * (weights[at] ?? 0), weights[signs.length] ?? 0);

/** Reckons the probability of signs, 0 to 1. */
export const probabilityOf = (weights: Weights, signs: readonly number[]): number =>
  1 / (1 + Math.exp(-dot(weights, signs)));

/**
 * Fits a logistic regression by Newton's method. `ridge` holds the weights of standardised signs near zero, so that
 * signs that say the same share what they say.
 */
export function fitLogistic(examples: readonly Example[], ridge: number): Weights {
  const size = examples[0]?.signs.length ?? 0;
  const total = examples.reduce((sum, {weight}) => sum + weight, 0);
  const mean = (of: (example: Example) => number) =>
    examples.reduce((sum, example) => sum + example.weight * of(example), 0) / total;
  const centers = Array.from({length: size}, (_, at) => mean(({signs}) => signs[at] ?? 0));
  const scales = centers.map((center, at) => Math.sqrt(mean(({signs}) => ((signs[at] ?? 0) - center) ** 2)) || 1);
  const rows = examples.map(({signs}) => [
    ...signs.map((sign, at) => (sign - (centers[at] ?? 0)) / (scales[at] ?? 1)),
    1,
  ]);
  const weights = new Array<number>(size + 1).fill(0);
  for (let round = 0; round < 15; round++) {
    const matrix = weights.map((_, at) => weights.map((__, other) => (at === other && at < size ? ridge : 1e-9)));
    const slope = weights.map((weight, at) => (at < size ? -ridge * weight : 0));
    rows.forEach((row, number) => {
      const {isRight, weight} = examples[number] as Example; // one row each
      const expected = 1 / (1 + Math.exp(-row.reduce((sum, sign, at) => sum + sign * (weights[at] ?? 0), 0)));
      const error = (weight / total) * ((isRight ? 1 : 0) - expected);
      const bend = (weight / total) * Math.max(1e-6, expected * (1 - expected));
      row.forEach((sign, at) => {
        slope[at] = (slope[at] ?? 0) + error * sign;
        const line = matrix[at] as number[]; // square
        for (let other = 0; other <= size; other++) line[other] = (line[other] ?? 0) + bend * sign * (row[other] ?? 0);
      });
    });
    const step = solve(matrix, slope);
    step.forEach((by, at) => {
      weights[at] = (weights[at] ?? 0) + by;
    });
    if (Math.max(...step.map(Math.abs)) < 1e-6) break;
  }
  const own = weights.slice(0, size).map((weight, at) => weight / (scales[at] ?? 1));
  return [...own, (weights[size] ?? 0) - own.reduce((sum, weight, at) => sum + weight * (centers[at] ?? 0), 0)];
}

/** Solves linear equations by elimination. */
function solve(matrix: readonly number[][], right: readonly number[]): number[] {
  const rows = matrix.map((row, at) => [...row, right[at] ?? 0]);
  const size = rows.length;
  for (let at = 0; at < size; at++) {
    let pivot = at;
    for (let row = at + 1; row < size; row++) {
      if (Math.abs(rows[row]?.[at] ?? 0) > Math.abs(rows[pivot]?.[at] ?? 0)) pivot = row;
    }
    [rows[at], rows[pivot]] = [rows[pivot] as number[], rows[at] as number[]]; // both are there
    const top = rows[at] as number[];
    for (let row = 0; row < size; row++) {
      const line = rows[row] as number[];
      const factor = (line[at] ?? 0) / (top[at] ?? 1);
      if (row === at || factor === 0) continue;
      for (let column = at; column <= size; column++) line[column] = (line[column] ?? 0) - factor * (top[column] ?? 0);
    }
  }
  return rows.map((row, at) => (row[size] ?? 0) / (row[at] ?? 1));
}

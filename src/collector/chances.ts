/**
 * Tells how likely a standard normal variable is above `z` (Numerical Recipes, "erfc" by Chebyshev fitting; relative
 * error below 1.2e-7).
 */
export function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const poly = TERMS.reduceRight((sum, term) => sum * t + term, 0);
  const tail = (t * Math.exp(poly - x * x)) / 2;
  return z >= 0 ? tail : 1 - tail;
}

const TERMS = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
];

/** Finds above which value a standard normal variable is with the chance `tail`, above 0 and at most 0.5. */
export function normalBound(tail: number): number {
  let low = 0;
  let high = 40;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalTail(middle) > tail) low = middle;
    else high = middle;
  }
  return low;
}

/** Tells how likely a chi-square variable with `freedom` degrees of freedom (a whole number from 1) is above `value`. */
export function chiSquareTail(value: number, freedom: number): number {
  const isOdd = freedom % 2 === 1;
  let sum = isOdd ? 2 * normalTail(Math.sqrt(value)) : Math.exp(-value / 2);
  let term = isOdd ? Math.exp(-value / 2) * Math.sqrt((2 * value) / Math.PI) : (Math.exp(-value / 2) * value) / 2;
  for (let next = isOdd ? 3 : 4; next <= freedom; next += 2) {
    sum += term;
    term *= value / next;
  }
  return Math.min(1, sum);
}

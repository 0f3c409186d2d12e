/** Evaluates a polynomial, its highest coefficient first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

const MIDDLE = {
  above: [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
    133.14166789178438, 3.3871328727963665,
  ],
  below: [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
    42.31333070160091, 1,
  ],
};
const SIDE = {
  above: [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  below: [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
};
const FAR = {
  above: [
    2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
    1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  below: [
    2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
    0.1369298809227358, 0.599832206555888, 1,
  ],
};

/**
 * Gives the value below which a share of the standard normal distribution lies (M. J. Wichura, "Algorithm AS 241: The
 * Percentage Points of the Normal Distribution", 1988; its error is below 1e-15).
 *
 * @param share - Above 0 and below 1.
 */
export function normalQuantile(share: number): number {
  const distance = share - 0.5;
  if (Math.abs(distance) <= 0.425) {
    const x = 0.180625 - distance * distance;
    return (distance * polynomial(MIDDLE.above, x)) / polynomial(MIDDLE.below, x);
  }
  const root = Math.sqrt(-Math.log(distance < 0 ? share : 1 - share));
  const [part, x] = root <= 5 ? [SIDE, root - 1.6] : [FAR, root - 5];
  const size = polynomial(part.above, x) / polynomial(part.below, x);
  return distance < 0 ? -size : size;
}

const TAIL_ABOVE = [
  0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
  220.206867912376,
];
const TAIL_BELOW = [
  0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
  793.826512519948, 440.413735824752,
];

/**
 * Gives the share of the standard normal distribution that lies below a value (J. F. Hart, "Computer Approximations",
 * 1968, algorithm 5666, as G. West gives it in "Better approximations to cumulative normal functions", 2005).
 */
export function normalShare(z: number): number {
  const size = Math.abs(z);
  // beyond 7 the tail is under 1e-12, and the series would need another form
  const tail =
    size > 7 ? 0 : (Math.exp((-size * size) / 2) * polynomial(TAIL_ABOVE, size)) / polynomial(TAIL_BELOW, size);
  return z > 0 ? 1 - tail : tail;
}

/** A source of random numbers that a seed determines. */
export interface Random {
  /** Draws evenly from 0 up to, not including, 1. */
  even(): number;
  /** Draws from a log-normal distribution with the given median and ratio of its 99th percentile to that median. */
  logNormal(median: number, tailRatio: number): number;
}

/** The standard normal's 99th percentile. */
const Z99 = 2.3263478740408408;

/** Creates random numbers from a text: the same text gives the same numbers (mulberry32 over an FNV-1a hash). */
export function createRandom(seed: string): Random {
  let state = 2_166_136_261;
  for (let at = 0; at < seed.length; at++) state = Math.imul(state ^ seed.charCodeAt(at), 16_777_619);
  const even = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    even,
    logNormal(median, tailRatio) {
      // Box and Muller, "A Note on the Generation of Random Normal Deviates"; 1 - u keeps the logarithm finite
      const normal = Math.sqrt(-2 * Math.log(1 - even())) * Math.cos(2 * Math.PI * even());
      return median * Math.exp((Math.log(tailRatio) / Z99) * normal);
    },
  };
}

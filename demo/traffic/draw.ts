/** A source of chance that gives the same for the same seed. */
export interface Draw {
  /** A number from 0 to 1. */
  share(): number;
  /** Whether something of that probability happens. */
  chance(share: number): boolean;
  /** A number from `low` to `high`, all alike. */
  between(low: number, high: number): number;
  /** A time in ms as waits are: half are below `medianMs`, with a long tail the longer, the larger `sigma`. */
  waitMs(medianMs: number, sigma: number): number;
  /** One of the names, each as often as its number says in proportion. */
  pick<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
  /** So many hexadecimal digits. */
  hex(digitCount: number): string;
}

/**
 * Creates a source of chance (mulberry32, T. Ettinger: 32 bits of state, enough for a simulation).
 *
 * @param seed - Any whole number.
 */
export function createDraw(seed: number): Draw {
  let state = seed | 0;
  function share(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  /** Box and Muller, "A note on the generation of random normal deviates", 1958. */
  const normal = () => Math.sqrt(-2 * Math.log(1 - share())) * Math.cos(2 * Math.PI * share());
  return {
    share,
    chance: (probability) => share() < probability,
    between: (low, high) => low + (high - low) * share(),
    waitMs: (medianMs, sigma) => medianMs * Math.exp(sigma * normal()),
    pick(weights) {
      const names = Object.keys(weights) as (keyof typeof weights)[]; // its own
      let left = share() * names.reduce((sum, name) => sum + weights[name], 0);
      for (const name of names) {
        left -= weights[name];
        if (left < 0) return name;
      }
      return names.at(-1) as keyof typeof weights; // the sum ran out by a rounding
    },
    hex: (digitCount) => Array.from({length: digitCount}, () => Math.floor(share() * 16).toString(16)).join(''),
  };
}

/** How fast posts are taken: so many a second in the long run, and so many at once after a rest. */
export interface Rate {
  /** From 0, which takes only the burst. */
  perSecondCount: number;
  burstCount: number;
}

/** The rates of a collector; what is absent is not limited. */
export interface Rates {
  /** Of all posts together. */
  all?: Rate;
  /** Of each site. */
  site?: Rate;
  /** Of each address, where a collector is told addresses. */
  address?: Rate;
}

/** A busy shop's pages stay far below these; they bound what a stranger can make a collector do. */
export const RATES: Readonly<Required<Rates>> = {
  all: {perSecondCount: 2000, burstCount: 20_000},
  site: {perSecondCount: 1000, burstCount: 10_000},
  address: {perSecondCount: 20, burstCount: 200},
};

/** The most names that are told apart; the one that was seen longest ago is forgotten first. */
export const RATE_NAME_COUNT = 10_000;

/** Takes from a name's allowance: tells in how many seconds there is one again, or 0 where there was. */
export type RateLimit = (name: string, nowAt: number) => number;

/**
 * Builds a limit of how often each name may come (token bucket).
 *
 * @param rate - Undefined limits nothing.
 * @returns The limit; it reads no clock of its own, and a clock that goes back stands still for it.
 */
export function createRateLimit(rate: Rate | undefined): RateLimit {
  if (!rate) return () => 0;
  const {perSecondCount, burstCount} = rate;
  const buckets = new Map<string, {left: number; at: number}>();
  return (name, nowAt) => {
    const before = buckets.get(name) ?? {left: burstCount, at: nowAt};
    const at = Math.max(before.at, nowAt);
    const left = Math.min(burstCount, before.left + ((at - before.at) / 1000) * perSecondCount);
    const isEnough = left >= 1;
    buckets.delete(name); // set again it is the newest
    buckets.set(name, {left: isEnough ? left - 1 : left, at});
    if (buckets.size > RATE_NAME_COUNT) buckets.delete(buckets.keys().next().value ?? '');
    if (isEnough) return 0;
    return perSecondCount > 0 ? Math.ceil((1 - left) / perSecondCount) : Number.MAX_SAFE_INTEGER;
  };
}

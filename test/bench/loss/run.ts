import {setTimeout as delay} from 'node:timers/promises';
import type {EngineName} from '../../journey/drive/index.ts';
import {type End, planEnds} from './plan.ts';
import {type Part, playEnds} from './play.ts';
import {openSite, type Variant} from './site.ts';
import {type Tally, tally} from './tally.ts';

/** The most pages that end while a collector is down: what waits for it has room for 50 turns. */
const MOST_WAITING = 40;

/** A kind of site, and how many pages end there. */
export interface Share {
  variant: Variant;
  /** How many; while the collector is down at most MOST_WAITING. */
  count: number;
}

/**
 * Ends pages of one engine on sites of some kinds, one after the other, opens the chat of each once more, and tells what
 * came of its turns.
 *
 * @param shares - The kinds; each has its turn in a plan that is made for all.
 * @param options.killShare - Which share of the ends is by killing.
 * @param options.downMs - How long a collector is down at least, in ms.
 */
export async function runShares(
  engine: EngineName,
  shares: readonly Share[],
  {seed, killShare, downMs}: {seed: number; killShare: number; downMs: number},
): Promise<Map<Variant, Tally>> {
  const counts = shares.map(({variant, count}) =>
    variant === 'collector down' ? Math.min(count, MOST_WAITING) : count,
  );
  const ends = planEnds(engine, {count: counts.reduce((sum, count) => sum + count, 0), seed, killShare});
  const parts = await Promise.all(
    shares.map(({variant}, at) => openPart(variant, {ends: ends.splice(0, counts[at] ?? 0), downMs})),
  );
  const played = await playEnds(engine, parts);
  const tallies = new Map<Variant, Tally>();
  for (const [at, {variant}] of shares.entries()) {
    const [part, seen] = [parts[at], played[at]];
    if (part && seen) tallies.set(variant, await tally(part.site, {ends: part.ends, played: seen}));
  }
  return tallies;
}

async function openPart(variant: Variant, {ends, downMs}: {ends: readonly End[]; downMs: number}): Promise<Part> {
  const site = await openSite(variant);
  if (variant !== 'collector down') return {site, ends, onLastVisit: async () => undefined};
  const beganMs = performance.now();
  await site.setDown(true);
  return {
    site,
    ends,
    async onLastVisit() {
      await delay(Math.max(0, downMs - (performance.now() - beganMs)));
      await site.setDown(false);
    },
  };
}

import {setTimeout as delay} from 'node:timers/promises';
import type {EngineName} from '../../journey/drive/index.ts';
import {planEnds} from './plan.ts';
import {playEnds} from './play.ts';
import {openSite, type Variant} from './site.ts';
import {type Tally, tally} from './tally.ts';

/** The most pages that end while a collector is down: what waits for it has room for 50 turns. */
const MOST_WAITING = 40;

/**
 * Ends pages of one engine on one site, opens the chat once more, and tells what came of their turns.
 *
 * @param options.count - How many pages end; while the collector is down at most MOST_WAITING.
 * @param options.downMs - How long it is down at least, in ms.
 */
export async function runVariant(
  engine: EngineName,
  variant: Variant,
  {count, seed, downMs}: {count: number; seed: number; downMs: number},
): Promise<Tally> {
  const isDown = variant === 'collector down';
  const ends = planEnds(engine, {count: isDown ? Math.min(count, MOST_WAITING) : count, seed});
  const site = await openSite(variant);
  const beganMs = performance.now();
  if (isDown) await site.setDown(true);
  const played = await playEnds({
    engine,
    site,
    ends,
    async onLastVisit() {
      if (!isDown) return;
      await delay(Math.max(0, downMs - (performance.now() - beganMs)));
      await site.setDown(false);
    },
  });
  return tally(site, {ends, played});
}

import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {findPrograms} from '../../journey/drive/engines.ts';
import {waitUntil} from '../../journey/drive/index.ts';
import {createRoom} from '../../journey/drive/room.ts';
import {desktopOf, startDisplay} from '../../journey/drive/webkit.ts';
import type {End} from './plan.ts';
import {reach} from './reach.ts';
import type {LossSite} from './site.ts';

/**
 * Kills WebKit as a visitor has it, in the middle of turns: its driver lets it keep nothing, so that it runs without
 * one, and pages play by themselves. Every process of it ends by SIGKILL; the next one has its profile.
 *
 * @param options.onLastVisit - Runs before the chat is opened for the last time.
 * @returns Turns by the number of their question.
 */
export async function killWebkit(
  site: LossSite,
  {ends, onLastVisit}: {ends: readonly End[]; onLastVisit: () => Promise<void>},
): Promise<Map<number, string>> {
  const programs = findPrograms('webkit');
  if (typeof programs === 'string') throw new Error(`WebKit cannot run here: ${programs}`);
  const {browser} = programs;
  const profile = await mkdtemp(join(tmpdir(), 'fw-loss-'));
  const hall = createRoom();
  const display = await startDisplay(hall, programs);
  const ids = new Map<number, string>();

  /** Opens a page in a browser of its own, and kills that once the work is done. */
  async function visit(number: number, work: () => Promise<unknown>): Promise<void> {
    const room = createRoom();
    try {
      await room.start(browser, {
        args: [`${site.pageUrl(number)}&plays`],
        env: {...desktopOf(room, display), XDG_DATA_HOME: profile, XDG_CACHE_HOME: profile},
      });
      await work();
    } finally {
      await room.clear();
    }
  }

  try {
    for (const end of ends) {
      await visit(end.number, async () => {
        const id = await waitUntil(
          () => site.asked.get(end.number),
          () => `question ${end.number} to be asked`,
        );
        ids.set(end.number, id);
        await reach(site, end);
        await delay(end.delayMs); // the moment is one of chance
      });
    }
    await onLastVisit();
    await visit(0, () =>
      waitUntil(
        () => site.marked.empty.size > 0,
        () => 'nothing to wait in the outbox of WebKit any more',
      ),
    );
    return ids;
  } finally {
    await hall.clear();
    await rm(profile, {recursive: true, force: true, maxRetries: 5});
  }
}

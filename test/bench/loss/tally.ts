import type {EngineName} from '../../journey/drive/index.ts';
import type {End} from './plan.ts';
import type {Played} from './play.ts';
import type {LossSite} from './site.ts';

/** What became of the turns of one engine on one site. */
export interface Tally {
  endCount: number;
  /** Turns that count: their write had resolved, or their beacon was accepted, before their page ended. */
  countedCount: number;
  /** Of these, those that the collector does not have. */
  lost: readonly string[];
  /** How many more turns the store has than there were. */
  doubledCount: number;
  /** Turns that ended before that; and of these, those that the collector has all the same. */
  earlyCount: number;
  earlySavedCount: number;
  /** How often the collector was sent what it had. */
  repeatedCount: number;
  /** Turns that ended before they counted, by way and moment. */
  early: ReadonlyMap<string, number>;
  /** Ends by way and moment. */
  spread: ReadonlyMap<string, number>;
}

/** Compares what counts with what the collector has; closes the site for that. */
export async function tally(site: LossSite, {ends, played}: {ends: readonly End[]; played: Played}): Promise<Tally> {
  const stored = await site.close();
  const known = new Set(stored);
  const spread = new Map<string, number>();
  const early = new Map<string, number>();
  const lost: string[] = [];
  let countedCount = 0;
  let earlyCount = 0;
  let earlySavedCount = 0;
  for (const {number, way, moment} of ends) {
    const place = `${way}, ${moment}`;
    spread.set(place, (spread.get(place) ?? 0) + 1);
    const id = played.ids.get(number) ?? '';
    const isKept = played.found.has(id) || site.marked.kept.has(id);
    if (isKept || played.early.has(id)) {
      countedCount++;
      if (!known.has(id)) lost.push(`${place}, ${number}`);
    } else {
      earlyCount++;
      early.set(place, (early.get(place) ?? 0) + 1);
      if (known.has(id)) earlySavedCount++;
    }
  }
  const sentCount = [...site.accepted.values()].reduce((sum, count) => sum + count, 0);
  return {
    endCount: ends.length,
    countedCount,
    lost,
    doubledCount: stored.length - known.size,
    earlyCount,
    earlySavedCount,
    early,
    repeatedCount: sentCount - site.accepted.size,
    spread,
  };
}

/** Writes a tally in words, one line. */
export function describe(engine: EngineName, variant: string, result: Tally): string {
  const {endCount, countedCount, lost, doubledCount, earlyCount, earlySavedCount, repeatedCount} = result;
  return [
    `${engine}, ${variant}: ${endCount} ends, ${countedCount} counted, ${lost.length} lost, ${doubledCount} doubled`,
    `${earlyCount} ended before they counted (${earlySavedCount} of them came all the same)`,
    `${repeatedCount} came again and were known`,
    ...lost.map((place) => `LOST ${place}`),
  ].join('; ');
}

/** How many pages ended with their browser, by SIGKILL. */
export const killCount = ({spread}: Tally): number =>
  [...spread].reduce((sum, [place, times]) => sum + (place.startsWith('kill,') ? times : 0), 0);

import {exclusiveTimes, type TurnRecord} from '../latency/index.ts';

/** What a proxy that holds back tokens is called among the stages: the time between the last work and the first word. */
export const BUFFERING_PROXY = 'buffering-proxy';

/** What belongs to no stage. */
export const UNATTRIBUTED = 'unattributed';

/** A stage's own part of the way to the first visible answer, in ms. */
export interface PathPart {
  /** The stage's name, BUFFERING_PROXY or UNATTRIBUTED. */
  stage: string;
  ms: number;
}

const HELD: ReadonlySet<string | undefined> = new Set(['buffered', 'chunked']);

/**
 * Divides the wait for the first visible answer among the stages that a visitor waited for.
 *
 * Stages that say when they began have their exclusive time on the critical path. Those that do not are taken to have run
 * one after the other in what is left, all of them shortened alike where they do not fit; `generate` without its beginning
 * is none of them, it begins with the first token. Of an answer that a proxy held back, what follows the last work is the
 * proxy's.
 *
 * @param nameOf - Gives the name under which a stage is stored.
 * @returns Parts longer than nothing that sum to the wait, by name; none where no answer was seen.
 */
export function turnPath(turn: TurnRecord, nameOf: (stage: string) => string): PathPart[] {
  const totalMs = turn.t.paint ?? turn.t.token;
  if (totalMs === undefined) return [];
  const held = HELD.has(turn.stream?.verdict);
  const spans: {stage: string; atMs: number; ms: number}[] = [];
  const unplaced: {stage: string; ms: number}[] = [];
  for (const {s, at, ms, st} of turn.stages ?? []) {
    if (st === 'skipped' || (s === 'generate' && (held || at === undefined))) continue;
    const stage = nameOf(s);
    if (at === undefined) unplaced.push({stage, ms});
    else spans.push({stage, atMs: at, ms});
  }

  const {[UNATTRIBUTED]: gapMs = 0, ...placed} = exclusiveTimes(spans, totalMs);
  const parts = new Map(Object.entries(placed));
  const add = (stage: string, ms: number) => parts.set(stage, (parts.get(stage) ?? 0) + ms);
  const unplacedMs = unplaced.reduce((sum, {ms}) => sum + ms, 0);
  const scale = unplacedMs > gapMs ? gapMs / unplacedMs : 1;
  for (const {stage, ms} of unplaced) add(stage, ms * scale);
  if (held) {
    const workedMs = spans.reduce((latestMs, {atMs, ms}) => Math.max(latestMs, Math.min(totalMs, atMs + ms)), 0);
    add(BUFFERING_PROXY, Math.min(totalMs - workedMs, gapMs - unplacedMs * scale));
  }
  return wholly(parts, totalMs);
}

/** Rounds down to microseconds; what rounding leaves over is nobody's, so that the sum stays. */
function wholly(parts: ReadonlyMap<string, number>, totalMs: number): PathPart[] {
  const rounded = [...parts]
    .map(([stage, ms]) => ({stage, ms: downToUs(ms)}))
    .filter(({stage, ms}) => stage !== UNATTRIBUTED && ms > 0);
  const restMs = downToUs(totalMs - rounded.reduce((sum, {ms}) => sum + ms, 0));
  if (restMs > 0 || rounded.length === 0) rounded.push({stage: UNATTRIBUTED, ms: Math.max(0, restMs)});
  return rounded.sort((a, b) => (a.stage < b.stage ? -1 : 1));
}

function downToUs(ms: number): number {
  return Math.floor(ms * 1000 + 1e-4) / 1000; // sums of floating numbers may be a hair too small
}

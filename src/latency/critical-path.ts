/** A span of work on one clock: its stage, start and length in ms. */
export interface Span {
  /** The stage's name. */
  stage: string;
  atMs: number;
  ms: number;
}

/**
 * Divides a total exactly among stages that may overlap: walking back from the end, each instant belongs to the running
 * stage that ends last; instants in which nothing ran are `unattributed`. So the shares sum to the total.
 *
 * @param spans - Stages in any order, on a clock that starts at 0; parts outside 0..totalMs are ignored.
 * @param totalMs - Length of the whole in ms.
 * @returns Exclusive ms by stage name, with `unattributed` always present.
 */
export function exclusiveTimes(spans: readonly Span[], totalMs: number): Record<string, number> {
  const shares = new Map([['unattributed', 0]]);
  const add = (stage: string, ms: number) => shares.set(stage, (shares.get(stage) ?? 0) + ms);
  const byEnd = spans.filter((span) => span.ms > 0).sort((a, b) => a.atMs + a.ms - (b.atMs + b.ms));
  let edgeMs = totalMs;
  while (edgeMs > 0) {
    const span = byEnd.pop();
    const startMs = Math.max(0, span ? span.atMs : 0);
    const endMs = Math.min(edgeMs, span ? span.atMs + span.ms : 0);
    if (span && endMs <= startMs) continue; // lies wholly under a stage that ended later
    add('unattributed', edgeMs - Math.max(0, endMs));
    if (!span) break;
    add(span.stage, endMs - startMs);
    edgeMs = startMs;
  }
  return Object.fromEntries(shares);
}

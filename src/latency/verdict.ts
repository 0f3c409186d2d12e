import type {StreamRecord} from './record.ts';

/** What can be said of how an answer arrived. */
export type StreamVerdict = NonNullable<StreamRecord['verdict']>;

/** Watches how one answer arrives. All instants are readings of one monotonic clock in ms. */
export interface Verdict {
  /** A piece of the body has come; the events that follow were in it. */
  read(nowMs: number): void;
  /** There was an event in it, made `eMs` after the server got the request; undefined where the server does not say. */
  event(eMs: number | undefined): void;
  /** The page could not read in this time. Spans must not overlap; they may be told late, until the verdict is asked. */
  busy(fromMs: number, toMs: number): void;
  /** Judges what has come so far; undefined before the first event. */
  judge(): StreamVerdict | undefined;
}

/** The fewest events that can be judged. */
const MIN_EVENTS = 8;
/** The shortest time in which they were made. */
const MIN_SPAN_MS = 300;
/** What was made within less than this and came together is how networks are, not what a proxy held. */
const MIN_HELD_MS = 100;
/** The most that one pause of the server counts: while it thinks there is nothing to hold and nothing to stream. */
const MAX_PAUSE_MS = 200;
/** The part of an answer that must have been held. */
const HELD_SHARE = 0.9;
/** What follows this many times faster than it was made was let go together with what it follows. */
const BURST_RATIO = 5;
/** Pieces that are kept; what comes after them is not judged. */
const MAX_PIECES = 4096;

/** Events that were let go together; `pauseMs` and `heldMs` are times of the server: before the first, and since then. */
interface Piece {
  atMs: number;
  pauseMs: number;
  heldMs: number;
}

/**
 * Starts watching how an answer arrives.
 *
 * Events that come together although the server made them one after the other were held. Where that is nearly all of an
 * answer it was `buffered` (let go at once) or `chunked` (in parts), else it `streamed`. Time in which the page itself
 * could not read counts neither way. Without the server's times a proxy that holds back looks like a model that answers
 * in bursts: such an answer `streamed` when its events came one by one, and is never called buffered. `single` came at
 * once and was made so quickly, or so silently, that nothing can be told; anything else is `unknown`.
 */
export function createVerdict(): Verdict {
  const pieces: Piece[] = [];
  const busySpans: {fromMs: number; toMs: number}[] = [];
  let readMs = 0;
  let firstMs: number | undefined; // the first and the last read with an event in it
  let lastMs: number | undefined;
  let eventCount = 0;
  let readCount = 0;
  let stampCount = 0;
  let stampedMs = Number.NaN; // the last read with a server's time in it
  let stampedE = 0; // and the first of those in it
  let lastE: number | undefined;

  function judgeHeld(): StreamVerdict {
    let heldMs = 0;
    let longestMs = 0;
    let wholeMs = 0;
    let judgedMs = 0;
    for (const {atMs, pauseMs, heldMs: pieceMs} of pieces) {
      const leftMs = Math.max(0, pieceMs - busyMs(atMs - pieceMs, atMs));
      if (leftMs >= MIN_HELD_MS) heldMs += pauseMs + leftMs;
      judgedMs += pauseMs + leftMs;
      wholeMs += pauseMs + pieceMs;
      longestMs = Math.max(longestMs, pieceMs);
    }
    if (judgedMs < MIN_SPAN_MS) return 'unknown';
    if (heldMs < HELD_SHARE * judgedMs) return 'streamed';
    return longestMs < HELD_SHARE * wholeMs ? 'chunked' : 'buffered';
  }

  function busyMs(fromMs: number, toMs: number): number {
    let sumMs = 0;
    for (const span of busySpans) sumMs += Math.max(0, Math.min(toMs, span.toMs) - Math.max(fromMs, span.fromMs));
    return sumMs;
  }

  function stamp(eMs: number): void {
    stampCount++;
    if (pieces.length === MAX_PIECES) return;
    const pauseMs = Math.min(Math.max(0, eMs - (lastE ?? eMs)), MAX_PAUSE_MS);
    const together = readMs === stampedMs || BURST_RATIO * (readMs - stampedMs) < eMs - stampedE;
    const piece = pieces.at(-1);
    if (piece && together) piece.heldMs += pauseMs;
    else pieces.push({atMs: readMs, pauseMs, heldMs: 0});
    if (readMs !== stampedMs) stampedE = eMs;
    stampedMs = readMs;
    lastE = eMs;
  }

  return {
    read(nowMs) {
      readMs = nowMs;
    },
    event(eMs) {
      eventCount++;
      if (readMs !== lastMs) readCount++;
      firstMs ??= readMs;
      lastMs = readMs;
      if (eMs !== undefined) stamp(eMs);
    },
    busy(fromMs, toMs) {
      busySpans.push({fromMs, toMs});
    },
    judge() {
      if (firstMs === undefined || lastMs === undefined) return undefined;
      const isStamped = stampCount >= MIN_EVENTS;
      const verdict = isStamped ? judgeHeld() : 'unknown';
      if (verdict !== 'unknown') return verdict;
      if (lastMs - firstMs < MIN_HELD_MS) return 'single';
      const oneByOne = eventCount >= MIN_EVENTS && 2 * readCount >= eventCount && lastMs - firstMs >= MIN_SPAN_MS;
      return oneByOne && !isStamped ? 'streamed' : 'unknown';
    },
  };
}

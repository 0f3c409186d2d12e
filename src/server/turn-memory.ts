import {KEPT_MS} from './runs.ts';
import {createSharedWork, type Shared} from './shared-work.ts';
import {createMemoryStore, type Store} from './store.ts';
import {ToolFailure, type ToolFailureKind} from './tool-failure.ts';

/** How long what had side effects is not done again under the same idempotency key, in ms. */
export const ONCE_MS = 600_000;

/** How many results are kept of each kind; an answer rarely has more than three. */
const RESULT_COUNT = 5_000;

/** Failures of what was not even begun. */
const NOT_DONE: ReadonlySet<ToolFailureKind> = new Set(['taken', 'left-alone']);

/** Work for a turn: its name and input tell it from the turn's other work. */
export interface TurnWork<T> {
  /** What all attempts at the turn have in common. */
  turn: string;
  name: string;
  input: unknown;
  /** Ends the waiting for it. */
  signal: AbortSignal;
  work: (signal: AbortSignal) => T | PromiseLike<T>;
}

/** What the attempts at a turn share. */
export interface TurnMemory {
  /** Does repeatable work, or shares what another attempt does or did a moment ago. */
  share<T>(work: TurnWork<T>): Shared<T>;
  /**
   * Does work that has side effects once. What it came to, also a failure, is what everybody gets who asks for the same;
   * with another input it is refused to any other attempt than the one that used it first.
   *
   * @param work.attempt - Names the attempt.
   * @throws ToolFailure `taken` in the result.
   */
  once<T>(work: TurnWork<T> & {attempt: string}): Shared<T>;
}

/**
 * Creates the memory of turns.
 *
 * @param options.store - Says which attempt may use what has side effects; default one in this process, where nothing else
 *   can push a claim out.
 */
export function createTurnMemory({
  store = createMemoryStore(),
}: {
  store?: Pick<Store, 'get' | 'setIfAbsent'> | undefined;
} = {}): TurnMemory {
  const repeatable = createSharedWork({keptMs: KEPT_MS, entryCount: RESULT_COUNT});
  const once = createSharedWork({
    keptMs: ONCE_MS,
    entryCount: RESULT_COUNT,
    keepsFailure: (error) => !(error instanceof ToolFailure && NOT_DONE.has(error.kind)),
  });
  const claim = async (key: string, attempt: string): Promise<boolean> =>
    (await store.setIfAbsent(key, attempt, ONCE_MS)) || (await store.get(key)) === attempt;
  return {
    share: ({turn, name, input, ...work}) => repeatable.share(writeKey(turn, name, input), work),
    once: ({turn, name, input, attempt, signal, work}) =>
      once.share(writeKey(turn, name, input), {
        signal,
        work: async (inner) => {
          if (!(await claim(JSON.stringify(['once', turn, name]), attempt))) throw new ToolFailure('taken', name);
          return work(inner);
        },
      }),
  };
}

/** Equal inputs give equal keys, in whatever order their fields stand; what is no JSON is equal to nothing. */
function writeKey(turn: string, name: string, input: unknown): string {
  try {
    return JSON.stringify([turn, name, input], sortFields);
  } catch {
    return crypto.randomUUID(); // a cycle or a bigint: no model's input, and no other's to share
  }
}

function sortFields(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

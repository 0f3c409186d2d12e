import {createEventLog, type EventLog, type RunState} from './event-log.ts';

/** How long a run is kept after its last event, and how long it goes on without a reader, in ms. */
export const KEPT_MS = 60_000;

/** A run that can be found again. */
export interface Run {
  readonly id: string;
  /** The words of its question. */
  readonly question: string;
  readonly log: EventLog;
  /** Ends it early; absent when it has ended. */
  end?: ((why: 'stopped' | 'abandoned') => void) | undefined;
  /** Lets it take so many ms more, from now; absent where it has no deadline. */
  prolong?: (byMs: number) => void;
  /** There when it is complete and somebody read it to the end. */
  isWhole?: true;
}

/** What a run is opened with. */
export interface RunFacts extends Pick<Run, 'question' | 'end' | 'prolong'> {
  /** What all attempts at its turn are found by; absent where the turn has no key. */
  turn?: string | undefined;
  /** What else it is found by. */
  names: readonly string[];
}

/** The runs that are being made or were made a moment ago. */
export interface Runs {
  /**
   * Opens a run and keeps it until KEPT_MS after its end. One that nobody reads for as long is ended as abandoned; one
   * whose reader left while another attempt at its turn is read, or was read to its end, is so at once, and forgotten.
   */
  open(facts: RunFacts): Run;
  /** The runs with a name, oldest first. */
  find(name: string): readonly Run[];
}

interface Kept extends Run, RunFacts {
  state: RunState;
  timer?: ReturnType<typeof setTimeout>;
}

/**
 * Creates the memory of runs, in this process.
 *
 * @param options.runCount - How many are kept. Beyond it the oldest that has ended is forgotten; where all are being made,
 *   the oldest that nobody reads is ended and forgotten.
 */
export function createRuns({runCount}: {runCount: number}): Runs {
  const kept = new Set<Kept>(); // oldest first

  const find = (name: string) => [...kept].filter(({turn, names}) => turn === name || names.includes(name));
  const forget = (run: Kept) => {
    clearTimeout(run.timer);
    kept.delete(run);
  };
  const giveUp = (run: Kept) => {
    forget(run);
    run.end?.('abandoned');
  };
  const makeRoom = () => {
    while (kept.size >= runCount) {
      const runs = [...kept];
      const oldest = runs.find(({state}) => state === 'ended') ?? runs.find(({state}) => state === 'unread');
      if (!oldest) return;
      giveUp(oldest);
    }
  };
  const dropLosers = (turn: string) => {
    const attempts = find(turn);
    const isLost = (run: Kept) =>
      run.state === 'unread' && attempts.some((other) => other !== run && (other.state === 'read' || other.isWhole));
    for (const loser of attempts.filter(isLost)) giveUp(loser);
  };
  const settle = (run: Kept, state: RunState) => {
    run.state = state;
    clearTimeout(run.timer);
    if (!kept.has(run) || state === 'read') return;
    if (state === 'ended') {
      delete run.end; // and with it all that the answer was made from
      delete run.prolong;
    }
    run.timer = setTimeout(() => (run.end ? run.end('abandoned') : forget(run)), KEPT_MS);
    run.timer.unref?.(); // where timers keep a process alive, this one need not
  };

  return {
    open(facts) {
      const {turn} = facts;
      const id = crypto.randomUUID().replaceAll('-', '').slice(0, 20);
      const onState = (state: RunState) => {
        settle(run, state);
        if (turn !== undefined && state !== 'ended') dropLosers(turn);
      };
      const run: Kept = {...facts, id, log: createEventLog({run: id, onState}), state: 'unread'};
      makeRoom();
      kept.add(run);
      settle(run, 'unread');
      return run;
    },
    find,
  };
}

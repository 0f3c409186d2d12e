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
}

/** The runs that are being made or were made a moment ago. */
export interface Runs {
  /**
   * Opens a run and keeps it until KEPT_MS after its end. One that nobody reads for as long is ended as abandoned.
   *
   * @param options.names - What it is found by.
   */
  open(options: {names: readonly string[]; question: string; end: NonNullable<Run['end']>}): Run;
  /** The runs with a name, oldest first. */
  find(name: string): readonly Run[];
}

interface Kept extends Run {
  names: readonly string[];
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

  const forget = (run: Kept) => {
    clearTimeout(run.timer);
    kept.delete(run);
  };
  const makeRoom = () => {
    while (kept.size >= runCount) {
      const runs = [...kept];
      const oldest = runs.find(({state}) => state === 'ended') ?? runs.find(({state}) => state === 'unread');
      if (!oldest) return;
      forget(oldest);
      oldest.end?.('abandoned');
    }
  };
  const settle = (run: Kept, state: RunState) => {
    run.state = state;
    clearTimeout(run.timer);
    if (!kept.has(run) || state === 'read') return;
    if (state === 'ended') delete run.end; // and with it all that the answer was made from
    run.timer = setTimeout(() => (run.end ? run.end('abandoned') : forget(run)), KEPT_MS);
    run.timer.unref?.(); // where timers keep a process alive, this one need not
  };

  return {
    open({names, question, end}) {
      const id = crypto.randomUUID().replaceAll('-', '').slice(0, 20);
      const log = createEventLog({run: id, onState: (state) => settle(run, state)});
      const run: Kept = {id, question, names, log, end, state: 'unread'};
      makeRoom();
      kept.add(run);
      settle(run, 'unread');
      return run;
    },
    find: (name) => [...kept].filter(({names}) => names.includes(name)),
  };
}

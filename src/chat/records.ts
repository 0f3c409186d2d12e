import type {Consent} from './api.ts';
import type {Measure} from './measure.ts';
import type {Running} from './running.ts';
import type {ChatEvent} from './state.ts';

/** Sees to it that every turn is measured and told once, whenever the measure is there. */
export interface Records {
  begin(turn: Running): void;
  /** A turn has ended and its last words are painted, or nobody could see them. */
  end(turn: Running): void;
  /** The page is hidden or goes, with an open turn or none. */
  leave(open: Running | undefined): void;
  consent(answer: Exclude<Consent, 'auto' | 'required'>): void;
  /** Takes the measure once it is loaded; without one turns go on untold. */
  arrive(measure: Promise<Measure>): void;
  stop(): void;
}

/** How many ended turns wait for a measure; older ones stay untold. */
const MAX_WAITING = 20;

/** Starts without a measure: what happens to a turn until then is noted by its stand-in. */
export function createRecords(options: {emit: (event: ChatEvent) => void; now: () => number}): Records {
  const {emit, now} = options;
  const untold = new Set<Running>();
  let measure: Measure | undefined;
  let consented: 'granted' | 'denied' | undefined;
  let stopped = false;

  function tell(ended: Running): void {
    if (!measure || !ended.closed) return;
    untold.delete(ended);
    if (ended.told) return;
    const record = ended.turn.record(now());
    measure.take(record);
    for (const overrun of measure.overruns(record)) emit({kind: 'budget', turnId: record.id, ...overrun});
    emit({kind: 'turn', record});
  }

  return {
    begin(turn) {
      if (measure) turn.measured.arrive(measure.createTurn(turn));
      for (const oldest of untold) if (untold.size >= MAX_WAITING) untold.delete(oldest);
      untold.add(turn);
    },
    end(turn) {
      turn.closed = true;
      tell(turn);
    },
    leave: (open) => measure?.leave(open && {...open.turn.record(now()), left: 'hidden'}),
    consent(answer) {
      consented = answer;
      measure?.consent(answer);
    },
    arrive(loading) {
      loading.then(
        (arrived) => {
          if (stopped) return arrived.stop();
          measure = arrived;
          if (consented) measure.consent(consented);
          for (const turn of untold) {
            turn.measured.arrive(measure.createTurn(turn));
            tell(turn);
          }
        },
        () => undefined, // told by whoever loads it
      );
    },
    stop() {
      stopped = true;
      measure?.stop();
    },
  };
}

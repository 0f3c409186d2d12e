import {Refusal} from './refusal.ts';

/** Places for answers that are being made. */
export interface Slots {
  /**
   * Takes a place, waiting in line for one.
   *
   * @param options.signal - Leaves the line.
   * @param options.waitMs - The longest wait, at most QUEUE_WAIT_MS.
   * @returns Gives the place back; only once.
   * @throws Refusal 503 when the line is full, the wait is over or the signal aborts.
   */
  take(options: {signal: AbortSignal; waitMs?: number | undefined}): Promise<() => void>;
  /** Takes a place for what nobody waits for; undefined when more than half of them are taken. Gives it back as above. */
  takeAside(): (() => void) | undefined;
  /** Whether who comes now has to wait. */
  isFull(): boolean;
  /** Whether half of the places are taken or more: the time to leave out what nobody has asked for. */
  isBusy(): boolean;
}

/** How long a question waits in line at most, in ms. */
export const QUEUE_WAIT_MS = 5_000;

/**
 * Creates places and the line before them; first come, first served.
 *
 * @param options.runningCount - How many places there are.
 * @param options.queuedCount - How many may wait.
 */
export function createSlots(options: {runningCount: number; queuedCount: number}): Slots {
  const {runningCount, queuedCount} = options;
  const line = new Set<() => void>();
  let takenCount = 0;

  const give = () => {
    takenCount++;
    let isGiven = true;
    return () => {
      if (!isGiven) return;
      isGiven = false;
      takenCount--;
      const [next] = line;
      next?.();
    };
  };

  return {
    async take({signal, waitMs = QUEUE_WAIT_MS}) {
      if (signal.aborted) throw busy();
      if (takenCount < runningCount) return give();
      if (line.size >= queuedCount) throw busy();
      return new Promise((resolve, reject) => {
        const leave = () => {
          clearTimeout(timer);
          line.delete(enter);
          signal.removeEventListener('abort', giveUp);
        };
        const enter = () => {
          leave();
          resolve(give());
        };
        const giveUp = () => {
          leave();
          reject(busy());
        };
        const timer = setTimeout(giveUp, Math.min(waitMs, QUEUE_WAIT_MS));
        signal.addEventListener('abort', giveUp, {once: true});
        line.add(enter);
      });
    },
    takeAside: () => (takenCount * 2 > runningCount ? undefined : give()),
    isFull: () => takenCount >= runningCount,
    isBusy: () => takenCount * 2 >= runningCount,
  };
}

function busy(): Refusal {
  return new Refusal('busy', 'too many answers are being made now', {'retry-after': '2'});
}

/** Where something is written line by line, or on a line that is written anew. */
export interface Output {
  write(text: string, done?: () => void): unknown;
  isTTY?: boolean;
}

/** Tells how far something is, to whoever waits. */
export interface Progress {
  /** Tells it, when it is time to. */
  show(share: number): void;
  /** Takes away what moved. */
  end(): void;
}

/** What takes no longer than this needs no telling. */
const QUIET_MS = 700;
/** How often a moving line moves. */
const MOVE_MS = 100;
/** At which shares a line is written where none can move. */
const MARKS = [0.25, 0.5, 0.75];
/** A mark that is so near is passed with what is written already. */
const NEAR_SHARE = 0.1;

/**
 * Creates what tells of progress: on a terminal by a line that moves, elsewhere by a few lines, nowhere when it is quick.
 *
 * @param options.what - What is being done, such as "learning 20 entries".
 * @param options.clock - Gives ms that only grow.
 */
export function createProgress({output, what, clock}: {output: Output; what: string; clock: () => number}): Progress {
  const startMs = clock();
  let shownMs = startMs + QUIET_MS - MOVE_MS;
  let isShown = false;
  const left = [...MARKS];
  return {
    show(share) {
      const nowMs = clock();
      if (nowMs - startMs < QUIET_MS) return;
      const percent = `${Math.floor(share * 100)} %`;
      if (output.isTTY) {
        if (nowMs - shownMs < MOVE_MS) return;
        shownMs = nowMs;
        output.write(`\r${what}: ${percent} `);
      } else {
        const passed = left.filter((mark) => mark <= share);
        if (isShown && passed.length === 0) return;
        while ((left[0] ?? 2) <= share + NEAR_SHARE) left.shift();
        output.write(`${what}: ${percent}\n`);
      }
      isShown = true;
    },
    end() {
      if (output.isTTY && isShown) output.write('\r\u001b[K');
    },
  };
}

import type {Stages} from './stages.ts';
import type {ToolState} from './tool-tally.ts';

/** The stage in which an answer's tools run. */
export interface ToolStage {
  /** Notes a call that begins; what is returned notes its end. The stage ends with the last call that runs. */
  begin(atMs: number): (atMs: number, state: ToolState) => void;
}

const RANK: Readonly<Record<ToolState, number>> = {end: 0, skipped: 1, error: 2, timeout: 3};

/** Creates the stage `tools` over calls that run side by side; it ends in the worst state of them. */
export function createToolStage(stages: Stages): ToolStage {
  let runningCount = 0;
  let endStage: ReturnType<Stages['begin']> | undefined;
  let worst: ToolState = 'end';
  return {
    begin(startMs) {
      if (runningCount++ === 0) {
        worst = 'end';
        endStage = stages.begin('tools', startMs);
      }
      return (atMs, state) => {
        if (RANK[state] > RANK[worst]) worst = state;
        if (--runningCount === 0) endStage?.(atMs, worst);
      };
    },
  };
}

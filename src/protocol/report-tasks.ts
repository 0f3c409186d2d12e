import type {TaskFigures} from './report-arms.ts';
import type {Figure} from './summary.ts';

/** The tasks of one route, or of one arm of an experiment, and beside them its turns. */
export interface TasksRow extends TaskFigures {
  by: 'all' | 'route' | 'arm';
  /** The route of the task's first turn, or `experiment=arm`. */
  name: string;
  /** Its turns, each alone: how many, and the time until the whole answer was there. */
  turnCount: number;
  turnFigures: Figure[];
}

/** How long visitors took for what they came for. */
export interface TasksReport {
  rows: TasksRow[];
}

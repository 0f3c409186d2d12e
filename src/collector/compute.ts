import type {Reports} from '../protocol/index.ts';
import type {ColdKind, ReadRows, TasksReading} from './readings.ts';
import {type ArmsInput, armsOf} from './report-arms.ts';
import {coldOf} from './report-cold.ts';
import {type DriftInput, driftOf} from './report-drift.ts';
import {tasksOf} from './report-tasks.ts';

/** What the reports that take long are made of: turns one by one. */
export interface Inputs {
  arms: readonly ArmsInput[];
  cold: {rows: ReadRows<ColdKind>};
  drift: DriftInput;
  tasks: TasksReading;
}

/** How many turns and tasks each is made of. */
export const ROW_COUNT: {readonly [Name in keyof Inputs]: (input: Inputs[Name]) => number} = {
  arms: (inputs) => inputs.reduce((sum, {reading: {turns, tasks}}) => sum + turns.pages.length + tasks.pages.length, 0),
  cold: ({rows}) => rows.pages.length,
  drift: ({rows}) => rows.pages.length,
  tasks: ({tasks, turns}) => tasks.pages.length + turns.pages.length,
};

/** How each of them is made; of a million turns in seconds. */
export const COMPUTE: {readonly [Name in keyof Inputs]: (input: Inputs[Name]) => Reports[Name]} = {
  arms: armsOf,
  cold: coldOf,
  drift: driftOf,
  tasks: tasksOf,
};

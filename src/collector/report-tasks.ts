import {PERCENTILES} from '../latency/index.ts';
import type {TaskFigures, TasksReport} from '../protocol/index.ts';
import type {TaskKind, TasksReading} from './readings.ts';
import {clusteredProportion, figuresOfRows, pageSharesOf} from './row-figures.ts';
import {type KindRows, pickRows, sortedRows} from './rows.ts';

/** Makes the table of tasks, all of them first, then routes and arms, each with the most tasks first. */
export function tasksOf({tasks, turns}: TasksReading): TasksReport {
  const sorted = {tasks: sortedRows(tasks), turns: sortedRows(turns)};
  const rows = groupsOf(tasks.kinds).map(({by, name, isIn}) => {
    const turnRows = pickRows(sorted.turns, turns.kinds.map(isIn));
    return {
      by,
      name,
      ...taskFiguresOf({rows: sorted.tasks, kinds: tasks.kinds, isIn}),
      turnCount: turnRows.pages.length,
      turnFigures: figuresOfRows(turnRows, PERCENTILES),
    };
  });
  const order = ['all', 'route', 'arm'];
  return {
    rows: rows
      .filter(({count}) => count > 0)
      .sort((a, b) => order.indexOf(a.by) - order.indexOf(b.by) || b.count - a.count || (a.name < b.name ? -1 : 1)),
  };
}

/** Tells how the tasks of some kinds went. */
export function taskFiguresOf(options: {
  rows: KindRows;
  kinds: readonly TaskKind[];
  isIn: (kind: TaskKind) => boolean;
}): TaskFigures {
  const {rows, kinds} = options;
  const isIn = kinds.map(options.isIn);
  const picked = pickRows(rows, isIn);
  let weight = 0;
  let turnWeight = 0;
  picked.kindIndexes.forEach((kind, at) => {
    weight += picked.weights[at] ?? 0;
    turnWeight += (picked.weights[at] ?? 0) * (kinds[kind]?.turn_count ?? 0);
  });
  const proportion = (isPart: (kind: TaskKind) => boolean) =>
    clusteredProportion(pageSharesOf(picked, kinds.map(isPart)));
  return {
    count: picked.pages.length,
    figures: figuresOfRows(picked, PERCENTILES),
    turnsPerTask: weight > 0 ? turnWeight / weight : 0,
    once: proportion(({turn_count}) => turn_count === 1),
    repeated: proportion(({repeated}) => repeated),
  };
}

type Place = Pick<TaskKind, 'route' | 'arms'>;

function groupsOf(kinds: readonly Place[]): {
  by: 'all' | 'route' | 'arm';
  name: string;
  isIn: (kind: Place) => boolean;
}[] {
  const routes = new Set(kinds.flatMap(({route}) => route ?? []));
  const arms = new Set(kinds.flatMap((kind) => kind.arms.split(' ').filter((each) => each !== '')));
  return [
    {by: 'all', name: 'all', isIn: () => true},
    ...[...routes].map((name) => ({by: 'route' as const, name, isIn: (kind: Place) => kind.route === name})),
    ...[...arms].map((name) => ({
      by: 'arm' as const,
      name,
      isIn: (kind: Place) => kind.arms.split(' ').includes(name),
    })),
  ];
}

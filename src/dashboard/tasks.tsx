import type {Figure, TasksRow} from '../protocol/index.ts';
import {ComparisonCard} from './comparison-card.tsx';
import {FigureText, ShareText} from './figure.tsx';
import {formatCount} from './format.ts';
import type {Query} from './query.ts';
import {ScrollBox} from './scroll-box.tsx';

/** Draws how long visitors took for what they came for, by route and by arm, beside how long each turn took. */
export function Tasks({query}: {query: Query}) {
  return (
    <ComparisonCard
      name="tasks"
      title="From a question to its answer: tasks"
      query={query}
      draw={({rows}) => (rows.length === 0 ? null : <TasksTable rows={rows} />)}
    />
  );
}

function TasksTable({rows}: {rows: readonly TasksRow[]}) {
  return (
    <>
      <ScrollBox label="Tasks, table">
        <table class="arms" aria-labelledby="tasks">
          <thead>
            <tr>
              <th scope="col">Tasks of</th>
              <th scope="col">Tasks</th>
              <th scope="col">Task P50</th>
              <th scope="col">Task P95</th>
              <th scope="col">Turns a task</th>
              <th scope="col">One turn</th>
              <th scope="col">Asked again</th>
              <th scope="col">Turns</th>
              <th scope="col">Turn P50</th>
              <th scope="col">Turn P95</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <TaskLine key={`${row.by} ${row.name}`} row={row} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <p class="note">
        A task is the turns of one page that serve the same need, from the first question to the end of the last answer,
        the visitor's own time between them included. It belongs to the route of its first turn. One that was given up
        counts as still going on then. A turn is its own time to the end of the answer.
      </p>
    </>
  );
}

const at = (figures: readonly Figure[], share: number) => figures.find((figure) => figure.share === share);

function TaskLine({row}: {row: TasksRow}) {
  return (
    <tr>
      <th scope="row" class="stage-name">
        {row.by === 'all' ? 'all' : <code>{row.name}</code>} {row.by !== 'all' && <span class="count">{row.by}</span>}
      </th>
      <td>{formatCount(row.count)}</td>
      <td>
        <FigureText figure={at(row.figures, 0.5)} />
      </td>
      <td>
        <FigureText figure={at(row.figures, 0.95)} />
      </td>
      <td>{row.turnsPerTask.toFixed(2)}</td>
      <td>
        <ShareText share={row.once} />
      </td>
      <td>
        <ShareText share={row.repeated} tone="bad" />
      </td>
      <td>{formatCount(row.turnCount)}</td>
      <td>
        <FigureText figure={at(row.turnFigures, 0.5)} />
      </td>
      <td>
        <FigureText figure={at(row.turnFigures, 0.95)} />
      </td>
    </tr>
  );
}

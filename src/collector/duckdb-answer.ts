import type {DuckDbFile} from './duckdb-file.ts';
import type {Question} from './duckdb-process.ts';

/**
 * Does what an open database is asked.
 *
 * @returns What Tasks says of the task.
 * @throws StoreError
 */
export function answerOf(file: DuckDbFile, question: Exclude<Question, {task: 'open'}>): Promise<unknown> {
  switch (question.task) {
    case 'commit':
      return file.commit(question.given);
    case 'read':
      return file.read(question.given.name, question.given.window);
    case 'totals':
      return file.totals();
    case 'alerts':
      return file.alerts(question.given);
    case 'saveAlerts':
      return file.saveAlerts(question.given);
    case 'prune':
      return file.prune(question.given);
    case 'close':
      return file.close();
  }
}

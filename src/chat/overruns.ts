import type {TurnRecord} from '../latency/index.ts';

/** A budget that a turn exceeded. */
export interface Overrun {
  /** A milestone, or a stage. */
  name: string;
  budgetMs: number;
  actualMs: number;
}

/** Where a page runs while it is made: a visitor has no use for a line in the console. */
const LOCAL = /^(localhost|.*\.localhost|127\..*|\[::1]|.*\.local|.*\.test|)$/;

/**
 * Makes what lists the budgets that a turn exceeded, each once with its worst time.
 *
 * @param onLine - Gets a line for each name, once, where the page runs on the developer's own machine.
 */
export function createOverruns(onLine: (line: string) => void): (record: TurnRecord) => Overrun[] {
  const said = new Set<string>();
  return ({over = [], t, budget, stages = []}) =>
    over.map((name) => {
      const [budgetMs = 0, actualMs = 0] =
        name === 'first-token'
          ? [budget?.token, t.paint ?? t.token]
          : name === 'complete'
            ? [budget?.done, t.done]
            : [stages.find(({s}) => s === name)?.b, Math.max(...stages.flatMap(({s, ms}) => (s === name ? ms : [])))];
      if (LOCAL.test(location.hostname) && !said.has(name)) {
        said.add(name);
        onLine(`over budget: ${name} ${Math.round(actualMs)} > ${budgetMs} ms`);
      }
      return {name, budgetMs, actualMs};
    });
}

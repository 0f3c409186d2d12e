import {
  type Budget,
  CHAT_BUDGET,
  DEFAULT_BUDGET,
  DEFAULT_SHARE,
  type Deadlines,
  highest,
  readBudget,
  readDeadlines,
} from '../latency/index.ts';

/** What a site declared, as its attributes write it. */
export interface Declaration {
  budget: string | undefined;
  preset: 'chat' | undefined;
  deadline: string | undefined;
  /** Gets a line for the site's developer. */
  onLine: (line: string) => void;
}

/** What turns are held to, wherever it was declared. */
export interface Declared {
  /** The budget of a turn; of one that brings its own, that. */
  budget(own?: string): Budget;
  deadlines(): Deadlines;
  /** Takes the budget that the endpoint declares, in ms by attribute names: it holds where the page declares none. */
  learn(budget: Readonly<Record<string, number>>): void;
}

/** Reads what a site declared. What clashes is said in one line, and the default holds. */
export function createDeclared({budget: own, preset, deadline, onLine}: Declaration): Declared {
  const standard = preset ? CHAT_BUDGET : DEFAULT_BUDGET;
  let budget = read('data-budget', own) ?? read('', standard);
  let deadlines = hold();

  function read(where: string, text: string | undefined): Budget | undefined {
    if (text === undefined) return undefined;
    const found = readBudget(text);
    if (typeof found !== 'string') return found;
    onLine(`${where}: ${found}; using the default.`);
    return undefined;
  }

  function hold(): Deadlines {
    const found = readDeadlines(deadline, budget as Budget); // the standard ones can be read
    if (typeof found !== 'string') return found;
    onLine(`data-deadline: ${found}; using the default.`);
    return readDeadlines(undefined, budget as Budget) as Deadlines;
  }

  return {
    budget: (mine) => read('budget', mine) ?? (budget as Budget),
    deadlines: () => deadlines,
    learn(told) {
      const limits = new Map(
        Object.entries(told).flatMap(([name, ms]) => (ms > 0 ? [[name, {ms: Number(ms), share: DEFAULT_SHARE}]] : [])),
      );
      const firstToken = limits.get('first-token');
      const complete = limits.get('complete');
      if (!firstToken || !complete) return;
      for (const milestone of ['first-token', 'complete']) limits.delete(milestone);
      // which of its stages run beside others is the endpoint's to know: whether they fit is not asked again
      const theirs: Budget = {
        firstToken: [firstToken],
        complete: [complete],
        stages: {...(budget as Budget).stages, ...Object.fromEntries(limits)},
      };
      if (own === undefined && !preset) {
        budget = theirs;
        deadlines = hold();
        return;
      }
      const mine = budget as Budget;
      if (highest(mine.firstToken).ms !== firstToken.ms || highest(mine.complete).ms !== complete.ms)
        onLine('the endpoint declares another budget than this page; the one of the page holds here.');
    },
  };
}

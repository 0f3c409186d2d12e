import {GENERATE, type Plan} from './plan.ts';

/** One running of a stage: the stage's name, and a key of its own where that runs more than once in a turn. */
export interface Running {
  key: string;
  stage: string;
}

/**
 * Lists what runs before the first token, in order; those of an inner list at once. As in a budget, stages that the order
 * does not name come first; one that it names twice runs twice, and a name without times runs not at all.
 */
export function stepsOf({stages, critical}: Pick<Plan, 'stages' | 'critical'>): Running[][] {
  const named = critical.flat();
  const counts = new Map<string, number>();
  const run = (stage: string): Running => {
    const count = (counts.get(stage) ?? 0) + 1;
    counts.set(stage, count);
    return {key: count === 1 ? stage : `${stage} ${count}`, stage};
  };
  const known = (stage: string) => stage !== GENERATE && Object.hasOwn(stages, stage);
  return [...Object.keys(stages).filter((stage) => !named.includes(stage)), ...critical]
    .map((step) => [step].flat().filter(known).map(run))
    .filter((step) => step.length > 0);
}

/** Work in steps of a few milliseconds, so that whoever has it done can pause and stop: each tells which share is done, 0 to 1. */
export type Steps<Result> = Generator<number, Result>;

/** Does all steps at once. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Does some steps as a part of others: what was their whole is the part from one share to another. */
export function* asPart<Result>(steps: Steps<Result>, {from, to}: {from: number; to: number}): Steps<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    yield from + step.value * (to - from);
  }
}

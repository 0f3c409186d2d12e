import type {Breaker, Breakers, EndCall} from './breakers.ts';
import {AnswerError} from './failure.ts';
import {MODEL_PATIENCE_MS} from './guarded-model.ts';
import type {ChosenModel} from './model.ts';

/** The routes that an answer may take, and the breakers of their models. */
export interface Routes {
  chosen: ChosenModel;
  /** The route that is taken where the chosen one's model is left alone; absent where there is none. */
  other?: ChosenModel | undefined;
  breakers: Breakers;
}

/** A route whose model may be called. */
export interface AdmittedRoute {
  asked: ChosenModel;
  /** Ends the call that was let through. */
  admitted: EndCall;
}

/** Finds the breaker of a model. */
export function findBreaker(breakers: Breakers, {model}: ChosenModel): Breaker {
  return breakers.of(model, `the model ${model.modelId.slice(0, 64)}`);
}

/** Reads how long no route may be taken, in ms; 0 when one may be. */
export function refusedMs({chosen, other, breakers}: Routes): number {
  return Math.min(...[chosen, ...(other ? [other] : [])].map((route) => findBreaker(breakers, route).refusedMs()));
}

/**
 * Takes the chosen route, or the other one where its model is left alone.
 *
 * @throws AnswerError when none may be taken.
 */
export function admitRoute(routes: Routes): AdmittedRoute {
  const {chosen, other, breakers} = routes;
  for (const asked of [chosen, ...(other ? [other] : [])]) {
    const admitted = findBreaker(breakers, asked).admit(MODEL_PATIENCE_MS);
    if (admitted) return {asked, admitted};
  }
  throw new AnswerError('model-overloaded', refusedMs(routes));
}

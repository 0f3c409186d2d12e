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
export function refusedMs(routes: Routes): number {
  return Math.min(...list(routes).map((route) => findBreaker(routes.breakers, route).refusedMs()));
}

/**
 * Takes the chosen route, or the other one where its model is left alone.
 *
 * @throws AnswerError when none may be taken.
 */
export function admitRoute(routes: Routes): AdmittedRoute {
  for (const asked of list(routes)) {
    const admitted = findBreaker(routes.breakers, asked).admit(MODEL_PATIENCE_MS);
    if (admitted) return {asked, admitted};
  }
  throw new AnswerError('model-overloaded', refusedMs(routes));
}

/** The routes in the order in which they are tried. */
function list({chosen, other}: Routes): ChosenModel[] {
  return other ? [chosen, other] : [chosen];
}

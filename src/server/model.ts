import type {LanguageModel} from 'ai';

/** A language model object of the AI SDK, of any specification version that the SDK still takes; never a bare name. */
export type AnswerModel = Exclude<LanguageModel, string>;

/** The current specification version of a language model object. */
export type LanguageModelV4 = Extract<AnswerModel, {specificationVersion: 'v4'}>;

/** A language model that learns late where it lives. */
export interface ConfigurableModel extends LanguageModelV4 {
  /** Says what is missing before the model can be asked, naming settings and never values; undefined when nothing is. */
  problem(): string | undefined;
  /** Opens the connection to its provider ahead of a question, without asking anything that is paid for. */
  warm?(signal: AbortSignal): Promise<unknown>;
}

/** The routes that a question can take. */
export type RouteName = 'fast' | 'powerful';

/** One model for every route, or one per route; a route without a model takes the fast one. */
export type ModelOption = AnswerModel | {fast: AnswerModel; powerful?: AnswerModel};

/** The model that answers a question, and the route it stands for. */
export interface ChosenModel {
  route: RouteName;
  model: AnswerModel;
}

/**
 * Reads the model option into a choice by wanted route.
 *
 * @returns Picks a model; an unknown route, or one without a model of its own, is the fast one.
 * @throws TypeError when there is no model, or only the name of one.
 */
export function readModels(option: ModelOption): (wanted: string | undefined) => ChosenModel {
  const models: {fast?: unknown; powerful?: unknown} = isModel(option) ? {fast: option} : {...option};
  const {fast, powerful} = models;
  if (!isModel(fast)) throw new TypeError('createAnswerHandler needs a language model object as `model`');
  if (powerful !== undefined && !isModel(powerful)) {
    throw new TypeError('createAnswerHandler needs a language model object as `model.powerful`');
  }
  return (wanted) =>
    wanted === 'powerful' && powerful ? {route: 'powerful', model: powerful} : {route: 'fast', model: fast};
}

/** Says what a model still lacks, in words that name settings; undefined when it can be asked. */
export function readProblem(model: AnswerModel): string | undefined {
  return isConfigurable(model) ? model.problem() : undefined;
}

/** What opens a model's connection ahead of a question; undefined where it offers nothing. */
export function readWarm(model: AnswerModel): ((signal: AbortSignal) => Promise<unknown>) | undefined {
  return isConfigurable(model) ? model.warm?.bind(model) : undefined;
}

function isModel(value: unknown): value is AnswerModel {
  return typeof value === 'object' && value !== null && 'doStream' in value && 'specificationVersion' in value;
}

function isConfigurable(model: AnswerModel): model is ConfigurableModel {
  return 'problem' in model && typeof model.problem === 'function';
}

export type {AnswerEmbedding} from './answer-cache.ts';
export type {BudgetFile, BudgetTime} from './budget-option.ts';
export {type CacheOptions, DEFAULT_CACHE, type PublicTurn} from './cache-option.ts';
export {type Fault, withChaos} from './chaos.ts';
export {
  CLASSIFY_WAIT_MS,
  type Classified,
  type Classify,
  type ClassifyFacts,
  createClassifier,
  MAX_COMPLEX_TO_FAST_SHARE,
} from './classify.ts';
export type {RouteExample} from './complexity.ts';
export {CONTEXT_TTL_MS} from './contexts.ts';
export type {FailureCode} from './failure.ts';
export {createAnswerHandler} from './handler.ts';
export type {CacheHealth, Health} from './health.ts';
export {type Chunk, DEFAULT_INSTRUCTIONS, type InstructionFacts} from './instructions.ts';
export {createKnowledge, type Knowledge, type KnowledgeEntry} from './knowledge.ts';
export {DEFAULT_LIMITS, type Limits} from './limits.ts';
export type {AnswerModel, ConfigurableModel, LanguageModelV4, ModelOption, RouteName} from './model.ts';
export {logTurn, type Observe, type TurnSpan} from './observe.ts';
export {type OpenAICompatibleOptions, openaiCompatible} from './openai-compatible.ts';
export type {AnswerOptions, Retrieve, RoutingOptions} from './options.ts';
export {createOtelObserve, type OtelContext, type OtelSpan, type OtelTracer} from './otel.ts';
export type {RefusalCode} from './refusal.ts';
export {createRoutingReport, type RoutingReport} from './routing-report.ts';
export {createSimulatedModel, type SimulatedModelOptions} from './simulated-model.ts';
export type {StageEnd, StageSpan} from './stages.ts';
export {createMemoryStore, STORE_KEY_COUNT, type Store} from './store.ts';
export type {ToolSpan, ToolState, ToolsSpan} from './tool-tally.ts';
export type {AnswerTool, AnswerTools, SpeculationFacts, ToolTerms} from './tools.ts';
export {SERVER_VERSION} from './version.ts';
export {createVisitorTokens, VISITOR_TOKEN_TTL_MS, type VisitorTokens} from './visitor-tokens.ts';

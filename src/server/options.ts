import type {CompiledPack, PlainPack} from '../faq/index.ts';
import type {AnswerEmbedding} from './answer-cache.ts';
import type {BudgetFile} from './budget-option.ts';
import type {CacheOptions} from './cache-option.ts';
import type {Classify} from './classify.ts';
import type {RouteExample} from './complexity.ts';
import type {Chunk, InstructionFacts} from './instructions.ts';
import type {Limits} from './limits.ts';
import type {ModelOption} from './model.ts';
import type {Observe} from './observe.ts';
import type {Store} from './store.ts';
import type {AnswerTools} from './tools.ts';

/**
 * Finds passages for a question, best first. Runs once a turn while the reader already has the answer's headers; what
 * it throws, or is late with, costs the passages, not the answer.
 *
 * @param question - The visitor's words, or null when only topics are known.
 * @param facts.topics - Topic ids that the page expects the question to be about.
 * @param facts.signal - Aborts when the answer is stopped, or given up because nobody reads it, and when its time is over.
 * @param facts.deadlineMs - How long passages are waited for, in ms from now: the least of what `budget` allows the stage
 *   `retrieval`, where it names it, and of what is left until the answer's deadline; absent when there is neither.
 * @param facts.traceparent - Continues the trace of the page that asked; absent when it sent none.
 */
export type Retrieve = (
  question: string | null,
  facts: {topics: readonly string[]; signal: AbortSignal; deadlineMs?: number; traceparent?: string},
) => readonly Chunk[] | Promise<readonly Chunk[]>;

/** How a handler with two models chooses between them. A route that the page names is taken as it is. */
export interface RoutingOptions {
  /** Questions with the route that each should take, for the local classifier; default none: rules alone. */
  examples?: readonly RouteExample[];
  /** The part of complex questions that may go to the fast model, 0 to 1; default MAX_COMPLEX_TO_FAST_SHARE. */
  maxComplexToFastShare?: number;
  /**
   * Whether the fast model may hand a question over with its first message, before any text, by calling the tool
   * `escalate` that it is then given; nothing with side effects that the same message calls is done. False for models that
   * take no tools. Default true where there is a powerful model, and no tool of that name in `tools`.
   */
  escalate?: boolean;
}

/** What createAnswerHandler is made from. Only `model` is required. */
export interface AnswerOptions {
  /**
   * The language model, or one for each route. One that failed before its first token in more than half of its latest
   * calls is left alone, for 10 s at first: the other route answers in its place, or questions are refused at once.
   */
  model: ModelOption;
  /** System prompt, or a function that writes it for a language and page; default DEFAULT_INSTRUCTIONS. */
  instructions?: string | ((facts: InstructionFacts) => string);
  /**
   * Latency budget, as the text of `data-budget` or the parsed budget file; default DEFAULT_BUDGET. What it says of the
   * stages `retrieval` and `context` is a limit too: the answer goes on without what is not there by then.
   */
  budget?: string | BudgetFile;
  /**
   * FAQ pack, plain or compiled: questions are classed by its topics, and other phrasings of a question find its kept
   * answer. What is no pack is left out with one console line. Default none.
   */
  faq?: PlainPack | CompiledPack;
  /** Says what a question is and which route it takes, within CLASSIFY_WAIT_MS; default createClassifier's. */
  classify?: Classify;
  /** How the routes are chosen; default by rules, with escalation. */
  routing?: RoutingOptions;
  /**
   * Embedding model object; with it and `cache` questions that mean the same find a kept answer. One that fails as often as
   * a model may is left alone as long. Default none.
   */
  embedding?: AnswerEmbedding;
  /** How answers for everybody are kept and given again; default not at all. */
  cache?: CacheOptions;
  /** Finds passages for a question; default none. */
  retrieve?: Retrieve;
  /**
   * After how many ms without passages retrieval is run a second time beside the first, for one turn in twenty at most:
   * what is there first counts, the other one's signal aborts. Only for a `retrieve` that changes nothing. Default never.
   */
  hedgeRetrievalMs?: number;
  /**
   * Tools that the model may call, by their names; default none. Independent calls run at one time, each from when its
   * arguments are there; one that fails or is late costs no other. At most 5 messages of the model and 16 calls a turn.
   */
  tools?: AnswerTools;
  /**
   * How often a call of the model is made again that had a failure which may pass (no connection, 408, 425, 429, 5xx),
   * before the answer's first text: after a random wait beyond the one that the provider asks for, where that fits the
   * deadline. From 0 to 5; default 0. Each wait is a stage, `retry`. Retries of a model's own are better turned off.
   */
  retries?: number;
  /**
   * Facts about the visitor (cart, user, permissions) from the server's own cookie, as anything that JSON can say; they
   * go into the prompt. Runs beside retrieval, as the stage `context`; what it throws, or is late with, costs the facts,
   * not the answer. Must not read the body.
   *
   * It runs at hello already, when a visitor opens the chat, and what it gave is used for two minutes by questions of the
   * same visitor with the same cookies.
   */
  context?: (request: Request) => unknown;
  /**
   * Warms the provider when a visitor opens the chat, at most every four minutes; what it throws is dropped. `prompt`: each
   * model reads what its prompts begin with (instructions and tools), which many providers keep for some minutes, and which
   * is paid for. Default: the model's own `warm`, where it has one: its connection, without asking anything.
   */
  warm?: 'prompt' | ((signal: AbortSignal) => Promise<unknown>);
  /** Origins that may ask beside the endpoint's own; default none. */
  origins?: readonly string[];
  /** Sizes and counts; default DEFAULT_LIMITS. */
  limits?: Partial<Limits>;
  /**
   * Decides on every POST before its body is read (and must not read it), and on every replay: a Response refuses and is
   * sent as it is, null refuses with 401, anything else is the visitor; a throw refuses with 503. Default: everybody may
   * ask.
   *
   * A visitor is told from others by `id` (a text or a number), or by the value itself when it is no object: only the
   * same visitor can resume, replay or stop an answer. An object without `id` is never the same, with one console line.
   */
  authorize?: (request: Request) => unknown;
  /**
   * Names the address that a request comes from, as the shop's own server or proxy knows it, for the limit by address.
   * Default none: no header is believed, since any client can write one.
   */
  address?: (request: Request) => string;
  /**
   * Where counts and contexts are kept, and which attempt at a turn may have side effects; instances share one or count for
   * themselves. Default createMemoryStore.
   */
  store?: Store;
  /**
   * Whether a page may ask a second time while it waits for the first text, and take the answer that comes first. False
   * for backends whose answers have side effects, as those have of which a tool says so: pages are told so, and a second
   * attempt is refused with 429. Default true: for one turn in twenty, and after the 95th percentile of first-token times.
   */
  hedge?: boolean;
  /** Is told each turn when it ended; default logTurn, one JSON line to the console. */
  observe?: Observe;
  /** Monotonic clock in ms, for tests; default `performance.now`. */
  clock?: () => number;
}

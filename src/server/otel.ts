import type {Observe, TurnSpan} from './observe.ts';

/** A span of the OpenTelemetry API, as far as it is used here. */
export interface OtelSpan {
  /** Says how the work went; code 2 is a failure. */
  setStatus(status: {code: number}): unknown;
  /** Ends the span, at a time in epoch ms. */
  end(endAt: number): void;
}

/** A context of the OpenTelemetry API: says under which span a new one begins. */
export interface OtelContext {
  /** Reads a value. */
  getValue(key: symbol): unknown;
  /** Makes a context that has one value more. */
  setValue(key: symbol, value: unknown): OtelContext;
  /** Makes a context that has one value less. */
  deleteValue(key: symbol): OtelContext;
}

/** A tracer of the OpenTelemetry API: what `trace.getTracer(name)` gives. */
export interface OtelTracer {
  /** Begins a span at a time in epoch ms; without a context, under the span that is active. */
  startSpan(
    name: string,
    options: {startTime: number; attributes: Record<string, string | number | boolean>},
    context?: OtelContext,
  ): OtelSpan;
}

type Attributes = Record<string, string | number | boolean | undefined>;

/**
 * The names of what spans carry, in one place: those of the OpenTelemetry conventions for generative AI, and ours for what
 * they have no name for.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/
 */
const NAMES = {
  operation: 'gen_ai.operation.name',
  model: 'gen_ai.request.model',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cachedTokens: 'gen_ai.usage.cache_read.input_tokens',
  tool: 'gen_ai.tool.name',
  error: 'error.type',
  run: 'firstword.run',
  attempt: 'firstword.attempt',
  route: 'firstword.route',
  promptClass: 'firstword.prompt_class',
  outcome: 'firstword.outcome',
  cache: 'firstword.cache',
  cold: 'firstword.cold',
  firstTokenMs: 'firstword.first_token_ms',
  unattributedMs: 'firstword.unattributed_ms',
  providerStatus: 'firstword.provider_status',
  spanId: 'firstword.span_id',
  stage: 'firstword.stage',
  state: 'firstword.state',
} as const;

/** Where the API keeps the active span in a context: by a description, so that its versions find each other's. */
const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN');

const ERROR = 2;

/**
 * Creates an observer that tells each turn to OpenTelemetry: a span for the turn, and in it one for each stage and for each
 * call of a tool. It carries what TurnSpan does: times, counts and closed words, never text.
 *
 * A turn whose page sent a trace stands in it, below the page's own span; any other one below the span that is active, or
 * alone. The turn's `spanId`, which retrieval was handed as its parent, is an attribute: the API gives spans ids of its own.
 *
 * @param tracer - From whatever SDK and exporter the shop has set up; one without an SDK drops everything.
 */
export function createOtelObserve(tracer: OtelTracer): Observe {
  return (turn) => {
    const beganAt = Date.now() - turn.totalMs;
    const begin = (name: string, options: {atMs: number; attributes: Attributes; context?: OtelContext}) =>
      tracer.startSpan(
        name,
        {startTime: beganAt + options.atMs, attributes: leaveOut(options.attributes)},
        ...(options.context ? ([options.context] as const) : []),
      );
    const root = begin(`chat ${turn.model}`, {atMs: 0, attributes: describe(turn), ...readParent(turn)});
    const context = createContext(new Map([[SPAN_KEY, root]]));
    const tell = (name: string, work: {atMs: number; ms: number; state: string; attributes: Attributes}) => {
      const {atMs, ms, state} = work;
      const failure = state === 'error' || state === 'timeout' ? state : undefined;
      const attributes = {...work.attributes, [NAMES.state]: state, [NAMES.error]: failure};
      const span = begin(name, {atMs, attributes, context});
      if (failure) span.setStatus({code: ERROR});
      span.end(beganAt + atMs + ms);
    };
    for (const {stage, ...times} of turn.timeline) {
      const isGap = stage === 'overhead' && times.ms === 0;
      if (!isGap) tell(stage, {...times, attributes: {[NAMES.stage]: stage}});
    }
    for (const {tool, ...times} of turn.tools?.calls ?? []) {
      const attributes = {[NAMES.operation]: 'execute_tool', [NAMES.tool]: tool};
      tell(`execute_tool ${tool}`, {...times, attributes});
    }
    if (turn.outcome === 'error') root.setStatus({code: ERROR});
    root.end(beganAt + turn.totalMs);
  };
}

function describe(turn: TurnSpan): Attributes {
  return {
    [NAMES.operation]: 'chat',
    [NAMES.model]: turn.model,
    [NAMES.inputTokens]: turn.inputTokenCount,
    [NAMES.outputTokens]: turn.outputTokenCount,
    [NAMES.cachedTokens]: turn.cachedTokenCount,
    [NAMES.error]: turn.code,
    [NAMES.run]: turn.run,
    [NAMES.attempt]: turn.attempt,
    [NAMES.route]: turn.route,
    [NAMES.promptClass]: turn.promptClass,
    [NAMES.outcome]: turn.outcome,
    [NAMES.cache]: turn.cache,
    [NAMES.cold]: turn.cold,
    [NAMES.firstTokenMs]: turn.firstTokenMs,
    [NAMES.unattributedMs]: turn.unattributedMs,
    [NAMES.providerStatus]: turn.providerStatus,
    [NAMES.spanId]: turn.spanId,
  };
}

/** The page's span, as the API takes one of another process: by what it says of itself alone. */
function readParent({traceId, parentSpanId, sampled}: TurnSpan): {context?: OtelContext} {
  if (traceId === undefined || parentSpanId === undefined) return {};
  const said = {traceId, spanId: parentSpanId, traceFlags: sampled ? 1 : 0, isRemote: true};
  return {context: createContext(new Map([[SPAN_KEY, {spanContext: () => said}]]))};
}

function createContext(values: ReadonlyMap<symbol, unknown>): OtelContext {
  return {
    getValue: (key) => values.get(key),
    setValue: (key, value) => createContext(new Map(values).set(key, value)),
    deleteValue: (key) => createContext(new Map([...values].filter(([each]) => each !== key))),
  };
}

function leaveOut(attributes: Attributes): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

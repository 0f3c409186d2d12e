import {SpanStatusCode, trace} from '@opentelemetry/api';
import {BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor} from '@opentelemetry/sdk-trace-base';
import {describe, expect, it, vi} from 'vitest';
import {type AnswerOptions, createOtelObserve} from '../../src/server/index.ts';
import {ask} from './ask.ts';
import {readAnswer} from './events.ts';
import {openShop} from './shop.ts';
import {takeMs} from './take-ms.ts';
import {createToolModel} from './tool-model.ts';
import {makeTool} from './tool-shop.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const SECRET = 'where is my parcel';

/** Answers a question in front of OpenTelemetry's own SDK, and gives the spans that it would export. */
async function record(options: Partial<AnswerOptions>, asked: Parameters<typeof ask>[1] = {}) {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({spanProcessors: [new SimpleSpanProcessor(exporter)]});
  const observe = createOtelObserve(provider.getTracer('firstword'));
  let turn: Parameters<typeof observe>[0] | undefined;
  const shop = openShop(['Two ', 'days.'], {
    ...options,
    observe: (span) => {
      turn = span;
      observe(span);
    },
  });
  await readAnswer(await shop.handler(ask(SECRET, asked)));
  await vi.waitFor(() => expect(turn).toBeDefined());
  await provider.forceFlush();
  const spans = exporter.getFinishedSpans();
  const root = spans.find(({name}) => name.startsWith('chat '));
  return {turn, root, children: spans.filter((span) => span !== root)};
}

const toMs = ([seconds, nanos]: readonly [number, number]) => seconds * 1000 + nanos / 1e6;

describe('a turn in OpenTelemetry', () => {
  it('is a span with a child for each stage and each call of a tool, at their own times', async () => {
    const {model} = createToolModel([{call: 'order'}], ['Two days.']);
    const tools = {order: makeTool(() => takeMs(20).then(() => 'sent'))};
    const retrieve = () => takeMs(20).then(() => [{id: '1', text: 'x'}]);
    const {turn, root, children} = await record({model, tools, retrieve});
    if (!turn || !root) throw new Error('no turn was told');
    expect(root.name).toBe('chat tools-1');
    const names = children.map(({name}) => name);
    expect(names).toEqual(expect.arrayContaining(['retrieval', 'model', 'generate', 'execute_tool order']));
    expect(toMs(root.duration)).toBeCloseTo(turn.totalMs, 1);
    for (const {name, parentSpanContext, startTime, endTime, attributes} of children) {
      expect(parentSpanContext?.spanId, name).toBe(root.spanContext().spanId);
      expect(toMs(startTime)).toBeGreaterThanOrEqual(toMs(root.startTime) - 0.1);
      expect(toMs(endTime)).toBeLessThanOrEqual(toMs(root.endTime) + 0.1);
      expect(attributes['firstword.state']).toBe('end');
    }
    const retrieval = children.find(({name}) => name === 'retrieval');
    const at = turn.timeline.find(({stage}) => stage === 'retrieval');
    expect(toMs(retrieval?.startTime ?? [0, 0]) - toMs(root.startTime)).toBeCloseTo(at?.atMs ?? 0, 1);
    expect(toMs(retrieval?.duration ?? [0, 0])).toBeCloseTo(at?.ms ?? 0, 1);
  });

  it('carries the names that are agreed on for models, and no text', async () => {
    const {model} = createToolModel([{call: 'order', input: {id: SECRET}}], [SECRET]);
    const {root, children} = await record({model, tools: {order: makeTool(() => SECRET)}});
    expect(root?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'tools-1',
      'gen_ai.usage.input_tokens': 80,
      'gen_ai.usage.output_tokens': 14,
      'gen_ai.usage.cache_read.input_tokens': 60,
      'firstword.outcome': 'complete',
      'firstword.route': 'fast',
    });
    const call = children.find(({name}) => name === 'execute_tool order');
    expect(call?.attributes).toMatchObject({'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'order'});
    const all = [root, ...children].map((span) => [span?.name, span?.attributes, span?.status, span?.events]);
    expect(JSON.stringify(all)).not.toContain(SECRET);
  });

  it.each([
    ['01', true],
    ['00', false],
  ])(
    'stands below the span of the page that sent flags %s, and is recorded as that one is',
    async (flags, isRecorded) => {
      const traceparent = `00-${TRACE_ID}-${PARENT}-${flags}`;
      const {turn, root, children} = await record({}, {fw: {traceparent}});
      expect(turn?.sampled).toBe(isRecorded);
      if (!isRecorded) return expect([root, children]).toEqual([undefined, []]);
      expect(root?.parentSpanContext).toMatchObject({traceId: TRACE_ID, spanId: PARENT, isRemote: true});
      expect(root?.attributes['firstword.span_id']).toBe(turn?.spanId);
      expect(children.length).toBeGreaterThan(0);
      for (const child of children) expect(child.spanContext().traceId).toBe(TRACE_ID);
    },
  );

  it('says what failed, by its code alone', async () => {
    const fail = () => Promise.reject(new Error(SECRET));
    const {model} = createToolModel([{call: 'order'}], [new Error(SECRET)]);
    const {root, children} = await record({model, retrieve: fail, tools: {order: makeTool(fail)}});
    expect(root).toMatchObject({attributes: {'error.type': 'model-failed'}, status: {code: SpanStatusCode.ERROR}});
    for (const name of ['retrieval', 'execute_tool order']) {
      const span = children.find((each) => each.name === name);
      expect(span).toMatchObject({attributes: {'error.type': 'error'}, status: {code: SpanStatusCode.ERROR}});
    }
    expect(JSON.stringify([root?.status, root?.attributes])).not.toContain(SECRET);
  });

  it('is dropped where no SDK is set up', async () => {
    const observe = createOtelObserve(trace.getTracer('firstword'));
    const shop = openShop(['Yes'], {observe});
    expect((await readAnswer(await shop.handler(ask('?')))).text).toBe('Yes');
  });
});

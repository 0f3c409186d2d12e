import {describe, expect, it, vi} from 'vitest';
import {CLASSIFY_WAIT_MS} from '../../src/server/classify.ts';
import {type AnswerOptions, createAnswerHandler, type LanguageModelV4, type TurnSpan} from '../../src/server/index.ts';
import {SHOP} from '../faq/packs.ts';
import {ask} from './ask.ts';
import {inside, readAnswer} from './events.ts';
import {createScriptedModel} from './scripted-model.ts';

const COMPLEX = 'Compare the two beds, and explain which is better if I sleep on my side?';

type StreamPart =
  Awaited<ReturnType<LanguageModelV4['doStream']>>['stream'] extends ReadableStream<infer Part> ? Part : never;

/** A model that says something first, or nothing, and hands over. */
function createEscalatingModel(said = '') {
  const base = createScriptedModel([]);
  const usage = {
    inputTokens: {total: 50, noCache: 50, cacheRead: 0, cacheWrite: 0},
    outputTokens: {total: 3, text: 3, reasoning: 0},
  };
  const parts: StreamPart[] = [
    {type: 'stream-start', warnings: []},
    ...(said === ''
      ? []
      : ([
          {type: 'text-start', id: 'x'},
          {type: 'text-delta', id: 'x', delta: said},
          {type: 'text-end', id: 'x'},
        ] as const)),
    {type: 'tool-input-start', id: 'c1', toolName: 'escalate'},
    {type: 'tool-input-end', id: 'c1'},
    {type: 'tool-call', toolCallId: 'c1', toolName: 'escalate', input: '{}'},
    {type: 'finish', finishReason: {unified: 'tool-calls', raw: 'tool_calls'}, usage},
  ];
  const calls: Parameters<LanguageModelV4['doStream']>[0][] = [];
  const model: LanguageModelV4 = {
    ...base.model,
    modelId: 'small-1',
    async doStream(call) {
      calls.push(call);
      return {
        stream: new ReadableStream<StreamPart>({
          start(controller) {
            for (const part of parts) controller.enqueue(part);
            controller.close();
          },
        }),
      };
    },
  };
  return {model, calls};
}

function open(options: Partial<AnswerOptions> = {}) {
  const fast = createScriptedModel(['quick']);
  const powerful = createScriptedModel(['thorough']);
  const spans: TurnSpan[] = [];
  const strong: LanguageModelV4 = {...powerful.model, modelId: 'large-1'};
  const handler = createAnswerHandler({
    model: {fast: fast.model, powerful: strong},
    observe: (span) => spans.push(span),
    ...options,
  });
  const say = async (text: string, fw: object = {}) => {
    const read = await readAnswer(await handler(ask(text, {fw: {key: crypto.randomUUID(), ...fw}})));
    return {...read, start: inside(read.parts[0], 'messageMetadata', 'fw')};
  };
  return {say, spans, fast, powerful, strong};
}

describe('the route of a question', () => {
  it('is what it was classified as, and told with its class', async () => {
    const {say, spans} = open({faq: SHOP});
    expect(await say('how long does delivery take')).toMatchObject({
      text: 'quick',
      start: {route: 'fast', model: 'scripted-1', promptClass: 'shipping'},
    });
    expect(await say(COMPLEX)).toMatchObject({text: 'thorough', start: {route: 'powerful', promptClass: 'complex'}});
    expect(spans).toMatchObject([
      {route: 'fast', promptClass: 'shipping'},
      {route: 'powerful', promptClass: 'complex', model: 'large-1'},
    ]);
  });

  it('is what the page names, when it does', async () => {
    const {say, fast} = open();
    expect((await say(COMPLEX, {route: 'fast'})).text).toBe('quick');
    expect(fast.calls[0]?.tools).toBeUndefined(); // no handing over of what was asked for by name
    expect((await say('Hi', {route: 'powerful'})).text).toBe('thorough');
  });

  it("is the handler's own classifier's, which is given history and page", async () => {
    const seen: unknown[] = [];
    const {say} = open({
      classify: (question, facts) => {
        seen.push([question, facts]);
        return {promptClass: 'mine', route: 'powerful'};
      },
    });
    expect((await say('Hi', {context: {product: 'sku-1'}})).start).toMatchObject({
      promptClass: 'mine',
      route: 'powerful',
    });
    expect(seen).toEqual([['Hi', {history: [], page: {product: 'sku-1'}}]]);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('secret'))],
    ['gives words of the visitor', () => ({promptClass: 'Where is <b>', route: 'fast' as const})],
    ['gives no route', () => JSON.parse('{"promptClass": "a"}')],
    ['gives nothing', () => JSON.parse('null')],
  ])('is that of the local classifier where its own %s', async (_, classify) => {
    const {say, spans} = open({classify});
    const {text, blocks} = await say(COMPLEX);
    expect(text).toBe('thorough');
    expect(spans).toMatchObject([{failed: ['classify'], promptClass: 'complex'}]);
    expect(JSON.stringify([blocks, spans])).not.toMatch(/secret|<b>/);
  });

  it('does not wait for a classifier that is late', async () => {
    vi.useFakeTimers();
    try {
      const {say, spans} = open({classify: () => new Promise(() => {})});
      const said = say(COMPLEX);
      await vi.advanceTimersByTimeAsync(CLASSIFY_WAIT_MS);
      expect((await said).text).toBe('thorough');
      expect(spans).toMatchObject([{failed: ['classify']}]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('waits for none beyond the deadline of the answer', async () => {
    vi.useFakeTimers();
    try {
      const {say, spans} = open({classify: () => new Promise(() => {})});
      const said = say('Hi', {deadlineMs: CLASSIFY_WAIT_MS / 5});
      await vi.advanceTimersByTimeAsync(CLASSIFY_WAIT_MS / 5);
      expect((await said).parts.at(-2)).toMatchObject({data: {code: 'deadline'}});
      expect(spans).toMatchObject([{failed: ['classify'], outcome: 'error'}]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('leaves out a pack that is none, with one line', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const {say} = open({faq: JSON.parse('{"entries": 3}')});
    expect((await say('Hi')).text).toBe('quick');
    expect(warn.mock.calls.flat().join()).toMatch(/\[firstword\] faq: /);
    warn.mockRestore();
  });
});

describe('a fast model that hands over before its first text', () => {
  it('is followed by the powerful one, with the cost in the span and the route at the end', async () => {
    const small = createEscalatingModel();
    const {say, spans, powerful, strong} = open();
    const handed = open({model: {fast: small.model, powerful: strong}});
    const {text, start, parts} = await handed.say('Is it good?');
    expect(text).toBe('thorough');
    expect(start).toMatchObject({route: 'fast', model: 'small-1'});
    expect(inside(parts.at(-1), 'messageMetadata', 'fw')).toMatchObject({route: 'powerful'});
    expect(handed.spans).toMatchObject([
      {
        ...{route: 'powerful', model: 'large-1', outcome: 'complete', outputTokenCount: 7},
        escalated: {from: 'small-1', inputTokenCount: 50, outputTokenCount: 3},
      },
    ]);
    expect(handed.spans[0]?.escalated?.lostMs).toBeGreaterThanOrEqual(0);
    const stages = parts.filter(({type}) => type === 'data-fw-stage').map((part) => inside(part, 'data'));
    const models = stages.filter(({stage}) => stage === 'model').map(({state}) => state);
    expect(models).toEqual(['start', 'end', 'start', 'end']);
    expect(powerful.calls[0]?.tools).toBeUndefined();
    expect(small.calls[0]?.tools).toMatchObject([{name: 'escalate'}]);
    await say('Is it good?');
    expect(spans[0]).not.toHaveProperty('escalated');
  });

  it('cannot once it has begun: what it said stands', async () => {
    const small = createEscalatingModel('It is.');
    const {strong} = open();
    const {say, spans} = open({model: {fast: small.model, powerful: strong}});
    expect((await say('Is it good?')).text).toBe('It is.');
    expect(spans).toMatchObject([{route: 'fast', outcome: 'complete'}]);
    expect(spans[0]).not.toHaveProperty('escalated');
  });

  it('is not asked to where there is one model, or it is turned off', async () => {
    const {say, fast} = open({routing: {escalate: false}});
    await say('Hi');
    expect(fast.calls[0]?.tools).toBeUndefined();
    const alone = createScriptedModel(['a']);
    await readAnswer(await createAnswerHandler({model: alone.model, observe: () => {}})(ask('Hi')));
    expect(alone.calls[0]?.tools).toBeUndefined();
  });

  it('is an answer that failed when the powerful one fails', async () => {
    const small = createEscalatingModel();
    const broken = createScriptedModel([new Error('secret')]);
    const {say, spans} = open({model: {fast: small.model, powerful: broken.model}});
    const {types, blocks} = await say('Is it good?');
    expect(types.at(-1)).toBe('error');
    expect(blocks.join('')).not.toContain('secret');
    expect(spans).toMatchObject([{outcome: 'error', route: 'powerful', escalated: {from: 'small-1'}}]);
  });
});

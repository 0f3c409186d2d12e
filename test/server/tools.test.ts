import {jsonSchema, tool} from 'ai';
import {afterEach, describe, expect, it, vi} from 'vitest';
import {createGate} from '../gate.ts';
import {inside} from './events.ts';
import {takeMs} from './take-ms.ts';
import type {MessageStep} from './tool-model.ts';
import {makeSlow, makeTool, openToolShop, stagesOf} from './tool-shop.ts';

const endless = () => new Promise<never>(() => {});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a tool that the model calls', () => {
  it('runs, and the model answers with its result', async () => {
    const {answer, calls, results, spans} = openToolShop([[{call: 'order', input: {id: 7}}], ['It left.']], {
      tools: {order: makeTool(({id}) => ({id, state: 'sent'}), {timeoutMs: 900, budgetMs: 500})},
    });
    const {text, parts} = await answer();
    expect(text).toBe('It left.');
    expect(calls[0]?.tools).toMatchObject([{type: 'function', name: 'order', description: 'a tool'}]);
    expect(JSON.stringify(calls[0]?.tools)).not.toMatch(/timeoutMs|budgetMs/);
    expect(results(1)).toEqual([['order', {type: 'json', value: {id: 7, state: 'sent'}}]]);
    expect(parts.at(-1)).toMatchObject({messageMetadata: {usage: {inputTokens: 80, outputTokens: 14}}});
    expect(JSON.stringify(parts)).not.toContain('sent');
    expect(spans).toMatchObject([
      {tools: {callCount: 1, timeoutCount: 0, errorCount: 0, sharedCount: 0, calls: [{tool: 'order', state: 'end'}]}},
    ]);
    expect(spans[0]).not.toHaveProperty('failed');
  });

  it('starts when its arguments are closed, while the message goes on', async () => {
    const gate = createGate();
    const execute = vi.fn(() => 'ok');
    const {open, calls} = openToolShop([[{call: 'order'}, () => gate.opened], ['Done.']], {
      tools: {order: makeTool(execute)},
    });
    const reading = (await open()).rest();
    await vi.waitFor(() => expect(execute).toHaveBeenCalledOnce());
    expect(calls).toHaveLength(1);
    gate.open();
    await reading;
    expect(execute).toHaveBeenCalledOnce();
    expect(calls).toHaveLength(2);
  });

  it('waits for the end of the message where it has side effects, and does nothing when that breaks off', async () => {
    const gate = createGate();
    const read = vi.fn(() => 'ok');
    const cancel = vi.fn(() => 'ok');
    const tools = {read: makeTool(read), cancel: makeTool(cancel, {sideEffects: true})};
    const broken: MessageStep[] = [{call: 'cancel'}, {call: 'read'}, () => gate.opened, new Error('cut')];
    const {open, spans} = openToolShop([broken], {tools});
    const reading = (await open()).rest();
    await vi.waitFor(() => expect(read).toHaveBeenCalledOnce());
    gate.open();
    await reading;
    expect(cancel).not.toHaveBeenCalled();
    expect(spans).toMatchObject([{outcome: 'error', tools: {callCount: 1, calls: [{tool: 'read'}]}}]);

    const whole = openToolShop([[{call: 'cancel'}], ['Done.']], {tools});
    expect((await whole.answer()).text).toBe('Done.');
    expect(cancel).toHaveBeenCalledOnce();
  });

  it('leaves the wait for what is said next to the model, from when it is asked', async () => {
    const gate = createGate();
    const {open} = openToolShop([[{call: 'order'}], [() => gate.opened, 'Done.']], {
      tools: {order: makeTool(() => 'sent')},
    });
    const events = await open();
    const until = async (state: string) => {
      for (;;) if (inside(await events.until('data-fw-stage'), 'data')['stage'] === state) return;
    };
    await until('tools');
    await until('model'); // told while the model says nothing yet
    gate.open();
    await events.until('text-delta');
    await events.rest();
  });

  it('is a stage between two of the model', async () => {
    const gate = createGate();
    const {answer} = openToolShop([[{call: 'order'}, () => gate.opened], ['Done.']], {
      tools: {
        order: makeTool(async () => {
          gate.open();
          await takeMs(5);
        }),
      },
    });
    const {parts} = await answer();
    expect(stagesOf(parts)).toEqual([
      ...['classify end', 'model start', 'tools start', 'model end', 'tools end', 'model start', 'model end'],
      ...['generate start', 'generate end'],
    ]);
    const {totalMs, stages} = inside(parts.at(-1), 'messageMetadata', 'fw') as {
      totalMs: number;
      stages: Record<string, number>; // as wire.md says
    };
    const sumMs = Object.values(stages).reduce((sum, ms) => sum + ms, 0);
    expect(Math.abs(sumMs - totalMs)).toBeLessThanOrEqual(1);
    expect(stages['tools']).toBeGreaterThan(0);
  });

  it('comes between two paragraphs where the model has spoken before', async () => {
    const {answer} = openToolShop(
      [
        ['Let me look.', {call: 'order'}],
        ['It', ' left.'],
      ],
      {
        tools: {order: makeTool(() => 'ok')},
      },
    );
    const {text, types, parts} = await answer();
    expect(text).toBe('Let me look.\n\nIt left.');
    expect(types.filter((type) => type === 'text-start' || type === 'text-end')).toEqual(['text-start', 'text-end']);
    expect(stagesOf(parts).filter((stage) => stage.startsWith('generate'))).toHaveLength(4);
  });

  it('is given what the server knows of the visitor, held against its own schema', async () => {
    const seen: unknown[] = [];
    const order = makeTool((_, {context}) => seen.push(context));
    const validate = (value: unknown) =>
      (value as {user: string}).user === 'ann'
        ? {success: true as const, value: {user: 'ann'}}
        : {success: false as const, error: new Error('nobody')};
    const mine = {...order, contextSchema: jsonSchema<{user: string}>({type: 'object'}, {validate})};
    const {answer, results, spans} = openToolShop([[{call: 'order'}, {call: 'mine'}], ['Done.']], {
      tools: {order, mine},
      context: (request) => ({user: request.headers.get('x-user')}),
    });
    await answer({}, {'x-user': 'ann'});
    expect(seen).toEqual([{user: 'ann'}, {user: 'ann'}]);
    const other = openToolShop([[{call: 'order'}, {call: 'mine'}], ['Done.']], {
      tools: {order, mine},
      context: () => ({user: 'bob'}),
    });
    expect((await other.answer()).text).toBe('Done.');
    expect(other.results(1)[1]).toEqual([
      'mine',
      {type: 'error-text', value: 'Error: The tool mine failed. Go on without it.'},
    ]);
    expect(other.spans).toMatchObject([{tools: {errorCount: 1}}]);
    expect([results(1).length, spans[0]?.tools?.errorCount]).toEqual([2, 0]);
  });

  it('may be described for the visitor, and is offered where that fails', async () => {
    const order = makeTool(() => 'ok');
    const description = ({context}: {context: {user: string}}) => `orders of ${context.user}`;
    const written = {...order, description} as typeof order; // the spread of a union is none of its members
    const ann = openToolShop([['Hi.']], {tools: {order: written}, context: () => ({user: 'ann'})});
    await ann.answer();
    const nobody = openToolShop([['Hi.']], {tools: {order: written}});
    expect((await nobody.answer()).text).toBe('Hi.');
    expect(ann.calls[0]?.tools).toMatchObject([{name: 'order', description: 'orders of ann'}]);
    expect(nobody.calls[0]?.tools).toMatchObject([{name: 'order'}]);
  });

  it('may give several outputs, of which the last counts', async () => {
    const {answer, results} = openToolShop([[{call: 'order'}], ['Done.']], {
      tools: {
        order: makeTool(async function* () {
          yield 'looking';
          yield 'found';
        }),
      },
    });
    await answer();
    expect(results(1)).toEqual([['order', {type: 'text', value: 'found'}]]);
  });
});

describe('tools that the model calls in one message', () => {
  const three: MessageStep[] = [{call: 'a'}, {call: 'b'}, {call: 'c'}];

  it('take the longest of their times', async () => {
    vi.useFakeTimers();
    const {answer, spans} = openToolShop([three, ['Done.']], {
      tools: {a: makeSlow(800), b: makeSlow(1200), c: makeSlow(600)},
    });
    const reading = answer();
    await vi.advanceTimersByTimeAsync(1_199);
    expect(spans).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect((await reading).text).toBe('Done.');
    expect(spans[0]?.stages['tools']).toBe(1_200);
    expect(spans[0]?.totalMs).toBe(1_200);
    expect(spans[0]?.tools?.calls.map(({tool: name, ms}) => [name, ms])).toEqual([
      ['c', 600],
      ['a', 800],
      ['b', 1_200],
    ]);
  });

  it('take the longest of their times on a real clock, with a twentieth and 20 ms at most', async () => {
    let longestMs = 0;
    const timed = (ms: number) =>
      makeTool(async () => {
        const startMs = performance.now();
        await takeMs(ms);
        longestMs = Math.max(longestMs, performance.now() - startMs);
      });
    const {answer, spans} = openToolShop([three, ['Done.']], {tools: {a: timed(200), b: timed(300), c: timed(150)}});
    await answer();
    expect(longestMs).toBeGreaterThanOrEqual(299);
    expect(spans[0]?.stages['tools']).toBeLessThanOrEqual(longestMs * 1.05 + 20);
  });

  it('go on when one fails and one does not answer, and the model is told without their own words', async () => {
    vi.useFakeTimers();
    const signals: (AbortSignal | undefined)[] = [];
    const {answer, results, spans} = openToolShop([three, ['Done.']], {
      tools: {
        a: makeTool(() => Promise.reject(new Error('postgres://user:secret@db'))),
        b: makeTool(
          (_, {abortSignal}) => {
            signals.push(abortSignal);
            return endless();
          },
          {timeoutMs: 800},
        ),
        c: makeSlow(600, {budgetMs: 500}),
      },
    });
    const reading = answer();
    await vi.advanceTimersByTimeAsync(799);
    expect(signals[0]?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    const {text, parts} = await reading;
    expect([text, signals[0]?.aborted]).toEqual(['Done.', true]);
    expect(Object.fromEntries(results(1))).toEqual({
      a: {type: 'error-text', value: 'Error: The tool a failed. Go on without it.'},
      b: {type: 'error-text', value: 'Error: The tool b did not answer in time. Go on without it.'},
      c: {type: 'json', value: {ms: 600}},
    });
    expect(stagesOf(parts)).toContain('tools timeout');
    expect(spans).toMatchObject([
      {
        outcome: 'complete',
        failed: ['tools'],
        tools: {
          ...{callCount: 3, timeoutCount: 1, errorCount: 1},
          calls: [
            {tool: 'a', state: 'error'},
            {tool: 'c', state: 'end', over: true},
            {tool: 'b', state: 'timeout', ms: 800},
          ],
        },
      },
    ]);
  });

  it('leave no timer behind', async () => {
    vi.useFakeTimers();
    const {answer} = openToolShop([three, ['Done.']], {
      tools: {
        a: makeSlow(10),
        b: makeTool(() => 'ok', {sideEffects: true}),
        c: makeTool(() => Promise.reject(new Error())),
      },
    });
    const reading = answer();
    await vi.advanceTimersByTimeAsync(10);
    await reading;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('end with the answer: at its deadline and when the visitor stops', async () => {
    vi.useFakeTimers();
    const signals: (AbortSignal | undefined)[] = [];
    const hang = makeTool((_, {abortSignal}) => {
      signals.push(abortSignal);
      return endless();
    });
    const {answer, open, spans, stop} = openToolShop([[{call: 'hang'}]], {tools: {hang}});
    const reading = answer({deadlineMs: 700});
    await vi.advanceTimersByTimeAsync(700);
    expect(stagesOf((await reading).parts).at(-1)).toBe('tools timeout');
    expect(spans).toMatchObject([{code: 'deadline', tools: {callCount: 1, timeoutCount: 1, calls: [{ms: 700}]}}]);
    expect(signals[0]?.aborted).toBe(true);

    const events = await open({key: 'k2'});
    await vi.waitFor(() => expect(signals).toHaveLength(2));
    await stop('k2');
    await events.rest();
    expect(spans[1]).toMatchObject({outcome: 'stopped', tools: {calls: [{tool: 'hang', state: 'skipped'}]}});
    expect(signals[1]?.aborted).toBe(true);
  });
});

describe('a model that calls tools wrongly', () => {
  it('is told so, and no name of its own making reaches the operator', async () => {
    const strict = tool({
      inputSchema: jsonSchema<{id: number}>(
        {type: 'object'},
        {validate: () => ({success: false, error: new Error('no id')})},
      ),
      execute: () => 'ok',
    });
    const {answer, results, spans} = openToolShop(
      [[{call: 'strict', input: {}}, {call: 'strict', input: 'no json'}, {call: 'ann@shop.test'}], ['Done.']],
      {tools: {strict: {...strict, timeoutMs: 800, budgetMs: 400}}},
    );
    expect((await answer()).text).toBe('Done.');
    expect(results(1).map(([, output]) => output.type)).toEqual(['error-text', 'error-text', 'error-text']);
    expect(spans[0]?.tools).toMatchObject({
      ...{callCount: 3, errorCount: 3},
      calls: [{tool: 'strict'}, {tool: 'strict'}, {tool: 'unknown', state: 'error'}],
    });
  });

  it('is asked for words in its fifth message', async () => {
    const call: MessageStep[] = [{call: 'order'}];
    const order = vi.fn(() => 'ok');
    const {answer, calls} = openToolShop([call, call, call, call, ['Enough.']], {tools: {order: makeTool(order)}});
    expect((await answer()).text).toBe('Enough.');
    expect(calls.map(({toolChoice}) => toolChoice?.type)).toEqual(['auto', 'auto', 'auto', 'auto', 'none']);
    const never = openToolShop([call], {tools: {order: makeTool(order)}});
    expect((await never.answer()).types.at(-1)).toBe('error');
    expect([never.calls.length, never.spans[0]?.outcome]).toEqual([5, 'error']);
  });

  it('gets no more than sixteen calls a turn', async () => {
    const many = Array.from({length: 40}, (_, at): MessageStep => ({call: 'order', input: {at}}));
    const order = vi.fn(() => 'ok');
    const {answer, results, spans} = openToolShop([many, ['Done.']], {tools: {order: makeTool(order)}});
    expect((await answer()).text).toBe('Done.');
    expect(order).toHaveBeenCalledTimes(16);
    expect(results(1).filter(([, {type}]) => type === 'error-text')).toHaveLength(24);
    expect(spans[0]?.tools).toMatchObject({callCount: 40, errorCount: 24});
    expect(spans[0]?.tools?.calls).toHaveLength(16);
  });

  it('gets each call its own result where two have one id', async () => {
    const twice: MessageStep[] = [
      {call: 'order', input: {at: 1}, id: 'x'},
      {call: 'order', input: {at: 2}, id: 'x'},
    ];
    const {answer, results} = openToolShop([twice, ['Done.']], {tools: {order: makeTool(({at}) => `is ${at}`)}});
    await answer();
    expect(results(1).map(([, output]) => output)).toEqual([
      {type: 'text', value: 'is 1'},
      {type: 'text', value: 'is 2'},
    ]);
  });
});

describe('a tool that the kit cannot run', () => {
  it('is not offered, with a line that says why', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const {answer, calls} = openToolShop([['Done.']], {
      tools: {
        none: null as never, // as from JavaScript
        bare: {inputSchema: jsonSchema({type: 'object'}), outputSchema: jsonSchema({type: 'object'})},
        approved: makeTool(() => 'ok', {needsApproval: true}),
        kept: makeTool(() => 'ok', {timeoutMs: -1, sideEffects: true, speculative: true}),
      },
    });
    await answer();
    expect(calls[0]?.tools?.map(({name}) => name)).toEqual(['kept']);
    expect(warn.mock.calls.map(([line]) => line)).toEqual([
      '[firstword] tools.none is no tool of the AI SDK; it is not offered',
      '[firstword] tools.bare has nothing to execute; it is not offered',
      '[firstword] tools.approved needs the approval of a person; it is not offered',
      '[firstword] tools.kept has side effects; it waits for the model',
      '[firstword] tools.kept.timeoutMs is not a time in ms from 1 to 600000; its default holds',
    ]);
  });
});

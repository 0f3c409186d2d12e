import {describe, expect, it, vi} from 'vitest';
import {
  type AnswerOptions,
  type CacheOptions,
  createAnswerHandler,
  createMemoryStore,
  createVisitorTokens,
  type TurnSpan,
} from '../../src/server/index.ts';
import {createGate} from '../gate.ts';
import {ask, post} from './ask.ts';
import {inside, readAnswer, readEvents} from './events.ts';
import {createScriptedModel} from './scripted-model.ts';
import {openShop, readRefusal} from './shop.ts';
import {takeMs} from './take-ms.ts';
import {createToolModel, type MessageStep} from './tool-model.ts';
import {makeTool, openToolShop, stagesOf} from './tool-shop.ts';

const cache: CacheOptions = {isPublic: () => true};

const fresh = () => ({key: crypto.randomUUID()});

/** Whether the end of an answer says that it may be given again. */
const isKept = ({types}: {types: readonly unknown[]}) => types.includes('data-fw-cache');

describe('an answer with tools', () => {
  const terms = {sideEffects: true};
  const messages: MessageStep[][] = [[{call: 'order'}], ['Two days.']];

  it('is kept where they only looked something up', async () => {
    const execute = vi.fn(() => 'two days');
    const {answer, calls} = openToolShop(messages, {cache, tools: {order: makeTool(execute)}});
    expect(isKept(await answer(fresh()))).toBe(true);
    expect((await answer(fresh())).text).toBe('Two days.');
    expect([execute.mock.calls.length, calls.length]).toEqual([1, 2]);
  });

  it('is kept where what has side effects was offered, and not called', async () => {
    const {answer, calls} = openToolShop([['Two days.']], {cache, tools: {order: makeTool(() => 1, terms)}});
    expect(isKept(await answer(fresh()))).toBe(true);
    await answer(fresh());
    expect(calls).toHaveLength(1);
  });

  it.each([
    ['changed something', makeTool(() => 'done', terms)],
    ['tried to change something', makeTool(() => Promise.reject(new Error('down')), terms)],
    ['failed', makeTool(() => Promise.reject(new Error('down')))],
    ['did not answer in time', makeTool(() => new Promise(() => {}), {timeoutMs: 5})],
  ])('is its visitor’s own where one %s', async (_, order) => {
    const script: MessageStep[][] = [...messages, ...messages];
    const {answer, calls} = openToolShop(script, {cache, tools: {order}});
    expect(isKept(await answer(fresh()))).toBe(false);
    await answer(fresh());
    expect(calls).toHaveLength(4);
  });

  it('is made for each of those who ask at once: nobody waits for another one’s calls', async () => {
    const looked = createGate();
    const execute = vi.fn(() => looked.opened);
    const call: MessageStep[] = [{call: 'order'}];
    const {open} = openToolShop([call, call, ['Two days.']], {cache, tools: {order: makeTool(execute)}});
    const all = [await open(fresh()), await open(fresh())];
    const read = Promise.all(all.map(({rest}) => rest()));
    await vi.waitFor(() => expect(execute).toHaveBeenCalledTimes(2));
    looked.open();
    for (const blocks of await read) expect(blocks.join('')).toContain('Two days.');
  });

  it('is made anew, once it is stale, without what has side effects', async () => {
    vi.useFakeTimers({toFake: ['Date']});
    const {handler, calls, ended, spans} = openToolShop([['Two days.']], {
      cache: {...cache, ttlMs: 1_000},
      tools: {order: makeTool(() => 1), refund: makeTool(() => 1, terms)},
    });
    const say = () => handler(ask('Where is it?', {fw: fresh()})).then(readAnswer);
    await say();
    vi.advanceTimersByTime(2_000);
    await Promise.all([say(), say()]);
    await ended(4);
    vi.useRealTimers();
    const offered = calls.map(({tools}) => tools?.map(({name}) => name));
    expect(offered).toEqual([['order', 'refund'], ['order']]);
    expect(spans.filter(({renewal}) => renewal)).toHaveLength(1);
  });
});

describe('a fast model with tools that hands over', () => {
  const escalate = {call: 'escalate'};

  function open(script: MessageStep[][], options: Partial<AnswerOptions> = {}) {
    const fast = createToolModel(...script);
    const powerful = createToolModel([{call: 'order', input: {id: 7}}], ['Thorough.']);
    const spans: TurnSpan[] = [];
    const model = {fast: fast.model, powerful: powerful.model};
    const handler = createAnswerHandler({model, observe: (span) => spans.push(span), ...options});
    const namesOf = ({calls}: typeof fast) => calls.map(({tools}) => tools?.map(({name}) => name));
    return {answer: () => handler(ask('Hi')).then(readAnswer), fast, powerful, spans, namesOf};
  }

  it('leaves the powerful one all its tools, and nothing to hand over with', async () => {
    const order = makeTool(() => 'sent');
    const {answer, fast, powerful, spans, namesOf} = open([[escalate]], {tools: {order}});
    const {text, parts} = await answer();
    expect(text).toBe('Thorough.');
    expect([namesOf(fast), namesOf(powerful)]).toEqual([[['order', 'escalate']], [['order'], ['order']]]);
    expect(powerful.results(1)).toEqual([['order', {type: 'text', value: 'sent'}]]);
    expect(spans).toMatchObject([{route: 'powerful', escalated: {from: 'tools-1'}, tools: {callCount: 1}}]);
    expect(stagesOf(parts).filter((stage) => stage === 'model start')).toHaveLength(3);
  });

  it('is waited for no longer: its end is not that of the powerful one’s stage', async () => {
    const slow = createToolModel([() => takeMs(40), 'Thorough.']);
    const begun: MessageStep = {parts: [{type: 'tool-input-start', id: 'e', toolName: 'escalate'}]};
    const fast = createToolModel([begun, () => takeMs(10), {...escalate, id: 'e'}]);
    const tools = {order: makeTool(() => 'sent')};
    const {answer} = open([], {model: {fast: fast.model, powerful: slow.model}, tools});
    const {parts} = await answer();
    const {stages} = inside(parts.at(-1), 'messageMetadata', 'fw') as {stages: Record<string, number>}; // as wire.md says
    expect(stages['model']).toBeGreaterThan(stages['overhead'] ?? 0);
  });

  it.each([
    ['before', [{call: 'refund'}, escalate]],
    ['after', [escalate, {call: 'refund'}]],
  ])('has nothing done that it asked for %s it did so', async (_, message) => {
    const execute = vi.fn(() => 'paid');
    const tools = {order: makeTool(() => 'sent'), refund: makeTool(execute, {sideEffects: true})};
    const {answer, spans} = open([message as MessageStep[]], {tools});
    expect((await answer()).text).toBe('Thorough.');
    await vi.waitFor(() => expect(spans[0]?.escalated).toHaveProperty('inputTokenCount'));
    expect(execute).not.toHaveBeenCalled();
  });

  it('uses what the first one found', async () => {
    const execute = vi.fn(() => 'sent');
    const {answer, powerful} = open([[{call: 'order', input: {id: 7}}, escalate]], {
      tools: {order: makeTool(execute)},
    });
    expect((await answer()).text).toBe('Thorough.');
    expect(powerful.results(1)).toEqual([['order', {type: 'text', value: 'sent'}]]);
    expect(execute).toHaveBeenCalledOnce();
  });

  it('no longer can when tools have run for it', async () => {
    const {answer, fast, powerful, namesOf} = open([[{call: 'order'}], ['Quick.']], {
      tools: {order: makeTool(() => 'sent')},
    });
    expect((await answer()).text).toBe('Quick.');
    expect(namesOf(fast)).toEqual([['order', 'escalate'], ['order']]);
    expect(powerful.calls).toHaveLength(0);
  });

  it('does not where the shop has a tool of that name', async () => {
    const execute = vi.fn(() => 'A person will call.');
    const {answer, powerful} = open([[escalate], ['Wait.']], {tools: {escalate: makeTool(execute)}});
    expect((await answer()).text).toBe('Wait.');
    expect([execute.mock.calls.length, powerful.calls.length]).toEqual([1, 0]);
  });
});

describe('a signed visitor', () => {
  const {authorize: read, signVisitor} = createVisitorTokens({secret: 'a secret of thirty-two bytes, or more'});

  it('gets what is kept for everybody, and leaves nothing there that was made with facts', async () => {
    const seen = createScriptedModel(['Yes.']);
    const {handler, spans} = openShop([], {
      ...{model: seen.model, cache},
      authorize: async (request) => (await read(request)) ?? 'anybody',
      context: async (request) => (await read(request)) ?? undefined,
    });
    const say = async (text: string, headers: Record<string, string> = {}) =>
      readAnswer(await handler(ask(text, {fw: fresh(), headers})));
    const ann = {authorization: `Bearer ${await signVisitor('ann')}`};
    expect(isKept(await say('Is it mine?', ann))).toBe(false);
    expect(isKept(await say('Is it mine?'))).toBe(true);
    expect((await say('Is it mine?', ann)).text).toBe('Yes.');
    expect(seen.calls.map(({prompt}) => JSON.stringify(prompt).includes('ann'))).toEqual([true, false]);
    expect(spans.map((span) => span.cache)).toEqual(['none', 'none', 'exact']);
  });
});

describe('an answer for everybody', () => {
  it('is made from what its own words find, not from what one page expects', async () => {
    const retrieve = vi.fn(() => [{id: 'r', text: 'x'}]);
    const {handler, calls} = openShop(['Yes.'], {cache: {isPublic: ({question}) => question === 'Is it?'}, retrieve});
    const context = await handler(post({trigger: 'fw-context', messages: [], fw: {v: 1, topics: ['rats']}}));
    const {contextId} = (await context.json()) as {contextId: string}; // as wire.md says
    await vi.waitFor(() => expect(retrieve.mock.calls).toMatchObject([[null, {topics: ['rats']}]]));
    const say = async (text: string) =>
      readAnswer(await handler(ask(text, {fw: {...fresh(), contextId, topics: ['rats']}})));
    await say('Mine?');
    expect(retrieve).toHaveBeenCalledOnce();
    expect(isKept(await say('Is it?'))).toBe(true);
    expect(retrieve.mock.calls[1]).toMatchObject(['Is it?', {topics: []}]);
    await say('Is it?');
    expect(calls).toHaveLength(2);
  });
});

describe('what may be asked', () => {
  it('is held before a question is classified', async () => {
    const classify = vi.fn(() => ({promptClass: 'mine', route: 'fast' as const}));
    const {handler} = openShop(['Yes'], {classify, limits: {conversationMinuteCount: 1}});
    await readAnswer(await handler(ask('?')));
    expect(await readRefusal(await handler(ask('?', {fw: fresh()})))).toMatchObject({code: 'rate-limited'});
    expect(classify).toHaveBeenCalledOnce();
  });

  it('waits in line, is classified, and is then looked for: each a stage before the headers', async () => {
    const gate = createGate();
    const {handler} = openShop([() => gate.opened, 'Yes'], {cache, limits: {runningCount: 1}});
    const first = readEvents(await handler(ask('first?')));
    const second = handler(ask('second?', {fw: fresh()}));
    gate.open();
    await first.rest();
    const response = await second;
    const names = response.headers.get('server-timing')?.replaceAll(/;dur=[\d.]+/g, '');
    expect(names).toMatch(/^overhead, queue, (overhead, )?classify, cache$/);
    const {parts} = await readAnswer(response);
    const fw = inside(parts.at(-1), 'messageMetadata', 'fw') as {totalMs: number; stages: Record<string, number>}; // as wire.md says
    const sumMs = Object.values(fw.stages).reduce((sum, ms) => sum + ms, 0);
    expect(sumMs).toBeLessThanOrEqual(fw.totalMs + 1);
  });

  it('comes before what is stale and nobody waits for', async () => {
    vi.useFakeTimers({toFake: ['Date']});
    const gate = createGate();
    let isHeld = false;
    const {handler, spans, ended, calls} = openShop([() => (isHeld ? gate.opened : Promise.resolve()), 'Yes'], {
      cache: {...cache, ttlMs: 1_000},
      limits: {runningCount: 2},
    });
    const say = () => handler(ask('Is it?', {fw: fresh()}));
    await readAnswer(await say());
    vi.advanceTimersByTime(2_000);
    await ended();
    isHeld = true;
    const busy = readEvents(await handler(ask('another?', {fw: fresh()})));
    await readAnswer(await say());
    await ended(2);
    expect(calls).toHaveLength(2);
    gate.open();
    await busy.rest();
    await ended(3);
    for (const count of [5, 7]) {
      await readAnswer(await say());
      await ended(count);
      vi.advanceTimersByTime(1_500);
    }
    expect(spans.filter(({renewal}) => renewal)).toHaveLength(2);
    vi.useRealTimers();
  });
});

describe('handlers that share a store', () => {
  const call: MessageStep[][] = [[{call: 'refund', input: {order: 7}}], ['Done.']];

  it('let one attempt at a turn have side effects', async () => {
    const store = createMemoryStore();
    const execute = vi.fn(() => 'paid');
    const tools = {refund: makeTool(execute, {sideEffects: true})};
    const [here, there] = [openToolShop(call, {store, tools}), openToolShop(call, {store, tools})];
    await here.answer();
    await there.answer({attempt: 1});
    expect(execute).toHaveBeenCalledOnce();
    expect(JSON.stringify(there.results(1))).toContain('already used');
  });

  it('do nothing where it cannot say, and answer', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const away = () => Promise.reject(new Error('redis://secret'));
    const store = {...createMemoryStore(), get: away, set: away, setIfAbsent: away};
    const execute = vi.fn(() => 'paid');
    const {answer, spans} = openToolShop(call, {store, tools: {refund: makeTool(execute, {sideEffects: true})}});
    expect((await answer()).text).toBe('Done.');
    expect(execute).not.toHaveBeenCalled();
    expect(spans).toMatchObject([{outcome: 'complete', failed: ['tools']}]);
    expect(JSON.stringify([spans, warn.mock.calls])).not.toContain('secret');
    warn.mockRestore();
  });
});

import {describe, expect, it} from 'vitest';
import {exclusiveTimes, readBudget, type Span} from '../../src/latency/index.ts';
import {createAnswerHandler, type TurnSpan} from '../../src/server/index.ts';
import {createStages, type StageData} from '../../src/server/stages.ts';
import {ask} from './ask.ts';
import {inside, readAnswer} from './events.ts';
import {createScriptedModel} from './scripted-model.ts';

function create() {
  const told: StageData[] = [];
  const budget = readBudget('retrieval=400ms');
  if (typeof budget === 'string') throw new Error(budget);
  return {told, stages: createStages({budget, tell: (stage) => told.push(stage)})};
}

describe('stages', () => {
  it('count time without a stage as overhead, and tell of later gaps only when they matter', () => {
    const {stages, told} = create();
    stages.begin('retrieval', 10)(100);
    stages.begin('model', 100.5)(500);
    stages.settle(600, 'skipped');
    expect(told.map(({stage, state, atMs, ms}) => [stage, state, atMs, ms])).toEqual([
      ['overhead', 'end', 0, 10],
      ['retrieval', 'start', 10, undefined],
      ['retrieval', 'end', 10, 90],
      ['model', 'start', 100.5, undefined],
      ['model', 'end', 100.5, 399.5],
      ['overhead', 'end', 500, 100],
    ]);
    expect(stages.divide(600)).toEqual({
      stages: {overhead: 110.5, retrieval: 90, model: 399.5},
      unattributedMs: 0,
    });
  });

  it('divide overlapping work exclusively', () => {
    const {stages} = create();
    const endOuter = stages.begin('tools', 0);
    stages.begin('retrieval', 20)(60);
    endOuter(100);
    expect(stages.divide(100)).toEqual({stages: {tools: 100}, unattributedMs: 0});
  });

  it('leave nothing to no stage by rounding what is told', () => {
    const {stages} = create();
    for (let tenth = 0; tenth < 10; tenth += 2) stages.begin('model', tenth / 10 + 0.06)(tenth / 10 + 0.14);
    stages.settle(1.3, 'skipped');
    expect(stages.divide(1.3)).toEqual({stages: {overhead: 0.9, model: 0.4}, unattributedMs: 0});
  });

  it('end once, and what still runs at the end in the state given', () => {
    const {stages, told} = create();
    const end = stages.begin('model', 0);
    stages.settle(50, 'error');
    end(80);
    expect(told.at(-1)).toEqual({stage: 'model', state: 'error', ms: 50, budgetMs: 1500, atMs: 0});
  });
});

/** A clock that moves only when told, and by a little with each reading. */
function createClock() {
  let nowMs = 1000;
  return {
    clock: () => {
      nowMs += 0.01;
      return nowMs;
    },
    /** Lets time pass once everything that was sent before has been taken: streams hand on in microtasks only. */
    pass: (ms: number) => async () => {
      await new Promise((resolve) => setImmediate(resolve));
      nowMs += ms;
    },
  };
}

describe('the stages of an answer', () => {
  it('cover the total exclusively, with the budget of each', async () => {
    const {clock, pass} = createClock();
    const {model} = createScriptedModel([pass(300), 'a', pass(200), 'b', pass(100), 'c', pass(4)]);
    const spans: TurnSpan[] = [];
    const handler = createAnswerHandler({
      model,
      clock,
      retrieve: async () => {
        await pass(50)();
        return [];
      },
      authorize: pass(20),
      observe: (span) => spans.push(span),
    });
    const response = await handler(ask('?'));
    expect(response.headers.get('server-timing')).toMatch(/^overhead;dur=2\d\.\d, classify;dur=0\.0$/);
    const {parts} = await readAnswer(response);
    const stages = parts.filter(({type}) => type === 'data-fw-stage').map((part) => inside(part, 'data'));
    expect(stages.map(({stage, state}) => `${stage} ${state}`)).toEqual([
      'overhead end',
      'classify end',
      'retrieval start',
      'retrieval end',
      'model start',
      'model end',
      'generate start',
      'generate end',
    ]);
    expect(stages[3]).toMatchObject({stage: 'retrieval', budgetMs: 400});
    expect(stages[7]).not.toHaveProperty('budgetMs');
    const ends = stages.filter(({state}) => state === 'end');
    const told = ends.map(({stage, atMs, ms}): Span => ({stage: String(stage), atMs: Number(atMs), ms: Number(ms)}));
    const fw = inside(parts.at(-1), 'messageMetadata', 'fw');
    const totalMs = Number(fw['totalMs']);
    const {unattributed = 0, ...exclusive} = exclusiveTimes(told, totalMs);
    const sumMs = Object.values(exclusive).reduce((sum, ms) => sum + ms, 0);
    expect(Math.abs(sumMs + unattributed - totalMs)).toBeLessThan(1);
    expect(unattributed).toBeLessThan(totalMs * 0.05);
    expect(Math.round(Number(inside(fw, 'stages')['model']))).toBe(300);
    expect(Math.round(Number(inside(fw, 'stages')['generate']))).toBe(300);
    expect(Math.round(Number(inside(fw, 'stages')['retrieval']))).toBe(50);
    expect(Math.round(Number(inside(fw, 'stages')['overhead']))).toBe(24);
    expect(parts.at(-1)?.['e']).toBe(totalMs);
    expect(spans[0]).toMatchObject({outcome: 'complete', stages: fw['stages'], totalMs, cachedTokenCount: 30});
    expect(Math.round(spans[0]?.firstTokenMs ?? 0)).toBe(370);
  });

  it('count a slow end of the provider as overhead', async () => {
    const {clock, pass} = createClock();
    const {model} = createScriptedModel(['a', pass(500)]);
    const {parts} = await readAnswer(await createAnswerHandler({model, clock, observe: () => {}})(ask('?')));
    const last = parts.filter(({type}) => type === 'data-fw-stage').at(-1);
    expect(last).toMatchObject({data: {stage: 'overhead', state: 'end'}});
    const stages = inside(parts.at(-1), 'messageMetadata', 'fw', 'stages');
    expect(Number(stages['overhead'])).toBeGreaterThan(499);
  });

  it('say that retrieval failed, and the answer goes on without it', async () => {
    const {model, calls} = createScriptedModel(['a']);
    const spans: TurnSpan[] = [];
    const {parts, text} = await readAnswer(
      await createAnswerHandler({
        model,
        retrieve: () => Promise.reject(new Error('secret host')),
        context: () => {
          throw new Error('secret host');
        },
        observe: (span) => spans.push(span),
      })(ask('?')),
    );
    expect(text).toBe('a');
    expect(JSON.stringify(parts)).toContain('"stage":"retrieval","state":"error"');
    expect(JSON.stringify([parts, spans])).not.toContain('secret');
    expect(spans[0]?.failed?.sort()).toEqual(['context', 'retrieval']);
    expect(calls.length).toBe(1);
  });

  it('make the total with what is unattributed, for answers that were kept, shared and made', async () => {
    const {clock, pass} = createClock();
    const {model} = createScriptedModel([pass(30), 'a', pass(20), 'b', pass(4)]);
    const spans: TurnSpan[] = [];
    const handler = createAnswerHandler({
      ...{model, clock},
      classify: async () => {
        await pass(7)();
        return {promptClass: 'x', route: 'fast'};
      },
      retrieve: async () => {
        await pass(15)();
        return [];
      },
      context: pass(9),
      cache: {isPublic: () => true},
      budget: {stages: {classify: '50ms', cache: 5, retrieval: '400ms', model: '1500ms'}},
      observe: (span) => spans.push(span),
    });
    const say = async (key: string) => readAnswer(await handler(ask('When do you ship?', {fw: {key}})));
    const both = await Promise.all([say('a'), say('b')]);
    await say('c');
    expect(spans.map(({cache, shared = false}) => `${cache} ${shared}`).sort()).toEqual([
      'exact false',
      'none false',
      'none true',
    ]);
    const made = both.find(({blocks}) => blocks.join('').includes('"stage":"retrieval"'));
    const joined = both.find((answer) => answer !== made);
    for (const {stages, unattributedMs, totalMs} of spans) {
      const sumMs = Object.values(stages).reduce((sum, ms) => sum + ms, unattributedMs);
      expect(Math.abs(sumMs - totalMs)).toBeLessThan(1);
      expect(unattributedMs).toBeLessThanOrEqual(totalMs * 0.05);
      expect(Math.round(stages['classify'] ?? 0)).toBeGreaterThanOrEqual(7);
    }
    expect(joined?.blocks.join('')).toContain('"stage":"shared","state":"end"');
    const told = (made?.parts ?? []).filter(({type}) => type === 'data-fw-stage').map((part) => inside(part, 'data'));
    expect(told.filter(({stage, state}) => stage !== 'overhead' && state === 'end')).toMatchObject([
      {stage: 'classify', budgetMs: 50},
      {stage: 'cache', budgetMs: 5},
      {stage: 'retrieval', budgetMs: 400},
      {stage: 'context'},
      {stage: 'model', budgetMs: 1500},
      {stage: 'generate'},
    ]);
  });
});

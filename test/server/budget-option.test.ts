import {describe, expect, it} from 'vitest';
import {readBudgetOption, writeBudget} from '../../src/server/budget-option.ts';

const read = (given?: Parameters<typeof readBudgetOption>[0]) => {
  const lines: string[] = [];
  return {budget: writeBudget(readBudgetOption(given, (line) => lines.push(line))), lines};
};

describe('a budget', () => {
  it('is the default one when none is declared', () => {
    expect(read()).toEqual({
      budget: {'first-token': 3000, complete: 8000, retrieval: 400, model: 1500, tools: 800, overhead: 300},
      lines: [],
    });
  });

  it('is read from the budget file as from the attribute', () => {
    const file = read({
      'first-token': '2s@p95',
      complete: '3s@p80,5s@p95',
      stages: {retrieval: 250, rerank: '100ms'},
      critical: [['retrieval', 'tools'], 'model'],
    });
    expect(file).toEqual(read('first-token=2s@p95 complete=3s@p80,5s@p95 retrieval=250 rerank=100ms'));
    expect(file.budget).toMatchObject({complete: 5000, retrieval: 250, rerank: 100});
  });

  it('counts stages that run in parallel as the longest of them', () => {
    const stages = {retrieval: '1s', tools: '800ms', model: '1s'};
    const critical = [['retrieval', 'tools'], 'model'];
    expect(read({'first-token': '2s', stages, critical})).toMatchObject({budget: {model: 1000}, lines: []});
    expect(read({'first-token': '2s', stages}).lines).toEqual([
      'budget: retrieval 1000 + tools 800 + model 1000 = 2800 ms on the critical path, more than the 2000 ms of ' +
        'first-token; the default budget holds',
    ]);
  });

  it('falls back when its order names what is no stage', () => {
    expect(read({stages: {rerank: '100ms'}, critical: ['rerank', 'modle']}).lines).toEqual([
      'budget: "critical" names "modle", which is no declared stage; the default budget holds',
    ]);
  });

  it.each([['first-token=1s retrieval=2s'], ['nonsense'], [{complete: 'soon'}]])('falls back from %o', (given) => {
    const {budget, lines} = read(given);
    expect(budget).toEqual(read().budget);
    expect(lines).toEqual([expect.stringMatching(/^budget: .+; the default budget holds$/)]);
  });

  it('may be an empty file', () => {
    expect(read({})).toEqual(read());
  });
});

import {describe, expect, it} from 'vitest';
import {sampleOf, writeFamilies} from '../../src/collector/metric-family.ts';
import {HOME, openCollector, turnOf} from './fixtures.ts';
import {parseMetrics} from './prometheus.ts';

async function open(options: Parameters<typeof openCollector>[0] = {}) {
  const {collector, send} = await openCollector({clock: () => 1_800_000_000_000, ...options});
  const read = async () => parseMetrics(await (await collector.handle(new Request(`${HOME}/metrics`))).text());
  return {collector, send, read};
}

describe('the metrics page', () => {
  it('tells budgets, burn, alerts and stages in the format that scrapers read', async () => {
    const fetchUrl = async () => new Response(null, {status: 500});
    const {collector, send, read} = await open({
      budget: {'first-token': '1s@p90', stages: {model: '500ms'}},
      alerts: {webhook: 'https://hooks.example/secret', fetchUrl},
    });
    const turn = (number: number, paint: number, model: object) =>
      turnOf(number, {
        t: {sent: 1, paint, done: 5000},
        stages: [
          {s: 'model', b: 400, ms: 300, ...model},
          {s: 'odd', ms: 7},
        ],
      });
    await send([
      ...Array.from({length: 150}, (_, at) => turn(at, 800, {})),
      ...Array.from({length: 30}, (_, at) => turn(1000 + at, 1200, {ms: 450})),
      ...Array.from({length: 20}, (_, at) => turn(2000 + at, 800, {ms: 600, st: 'timeout'})),
    ]);
    await collector.lookForAlerts();
    await collector.lookForAlerts();
    const families = await read();
    const values = (name: string) => families.get(name)?.samples.map(({labels, value}) => ({...labels, value}));
    const first = {kind: 'milestone', name: 'first-token', target: '0.9'};
    const model = {kind: 'stage', name: 'model', target: '0.95'};
    const complete = {kind: 'milestone', name: 'complete', target: '0.95'};
    expect(values('firstword_budget_seconds')).toEqual([
      {...first, value: 1},
      {...complete, value: 8},
      {...model, value: 0.5},
    ]);
    // 30 of 200 where 20 may be, 20 of 200 where 10 may be
    const burn = families.get('firstword_burn_rate')?.samples ?? [];
    expect(burn).toHaveLength(15);
    const rate = (name: string, window: string) =>
      burn.find(({labels}) => labels['name'] === name && labels['window'] === window)?.value;
    expect(rate('first-token', '5m')).toBeCloseTo(1.5, 10);
    expect(rate('model', '3d')).toBeCloseTo(2, 10);
    expect(rate('complete', '1h')).toBe(0);
    expect(values('firstword_alerts_firing')).toEqual([
      {...first, value: 1},
      {...complete, value: 0},
      {...model, value: 1},
    ]);
    expect(values('firstword_alert_notices_total')).toEqual([{value: 0}]);
    expect(values('firstword_alert_notices_waiting')).toEqual([{value: 2}]);
    expect(values('firstword_alert_webhook_failures_total')?.[0]?.value).toBeGreaterThan(0);
    expect(values('firstword_stage_runs_total')).toEqual([
      {stage: 'model', value: 200},
      {stage: 'odd', value: 200},
    ]);
    // the record's own budget of 400 ms: counters that only grow cannot change with a file
    expect(values('firstword_stage_over_budget_total')).toEqual([
      {stage: 'model', value: 50},
      {stage: 'odd', value: 0},
    ]);
    expect(values('firstword_stage_timeouts_total')).toEqual([
      {stage: 'model', value: 20},
      {stage: 'odd', value: 0},
    ]);
    expect(JSON.stringify([...families])).not.toMatch(/hooks|secret/);
  });

  it('is whole and well formed from the first turn to many, and tells of alerts only where they are looked for', async () => {
    const {send, read} = await open();
    expect([...(await read()).keys()]).toEqual([
      ...['firstword_ttft_seconds', 'firstword_stripped_properties_total', 'firstword_dropped_turns_total'],
    ]);
    await send([turnOf(1, {stages: [{s: 'a.b-c_d', ms: 1}]})]);
    const names = [...(await read()).keys()];
    expect(names).toContain('firstword_turns_total');
    expect(names).toContain('firstword_burn_rate');
    expect(names.filter((name) => name.includes('alert'))).toEqual([]);
  });

  it('keeps what stands in a label apart from the format', () => {
    const text = writeFamilies([
      {name: 'a', type: 'gauge', help: 'b', samples: [sampleOf({x: 'q"u\\o\nte', y: 1}, 2)]},
    ]);
    expect(parseMetrics(text).get('a')?.samples).toEqual([{name: 'a', labels: {x: 'q"u\\o\nte', y: '1'}, value: 2}]);
  });
});

describe('the reader of these tests', () => {
  it.each([
    ['a page that breaks off', '# HELP a b\n# TYPE a gauge\na 1'],
    ['a sample without a family', 'a 1\n'],
    ['a family twice', '# HELP a b\n# TYPE a gauge\na 1\n# HELP a b\n'],
    ['a series twice', '# HELP a b\n# TYPE a gauge\na{x="1",y="2"} 1\na{y="2",x="1"} 1\n'],
    ['a label twice', '# HELP a b\n# TYPE a gauge\na{x="1",x="2"} 1\n'],
    ['a quote in a label', '# HELP a b\n# TYPE a gauge\na{x="1"2"} 1\n'],
    ['no number', '# HELP a b\n# TYPE a gauge\na undefined\n'],
    ['a counter by another name', '# HELP a b\n# TYPE a counter\na 1\n'],
    ['a sample of another family', '# HELP a b\n# TYPE a gauge\nab 1\n'],
  ])('refuses %s', (_name, text) => {
    expect(() => parseMetrics(text)).toThrow();
  });
});

import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test} from 'vitest';
import {PLAN_EXIT} from '../../src/cli/plan-arguments.ts';
import type {Allocation, Fit, PlanReport, ScenarioReport} from '../../src/planner/index.ts';
import {openCollector, turnOf} from '../collector/fixtures.ts';
import {createRandom} from '../latency/random.ts';
import {type Installed, installCommand} from './installed.ts';

let installed: Installed;
/** An empty folder for every test, where the command is run. */
let cwd: string;

beforeAll(async () => {
  installed = await installCommand(); // without a single optional package
}, 60_000);

afterAll(() => installed?.remove());

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'firstword-plan-'));
  return () => rm(cwd, {recursive: true, force: true});
});

const QUICK = ['--turns', '20000'];

async function plan(...args: string[]) {
  const running = installed.start({args: ['plan', ...args], cwd});
  onTestFinished(async () => {
    if (running.child.exitCode === null) running.child.kill('SIGKILL');
    await running.ended;
  });
  return running.ended;
}

async function planJson<Answer>(...args: string[]): Promise<Answer> {
  const {code, stdout, stderr} = await plan('--json', ...args);
  expect({code, stderr: stderr.replace(/^simulating .*\n/gm, '')}).toEqual({code: PLAN_EXIT.fine, stderr: ''});
  return JSON.parse(stdout) as Answer;
}

/** The one line that an ending is explained by. */
async function complaint(...args: string[]): Promise<string> {
  const {code, stdout, stderr} = await plan(...args);
  expect({code, stdout}).toEqual({code: PLAN_EXIT.unusable, stdout: ''});
  expect(stderr).toMatch(/^\[firstword\] .+\n$/);
  return stderr.slice('[firstword] '.length, -1);
}

const write = (file: object, name = 'firstword.budget.json') => writeFile(join(cwd, name), JSON.stringify(file));

const SHOP = {
  'first-token': '3s@p95',
  complete: '8s@p95',
  stages: {retrieval: '400ms', context: '200ms', tools: '800ms', model: '1500ms'},
  critical: [['retrieval', 'context'], 'tools', 'model'],
  plan: {
    stages: {
      tools: {p50: '300ms', p99: '2s', runs: 0.4, cold: {share: 0.05, p50: '1.5s', p99: '4s'}},
      model: {p50: '700ms', p99: '5s'},
      generate: {p50: '1.8s', p99: '9s'},
    },
    cache: {share: 0.35, time: '80ms'},
    hedge: 'p95',
  },
};

describe('firstword plan', () => {
  test('simulates the budget file of the working folder, in lines of 80 characters', async () => {
    await write(SHOP);
    const {code, stdout} = await plan(...QUICK);
    expect(code).toBe(PLAN_EXIT.fine);
    for (const said of [
      /^firstword\.budget\.json: 20,000 simulated turns, seed 1$/m,
      /^ +P50 +P90 +P95 +P99 +P99\.9$/m,
      /^first token +[\d.]+ m?s/m,
      /^ {2}misses only +/m,
      /^ {2}no deadlines +/m,
      /^ {2}first token in 3 s at P95: +[\d.]+ % \([\d.]+ to [\d.]+\) within, (holds|MISSED|too close to call)$/m,
      /^Degraded answers: [\d.]+ %/m,
      /^Requests a turn: /m,
      /^ {2}generate +1\.\d\d s /m,
      /^ {2}retrieval\* +/m,
      /^ {2}cache +-?[\d.]+ ±[\d.]+ /m,
      /^Without a stage/m,
      /^If slow stages were slow together/m,
      /^\* Only a limit or one percentile is known/m,
      /^± is the luck of these draws/m,
    ]) {
      expect(stdout).toMatch(said);
    }
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('gives the same figures for the same seed, and as JSON', async () => {
    await write(SHOP);
    const [one, other] = await Promise.all([
      planJson<{report: PlanReport}>(...QUICK),
      planJson<{report: PlanReport}>(...QUICK, '--seed', '2'),
    ]);
    expect((await planJson<{report: PlanReport}>(...QUICK, '--seed', '1')).report).toEqual(one.report);
    expect(other.report.firstToken.figures).not.toEqual(one.report.firstToken.figures);
    expect(one.report).toMatchObject({turnCount: 20_000, seed: 1});
    expect(one.report.stages.map(({stage}) => stage).sort()).toEqual([
      'context',
      'generate',
      'model',
      'retrieval',
      'tools',
    ]);
  });

  test.each([
    ['production', [3_000], [8_000]],
    ['chat', [800], [4_000]],
    ['voice', [1_500], []],
  ])('simulates the published budget %s', async (name, first, complete) => {
    const {report} = await planJson<{report: PlanReport}>('--preset', name, ...QUICK);
    const limits = [report.firstToken, report.complete].map((milestone) => milestone.limits.map(({limit}) => limit.ms));
    expect(limits).toEqual([first, complete]);
  });

  test('says where published arithmetic hides its tail', async () => {
    const {code, stdout} = await plan('--scenario', 'agent', '--turns', '200000');
    expect(code).toBe(PLAN_EXIT.fine);
    expect(stdout).toMatch(/after, weighted, mean +1\.33 s +1\.33 s +1\.33 s/);
    expect(stdout).toMatch(/after, under 3 s +98\.0 % +98\.0 % +88\.3 %/);
    expect(stdout).toMatch(/after, under 5 s +99\.5 % +100\.0 % \(!\) +95\.\d %/);
    const report = await planJson<ScenarioReport>('--scenario', 'routing', '--ratio', '20', ...QUICK);
    expect(report).toMatchObject({tailRatio: 20, rows: [{simulated: 3_000}, {published: {ms: 1_100}}]});
  });

  test('divides a target, and its limits are a budget file that does not clash', async () => {
    await write(SHOP);
    const {stdout} = await plan('--target', '2s@p95', '--keep', 'context', ...QUICK);
    expect(stdout).toMatch(/^Held against other turns: P95 is (1\.9\d|2\.0\d) s/m);
    const [, declared = ''] = /For the budget file:\n([\s\S]+)$/.exec(stdout) ?? [];
    await write({...JSON.parse(`{${declared}}`), critical: SHOP.critical, plan: SHOP.plan}, 'divided.json');
    const {allocation} = await planJson<{allocation: Allocation}>('--target', '2s@p95', '--keep', 'context', ...QUICK);
    expect(allocation).toMatchObject({kind: 'allocated', milestone: 'firstToken', target: {ms: 2_000, share: 0.95}});
    const {report} = await planJson<{report: PlanReport}>('divided.json', ...QUICK);
    expect(report.firstToken.limits[0]?.limit).toEqual({ms: 2_000, share: 0.95});
  });

  test('says what cannot be met', async () => {
    await write(SHOP);
    const {code, stdout} = await plan('--target', '500ms@p95', '--keep', 'model', '--check', ...QUICK);
    expect(code).toBe(PLAN_EXIT.missed);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /500 ms at P95 cannot be met: what stays as it is takes [\d.]+ s at P95 already/,
    );
  });

  test('fails in CI when a budget is missed, and only then', async () => {
    await write({
      ...SHOP,
      plan: {...SHOP.plan, stages: {model: {p50: '3s', p99: '9s'}}},
      stages: {model: '1500ms'},
      critical: [],
    });
    expect((await plan('--check', ...QUICK)).code).toBe(PLAN_EXIT.missed);
    expect((await plan(...QUICK)).code).toBe(PLAN_EXIT.fine);
    expect((await plan('firstword.budget.json', '--preset', 'voice', '--check', ...QUICK)).code).toBe(PLAN_EXIT.missed);
    expect((await plan('--preset', 'production', '--check', ...QUICK)).code).toBe(PLAN_EXIT.fine);
  });

  test('tells how to write a plan', async () => {
    const {code, stdout} = await plan('--help');
    expect(code).toBe(PLAN_EXIT.fine);
    for (const option of ['--preset', '--scenario', '--target', '--check', '--json', '"p50"', 'fan-out', 'voice']) {
      expect(stdout).toContain(option);
    }
    // what the help shows is one
    const [written = ''] = /^ {2}\{"first-token"[\s\S]+?\}\}\}$/m.exec(stdout) ?? [];
    await writeFile(join(cwd, 'shown.json'), written);
    expect((await plan('shown.json', ...QUICK)).code).toBe(PLAN_EXIT.fine);
  });
});

describe('what cannot be simulated is told in one line, with code 2', () => {
  test('limits that clash', async () => {
    await write({
      'first-token': '800ms',
      stages: {retrieval: '400ms', model: '1500ms', tools: '800ms', overhead: '300ms'},
    });
    expect(await complaint()).toBe(
      'firstword.budget.json: retrieval 400 + model 1500 + tools 800 + overhead 300 = 3000 ms on the critical path, more than the 800 ms of first-token',
    );
    await write(SHOP);
    expect(await complaint('firstword.budget.json', '--preset', 'chat')).toBe(
      'firstword.budget.json: under the budget chat, max(retrieval 400, context 200) + tools 800 + model 1500 = 2700 ms on the critical path, more than the 800 ms of first-token',
    );
  });

  test.each([
    [[], 'there is no firstword.budget.json here: name a budget file, a collector, --preset or --scenario'],
    [['none.json'], 'none.json: there is no such file'],
    [['empty.json'], 'empty.json: it declares nothing to simulate'],
    [['wrong.json'], 'wrong.json: plan.stages.model.p50 is no time such as "400ms" or "3s"'],
    [['fine.json', '--target', '1s@p95', '--keep', 'rerank'], '--keep rerank is no stage of it: generate, model'],
    [
      ['--turns', '10'],
      /argument '10' is invalid\. Turns are from 10,000, for P99\.9 to mean something, to 1,000,000\.$/,
    ],
    [['--target', 'fast'], /A target is a time at a percentile, such as 3s@p95 or complete=8s@p95\.$/],
    [['--preset', 'radio'], /argument 'radio' is invalid\. Allowed choices are production, chat, voice\.$/],
    [['--scenario', 'x'], /Allowed choices are trace, cold-path, budget, agent, /],
    [['http://127.0.0.1:9'], /^http:\/\/127\.0\.0\.1:9\/v1\/summary\?since=24h: no collector answers there \(.+\)$/],
  ])('%j', async (args, line) => {
    await write({}, 'empty.json');
    await write({plan: {stages: {model: {p50: 'soon'}}}}, 'wrong.json');
    await write({plan: {stages: {model: {p50: '1s', p99: '2s'}}}}, 'fine.json');
    const said = await complaint(...args);
    if (typeof line === 'string') expect(said).toBe(line);
    else expect(said).toMatch(line);
  });
});

describe('what a collector recorded', () => {
  /** Serves requests as a collector would, and gives the address. */
  async function serve(handle: (request: Request) => Promise<Response>): Promise<string> {
    const server = createServer(async (request, response) => {
      const answer = await handle(new Request(`http://127.0.0.1${request.url}`));
      response.writeHead(answer.status, {'content-type': answer.headers.get('content-type') ?? 'text/plain'});
      response.end(await answer.text());
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    onTestFinished(() => new Promise<void>((done) => server.close(() => done())));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server that listens has one
  }

  async function recorded(turnCount: number): Promise<string> {
    const nowAt = 1_800_000_000_000;
    const {collector, send} = await openCollector({clock: () => nowAt});
    const random = createRandom(4);
    const times = (median: number, ratio: number) => {
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      return Math.round(median * ratio ** (normal / 2.3263) * 10) / 10;
    };
    const turns = Array.from({length: turnCount}, (_, at) => {
      const [retrieval, model, generate] = [times(200, 7), times(700, 8), times(1_500, 5)];
      const token = 40 + retrieval + model; // that no stage explains
      return turnOf(at, {
        t: {token, paint: token, done: token + generate},
        stages: [
          {s: 'retrieval', ms: retrieval, b: 400},
          {s: 'model', ms: model, b: 1_500},
          {s: 'generate', ms: generate},
        ],
        budget: {token: 3_000, done: 8_000},
      });
    });
    for (let from = 0; from < turnCount; from += 400) await send(turns.slice(from, from + 400));
    return serve((request) => collector.handle(request));
  }

  test('comes to the recorded first token, and is told with what was fitted', async () => {
    const url = await recorded(3_000);
    const {report, fit} = await planJson<{report: PlanReport; fit: Fit}>(`${url}/dashboard/`, ...QUICK);
    const at = (share: number) => report.firstToken.figures.find((figure) => figure.share === share)?.valueMs ?? 0;
    expect(at(0.5) / fit.recorded.p50Ms).toBeCloseTo(1, 1.2);
    expect(at(0.99) / fit.recorded.p99Ms).toBeCloseTo(1, 0.9);
    expect(fit.correlation).toBeLessThan(0.25);
    expect(report.stages.map(({stage, known}) => `${stage} ${known}`)).toContain('model recorded');
    expect(report.firstToken.limits[0]?.limit).toEqual({ms: 3_000, share: 0.95});
    const {stdout} = await plan(url, ...QUICK);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /First token without cache, P50 and P99: recorded [\d.]+ m?s and [\d.]+ s; of the stages/,
    );
    expect(stdout.replace(/\s+/g, ' ')).toContain('Taken to run one after the other');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    await write({'first-token': '2s@p90', stages: {model: '1s'}, critical: ['retrieval', 'model']});
    const under = await planJson<{report: PlanReport}>(url, '--budget', 'firstword.budget.json', ...QUICK);
    expect(under.report.firstToken.limits[0]?.limit).toEqual({ms: 2_000, share: 0.9});
  });

  test('of too few turns is refused', async () => {
    const url = await recorded(3);
    expect(await complaint(url)).toBe(
      `${url}/v1/summary?since=24h: it has recorded 3 turns, and of no stage before the first token enough`,
    );
  });

  test('is not asked of anything else', async () => {
    const page = await serve(async () => new Response('<p>hello', {headers: {'content-type': 'text/html'}}));
    expect(await complaint(page)).toMatch(/: what answers there is no collector of this version$/);
    const failing = await serve(async () => new Response('{}', {status: 503}));
    expect(await complaint(failing)).toMatch(/: the collector answers with 503$/);
  });
});

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {INCIDENTS, planTraffic} from '../../demo/traffic/plan.ts';
import {sendBatches} from '../../demo/traffic/send-batches.ts';
import {SIMULATED_SITE, simulateTurns} from '../../demo/traffic/simulate-turns.ts';
import {createBeaconReader} from '../../src/collector/read-beacon.ts';
import {BEACON_MAX_BYTES, BEACON_MAX_TURNS, isSimulated} from '../../src/protocol/index.ts';
import {type Borrowed, borrowBrowser, type Page} from './drive/index.ts';
import {startFilledStage} from './filled-stage.ts';
import {type Stage, startStage} from './stage.ts';

/** Little more than the 600 from which on somebody is named at all: most of what these tests take is to send them. */
const TURN_COUNT = 750;

/** What the dashboard is to name for each. */
const CULPRITS = {
  'slow-tool': {name: 'tools', words: /^tools is to blame/},
  'buffering-proxy': {name: 'buffering-proxy', words: /^A buffering proxy is to blame/},
  'cold-starts': {name: 'cold-starts', words: /^Cold starts are to blame/},
  'model-tail': {name: 'model', words: /^model is to blame/},
} as const;

type Incident = (typeof INCIDENTS)[number] | 'none';

describe('simulated turns', () => {
  const batches = [...simulateTurns(11, planTraffic({turnCount: 4000}))];
  const turns = batches.flatMap((batch) => batch.turns);

  test('are records as the schema has them, every one', () => {
    const read = createBeaconReader();
    for (const batch of batches) {
      const body = JSON.stringify(batch);
      expect(Buffer.byteLength(body)).toBeLessThan(BEACON_MAX_BYTES);
      expect(batch.turns.length).toBeLessThanOrEqual(BEACON_MAX_TURNS);
      expect(read(body)).toMatchObject({kind: 'read', refusedCount: 0, strippedCount: 0});
    }
    expect(turns).toHaveLength(4000);
    expect(new Set(turns.map(({id}) => id)).size).toBe(4000);
  });

  test('are the same for the same seed, and others for another', () => {
    expect([...simulateTurns(11, planTraffic({turnCount: 4000}))]).toEqual(batches);
    const [other] = simulateTurns(12, planTraffic({turnCount: 4000}));
    expect(other).not.toEqual(batches[0]);
  });

  test('name a site by which a collector counts them apart', () => {
    expect(isSimulated(SIMULATED_SITE)).toBe(true);
    expect(new Set(batches.map(({site}) => site))).toEqual(new Set([SIMULATED_SITE]));
  });

  test('have in them what real ones have', () => {
    const outcomes = new Set(turns.map(({outcome}) => outcome));
    for (const outcome of ['complete', 'abandoned', 'error', 'fallback', 'stopped', 'open'])
      expect(outcomes).toContain(outcome);
    const some = (holds: (turn: (typeof turns)[number]) => unknown) => turns.filter((turn) => holds(turn)).length;
    expect(some(({hedge}) => hedge)).toBeGreaterThan(5);
    expect(some(({prefetch}) => prefetch)).toBeGreaterThan(500);
    expect(some(({cache}) => cache?.hit === 'semantic')).toBeGreaterThan(100);
    expect(some(({hid}) => hid !== undefined)).toBeGreaterThan(20);
    expect(some(({w}) => w !== undefined)).toBeGreaterThan(100);
    expect(new Set(turns.map(({route}) => route))).toContain('powerful');
    expect(new Set(batches.map(({page}) => page.device)).size).toBe(3);
  });

  test('have one incident at a time, and each of them', () => {
    const {incidents} = planTraffic({});
    expect(incidents.map(({name}) => name).toSorted()).toEqual([...INCIDENTS].sort());
    const inOrder = incidents.toSorted((a, b) => b.beginsAgoMs - a.beginsAgoMs);
    for (const [index, {endsAgoMs}] of inOrder.entries()) {
      expect(endsAgoMs).toBeGreaterThanOrEqual(inOrder[index + 1]?.beginsAgoMs ?? 0);
    }
  });
});

describe('the dashboard', () => {
  let browser: Borrowed;
  const filled = new Map<Incident, Promise<Stage>>();
  beforeAll(async () => {
    browser = await borrowBrowser('chromium');
  });
  afterAll(async () => {
    await browser.close();
    for (const stage of filled.values()) await (await stage).close();
  });

  /** Opens the dashboard of a collector that was filled with traffic; one for those who ask for the same. */
  async function openFilled(incident: Incident): Promise<Page> {
    const filling = filled.get(incident) ?? startWith(incident);
    filled.set(incident, filling);
    const {url} = await filling;
    const page = await browser.open(`${url}/dashboard/`);
    onTestFinished(() => page.close());
    return page;
  }

  test.each(INCIDENTS)(
    'names first whom %s makes to blame, and says that the turns are simulated',
    async (incident) => {
      const page = await openFilled(incident);
      await page.waitFor(() => document.querySelector('[data-culprit]:not([data-culprit=none])'));
      const {named, words, mark} = await page.run(() => ({
        named: [...document.querySelectorAll('[data-culprit]')].map((each) => each.getAttribute('data-culprit')),
        words: document.querySelector('[data-culprit]')?.textContent?.trim() ?? '',
        mark: document.querySelector('[data-simulated=all]')?.textContent ?? '',
      }));
      expect(named).toEqual([CULPRITS[incident].name]);
      expect(words).toMatch(CULPRITS[incident].words);
      expect(mark).toContain(`All ${TURN_COUNT.toLocaleString('en')} turns of this view were made up`);
      expect(await page.errors()).toEqual([]);
    },
  );

  test('names nobody where nothing is planted', async () => {
    const page = await openFilled('none');
    await page.waitFor(() => document.querySelector('[data-culprit]'));
    expect(await page.run(() => document.querySelector('[data-culprit]')?.getAttribute('data-culprit'))).toBe('none');
  });

  test('tells of a proxy that holds back tokens beside the other things that its figures stand on', async () => {
    const page = await openFilled('buffering-proxy');
    const problem = await page.waitFor(() => document.querySelector('[aria-labelledby=quality] .problem')?.textContent);
    expect(problem).toMatch(/A proxy holds back tokens .*X-Accel-Buffering: no/);
  });
});

describe('npm run demo:traffic', () => {
  test('fills a collector, says what it planted, and ends', async () => {
    const stage = await startStage();
    onTestFinished(async () => void (await stage.close()));
    const {code, output} = await runTraffic(['--url', stage.url, '--count', '200', '--incident', 'slow-tool']);
    expect(output).toMatch(/200 turns are stored, 0 were refused/);
    expect(output).toMatch(/slow-tool, .* to now: .*\n.*\/dashboard\/\?from=\d+&until=\d+&site=simulated-shop/);
    expect(code).toBe(0);
    const summary = await (await fetch(`${stage.url}/v1/summary`)).json();
    expect(summary).toMatchObject({turns: {count: 200, simulatedCount: 200}});
  });

  test.each([
    [['--incident', 'flood'], 'slow-tool, buffering-proxy, cold-starts, model-tail or none'],
    [['--url', 'https://shop.example'], 'this machine only'],
    [['--count', '0'], 'above 0'],
    [['--cuont', '5'], '--cuont'],
    [['--url', 'http://127.0.0.1:1', '--count', '5'], 'Is the demo running?'],
  ])('says what is wrong with %j', async (words, said) => {
    const {code, output} = await runTraffic(words);
    expect(output).toContain(said);
    expect(code).toBe(1);
  });
});

function startWith(incident: Incident): Promise<Stage> {
  return startFilledStage({
    async fill(url) {
      const batches = simulateTurns(1, planTraffic({incident, turnCount: TURN_COUNT}));
      const sent = await sendBatches({batches, url: `${url}/v1/turns`});
      expect(sent).toEqual({acceptedCount: TURN_COUNT, refusedCount: 0});
    },
  });
}

async function runTraffic(words: string[]): Promise<{code: number | null; output: string}> {
  const child = spawn(process.execPath, ['demo/traffic.ts', ...words], {stdio: ['ignore', 'pipe', 'pipe']});
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  await once(child, 'close');
  return {code: child.exitCode, output};
}

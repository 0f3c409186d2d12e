import {readFileSync} from 'node:fs';
import {Ajv2020} from 'ajv/dist/2020.js';
import {describe, expect, test} from 'vitest';
import {
  createTurn,
  DEFAULT_BUDGET,
  type Ending,
  type Milestone,
  readBudget,
  STANDARD_STAGES,
  type Turn,
  type TurnRecord,
} from '../../src/latency/index.ts';
import {createRandom} from './random.ts';

const schema = JSON.parse(readFileSync('src/protocol/beacon.schema.json', 'utf8'));
const ajv = new Ajv2020({strict: false});
ajv.addSchema(schema);
const validTurn = ajv.compile({$ref: 'urn:firstword:beacon:1#/$defs/turn'});

const STARTED_MS = 1000;

function start(declared = DEFAULT_BUDGET): Turn {
  const budget = readBudget(declared);
  if (typeof budget === 'string') throw new Error(budget);
  return createTurn({id: 'ab'.repeat(16), n: 3, startedMs: STARTED_MS, budget});
}

/** Takes a record and holds it against the schema and the limit of its size. */
function record(turn: Turn, nowMs = 9000): TurnRecord {
  const taken = turn.record(nowMs);
  expect(validTurn(JSON.parse(JSON.stringify(taken))), ajv.errorsText(validTurn.errors)).toBe(true);
  expect(JSON.stringify(taken).length).toBeLessThan(2560);
  return taken;
}

/** A turn as it goes when all is well. */
function wholeTurn(declared?: string): Turn {
  const turn = start(declared);
  turn.mark('sent', 1002);
  turn.mark('echo', 1010.04);
  turn.mark('headers', 1100);
  turn.mark('byte', 1101);
  turn.mark('token', 1400);
  turn.mark('paint', 1416.66);
  turn.mark('last', 1800);
  turn.settle({outcome: 'complete'}, 1801);
  return turn;
}

describe('milestones', () => {
  test('are offsets since the visitor began, with one decimal', () => {
    expect(record(wholeTurn())).toMatchObject({
      id: 'ab'.repeat(16),
      n: 3,
      outcome: 'complete',
      final: true,
      age: 8000,
      t: {sent: 2, echo: 10, headers: 100, byte: 101, token: 400, paint: 416.7, last: 800, done: 801},
      budget: {token: 3000, done: 8000},
    });
  });

  test('stand at their first reading, but the last token may move on', () => {
    const turn = start();
    for (const milestone of ['echo', 'sent', 'headers', 'byte', 'status', 'token', 'paint', 'last'] as const) {
      turn.mark(milestone, 1100);
      turn.mark(milestone, 1200);
    }
    const {t} = record(turn);
    expect(t).toEqual({echo: 100, sent: 100, headers: 100, byte: 100, status: 100, token: 100, paint: 100, last: 200});
  });

  test('are absent when not reached', () => {
    const turn = start();
    expect(record(turn).t).toEqual({});
    turn.mark('sent', 1001);
    expect(Object.keys(record(turn).t)).toEqual(['sent']);
  });

  test('may be negative only where a prefetch can have done it early', () => {
    const turn = start();
    for (const milestone of ['sent', 'headers', 'byte', 'token', 'echo'] as const) turn.mark(milestone, 400);
    expect(record(turn).t).toEqual({sent: -600, headers: -600, byte: -600, token: 0, echo: 0});
  });

  test('are kept within what a record may hold', () => {
    const turn = start();
    turn.mark('sent', -1e9);
    turn.mark('byte', 1e9);
    turn.mark('token', 1e9);
    turn.settle({outcome: 'complete'}, 1e9);
    const taken = record(turn, 1e12);
    expect(taken.t).toEqual({sent: -60_000, byte: 600_000, token: 600_000, done: 600_000});
    expect(taken.age).toBe(86_400_000);
  });
});

describe('the end', () => {
  test('is the first that was told', () => {
    const turn = wholeTurn();
    turn.settle({outcome: 'error', error: 'network'}, 5000);
    const {outcome, error, t} = record(turn);
    expect({outcome, error, done: t.done}).toEqual({outcome: 'complete', error: undefined, done: 801});
  });

  test.each<[Ending['outcome'], boolean]>([
    ['complete', false],
    ['partial', false],
    ['abandoned', true],
    ['stopped', true],
    ['error', true],
    ['offline', true],
    ['cut', true],
  ])('%s has a wait: %s', (outcome, censored) => {
    const turn = start();
    turn.settle({outcome, ...(outcome === 'error' ? {error: 'server'} : {})}, 3500.55);
    const taken = record(turn);
    expect(taken.waited).toBe(censored ? 2500.6 : undefined);
    expect(taken.final).toBe(true);
  });

  test('of an open turn is not yet: the wait is that until now', () => {
    const taken = record(start(), 4000);
    expect(taken).toMatchObject({outcome: 'open', final: false, waited: 3000, age: 3000});
    expect(taken.t).not.toHaveProperty('done');
  });

  test('says how the visitor went and why it failed', () => {
    const left = start();
    left.settle({outcome: 'abandoned', left: 'pagehide'}, 2000);
    expect(record(left).left).toBe('pagehide');
    const failed = start();
    failed.settle({outcome: 'error', error: 'http-429'}, 2000);
    expect(record(failed)).toMatchObject({error: 'http-429', waited: 1000});
    expect(record(failed)).not.toHaveProperty('left');
  });

  test('raises rev with each record, up to the highest there is', () => {
    const turn = start();
    expect([record(turn).rev, record(turn).rev]).toEqual([1, 2]);
    turn.settle({outcome: 'stopped'}, 2000);
    expect(record(turn).rev).toBe(3);
    for (let times = 0; times < 200; times++) turn.record(2000);
    expect(record(turn).rev).toBe(99);
  });
});

describe('a hidden page', () => {
  test('is told by its first instant and its length', () => {
    const turn = start();
    turn.visibility({hidden: true}, 1500);
    turn.visibility({hidden: true}, 1600);
    turn.visibility({hidden: false}, 1700);
    turn.visibility({hidden: false}, 1800);
    turn.visibility({hidden: true}, 2000);
    turn.visibility({hidden: false}, 2050);
    turn.settle({outcome: 'complete'}, 3000);
    expect(record(turn)).toMatchObject({hidden: 250, hid: 500});
  });

  test('that is hidden still counts until now, or until the end', () => {
    const turn = start();
    turn.visibility({hidden: true}, 1500);
    expect(record(turn, 2500).hidden).toBe(1000);
    turn.settle({outcome: 'complete'}, 3500);
    expect(record(turn, 9000).hidden).toBe(2000);
  });

  test('for no measurable time was hidden all the same', () => {
    const turn = start();
    turn.visibility({hidden: true}, 1000);
    turn.visibility({hidden: false}, 1000);
    expect(record(turn)).toMatchObject({hidden: 0.1, hid: 0});
  });

  test('after the end is no part of the turn', () => {
    const turn = wholeTurn();
    turn.visibility({hidden: true}, 5000);
    expect(record(turn)).not.toHaveProperty('hidden');
    const seen = wholeTurn();
    expect(record(seen)).not.toHaveProperty('hid');
  });
});

describe('exceeded budgets', () => {
  test('are none while all holds, also exactly at the limit', () => {
    const turn = start();
    turn.mark('paint', 4000);
    turn.settle({outcome: 'complete'}, 9000);
    expect(record(turn)).not.toHaveProperty('over');
  });

  test('name the milestones', () => {
    const turn = start('first-token=800ms complete=2s');
    turn.mark('paint', 1801);
    turn.settle({outcome: 'complete'}, 3001);
    expect(record(turn).over).toEqual(['first-token', 'complete']);
  });

  test('hold the first token against its paint, and against its arrival where nobody saw it', () => {
    const painted = start('first-token=800ms');
    painted.mark('token', 1700);
    painted.mark('paint', 1900);
    expect(record(painted).over).toEqual(['first-token']);
    const unseen = start('first-token=800ms');
    unseen.mark('token', 1700);
    expect(record(unseen)).not.toHaveProperty('over');
    unseen.mark('paint', 1750);
    expect(record(unseen)).not.toHaveProperty('over');
  });

  test('use the highest percentile of a milestone that has several', () => {
    const turn = start('first-token=500ms@p50,900ms@p99 complete=3s@p80,5s@p95');
    turn.mark('paint', 1800);
    turn.settle({outcome: 'complete'}, 5000);
    const taken = record(turn);
    expect(taken).not.toHaveProperty('over');
    expect(taken.budget).toEqual({token: 900, done: 5000});
  });

  test('name each stage once, however often it was too slow', () => {
    const turn = start();
    turn.stage({stage: 'tools', state: 'end', ms: 900, atMs: 0, src: 'stream'});
    turn.stage({stage: 'tools', state: 'end', ms: 950, atMs: 1000, src: 'stream'});
    turn.stage({stage: 'retrieval', state: 'end', ms: 400, atMs: 2000, src: 'stream'});
    turn.stage({stage: 'generate', state: 'end', ms: 60_000, atMs: 3000, src: 'stream'});
    expect(record(turn).over).toEqual(['tools']);
  });
});

describe('stages', () => {
  const stages = (turn: Turn) => record(turn).stages ?? [];

  test('have their length, budget and where the number came from', () => {
    const turn = start();
    turn.stage({stage: 'retrieval', state: 'end', ms: 41.26, atMs: 3, src: 'stream'});
    expect(stages(turn)).toEqual([{s: 'retrieval', ms: 41.3, b: 400, src: 'stream'}]);
  });

  test('that have not ended are not told', () => {
    const turn = start();
    turn.stage({stage: 'tools', state: 'start', atMs: 3, src: 'stream'});
    expect(record(turn)).not.toHaveProperty('stages');
  });

  test('end where they started', () => {
    const turn = start();
    turn.mark('sent', 1000);
    turn.emitted(0, 1100);
    turn.stage({stage: 'tools', state: 'start', atMs: 30, src: 'stream'});
    turn.stage({stage: 'tools', state: 'end', ms: 80, src: 'stream'});
    expect(stages(turn).slice(1)).toEqual([{s: 'tools', ms: 80, at: 130, b: 800, src: 'stream'}]);
  });

  test.each([
    ['timeout', false, 'timeout'],
    ['error', false, 'error'],
    ['skipped', false, 'skipped'],
    ['end', true, 'cached'],
    ['end', false, undefined],
  ] as const)('that ended with %s (hit: %s) say %s', (state, hit, said) => {
    const turn = start();
    turn.stage({stage: 'retrieval', state, hit, ms: 5, src: 'stream'});
    expect(stages(turn)[0]?.st).toBe(said);
  });

  test('find their place by emission times, and the network is what is left of the wait', () => {
    const turn = start();
    turn.mark('sent', 1005);
    turn.stage({stage: 'retrieval', state: 'end', ms: 40, atMs: 3, src: 'stream'});
    turn.emitted(43, 1178); // 130 ms on the way
    turn.emitted(100, 1205); // 100 ms on the way: the best reading counts
    turn.emitted(200, 1900); // held back
    expect(stages(turn)).toEqual([
      {s: 'network', at: 5, ms: 100, src: 'derived'},
      {s: 'retrieval', ms: 40, at: 108, b: 400, src: 'stream'},
    ]);
  });

  test('never begin before the question was sent, whatever the server says', () => {
    const turn = start();
    turn.mark('sent', 1005);
    turn.emitted(1e9, 1100);
    turn.stage({stage: 'retrieval', state: 'end', ms: 40, atMs: 0, src: 'stream'});
    expect(stages(turn).map(({at}) => at)).toEqual([5, 5]);
  });

  test('without emission times have no place', () => {
    const turn = start();
    turn.mark('sent', 1005);
    turn.stage({stage: 'retrieval', state: 'end', ms: 40, atMs: 3, src: 'stream'});
    expect(stages(turn)).toEqual([{s: 'retrieval', ms: 40, b: 400, src: 'stream'}]);
  });

  test.each([
    ['with their starts', true],
    ['without', false],
  ])('that run twice are told twice: %s', (_, placed) => {
    const turn = start();
    const at = (atMs: number) => (placed ? {atMs} : {});
    turn.stage({stage: 'tools', state: 'start', ...at(10), src: 'stream'});
    turn.stage({stage: 'tools', state: 'end', ms: 5, ...at(10), src: 'stream'});
    turn.stage({stage: 'tools', state: 'start', ...at(30), src: 'stream'});
    turn.stage({stage: 'tools', state: 'end', ms: 7, ...at(30), src: 'stream'});
    expect(stages(turn).map(({ms}) => ms)).toEqual([5, 7]);
  });

  test('that run side by side under one name are all told', () => {
    const turn = start();
    for (const atMs of [10, 12]) turn.stage({stage: 'tools', state: 'start', atMs, src: 'stream'});
    turn.stage({stage: 'tools', state: 'end', ms: 5, atMs: 12, src: 'stream'});
    turn.stage({stage: 'tools', state: 'end', ms: 9, atMs: 10, src: 'stream'});
    expect(stages(turn).map(({ms}) => ms)).toEqual([5, 9]);
  });

  test('told twice are told once', () => {
    const turn = start();
    for (let times = 0; times < 2; times++) {
      turn.stage({stage: 'tools', state: 'end', ms: 5, atMs: 10, src: 'stream'});
    }
    expect(stages(turn)).toHaveLength(1);
  });

  test('from the headers give way to those of the stream', () => {
    const turn = start();
    turn.stage({stage: 'retrieval', state: 'end', ms: 40, src: 'header'});
    turn.stage({stage: 'tools', state: 'end', ms: 10, src: 'header'});
    turn.stage({stage: 'retrieval', state: 'end', ms: 41, atMs: 3, src: 'stream'});
    expect(stages(turn)).toEqual([
      {s: 'retrieval', ms: 41, b: 400, src: 'stream'},
      {s: 'tools', ms: 10, b: 800, src: 'header'},
    ]);
  });

  test('that nobody declared are called other', () => {
    const turn = start(`${DEFAULT_BUDGET} rerank=20ms@p99`.replace('overhead=300ms', ''));
    const names = ['rerank', 'Where is my order?', 'constructor', '__proto__', 'toString', ...STANDARD_STAGES];
    names.forEach((stage, atMs) => {
      turn.stage({stage, state: 'end', ms: 5, atMs, src: 'stream'});
    });
    expect(stages(turn).map(({s}) => s)).toEqual(['rerank', 'other', 'other', 'other', 'other', ...STANDARD_STAGES]);
    expect(stages(turn).filter(({s, b}) => s === 'other' && b !== undefined)).toEqual([]);
  });

  test('are at most as many as a record may hold, with lengths it may hold', () => {
    const turn = start();
    turn.mark('sent', 1000);
    turn.emitted(0, 1000);
    for (let atMs = 0; atMs < 50; atMs++) {
      turn.stage({stage: 'tools', state: 'end', ms: atMs % 2 ? -5 : 1e12, atMs: atMs * 1e9, src: 'stream'});
    }
    expect(stages(turn)).toHaveLength(11);
  });
});

describe('facts', () => {
  test('are kept, the newest of each, without empty places', () => {
    const turn = start();
    turn.note({source: 'model', route: 'fast', cold: true});
    turn.note({route: 'powerful', model: undefined, cached_tokens: 12});
    const taken = record(turn);
    expect(taken).toMatchObject({source: 'model', route: 'powerful', cold: true, cached_tokens: 12});
    expect(taken).not.toHaveProperty('model');
  });

  test.each([
    ['GPT 5 Mini', 'gpt-5-mini'],
    ['  -x', 'x'],
    ['Ünïcode', 'n-code'],
    ['???', 'other'],
    ['', 'other'],
    ['y'.repeat(80), 'y'.repeat(32)],
    ['models/llama:70b', 'models-llama-70b'],
  ])('from a backend are made to fit: %j', (given, kept) => {
    const turn = start();
    turn.note({model: given, route: given, class: given});
    const {model, route, class: promptClass} = record(turn);
    expect([model, route, promptClass]).toEqual([kept, kept, kept]);
  });

  test('leave out a run that is no id', () => {
    for (const run of ['Where is my order?', '', 'x'.repeat(41)]) {
      const turn = start();
      turn.note({run});
      expect(record(turn)).not.toHaveProperty('run');
    }
    const turn = start();
    turn.note({run: 'run_1-A'});
    expect(record(turn).run).toBe('run_1-A');
  });
});

describe('the stream', () => {
  test('is counted by chunks, characters and its longest gap', () => {
    const turn = start();
    for (const nowMs of [1100, 1120, 1140, 1160, 1900, 1920]) turn.chunk(nowMs);
    turn.text(9, 1100);
    turn.text(4, 1920);
    expect(record(turn).stream).toEqual({chunks: 6, tokens: 4, est: true, chars: 13, stalls: 1, gap: 740});
  });

  test('is absent without a chunk, and has no gap with one', () => {
    const turn = start();
    expect(record(turn)).not.toHaveProperty('stream');
    turn.chunk(1100);
    expect(record(turn).stream).not.toHaveProperty('gap');
  });

  test('stalls where a gap is over half a second and over five times the median', () => {
    const slow = start();
    for (let nowMs = 0; nowMs <= 4000; nowMs += 400) slow.chunk(nowMs);
    slow.chunk(5900);
    expect(record(slow).stream?.stalls, 'under five times its usual gap').toBe(0);
    const quick = start();
    for (let nowMs = 0; nowMs <= 100; nowMs += 10) quick.chunk(nowMs);
    quick.chunk(550);
    expect(record(quick).stream?.stalls, 'under half a second').toBe(0);
    quick.chunk(1051);
    expect(record(quick).stream?.stalls).toBe(1);
  });

  test('is judged by what the server says of when it was made', () => {
    const held = start();
    held.chunk(3000);
    for (let eMs = 0; eMs < 2000; eMs += 50) held.emitted(eMs, 3000);
    expect(held.record(3100).stream?.verdict).toBe('buffered');
    const live = start();
    for (let eMs = 0; eMs < 2000; eMs += 50) {
      live.chunk(1000 + eMs);
      live.emitted(eMs, 1000 + eMs);
    }
    expect(live.record(3100).stream?.verdict).toBe('streamed');
  });

  test('is not judged where the page was hidden or an answer was replayed', () => {
    for (const spoil of [
      (turn: Turn) => turn.visibility({hidden: true}, 10),
      (turn: Turn) => turn.note({resumes: 1}),
    ]) {
      const turn = start();
      spoil(turn);
      turn.chunk(3000);
      for (let eMs = 0; eMs < 2000; eMs += 50) turn.emitted(eMs, 3000);
      expect(turn.record(3100).stream?.verdict).toBe('unknown');
    }
  });

  test('of any length stays within the record', () => {
    const turn = start();
    for (let chunk = 0; chunk < 70_000; chunk++) turn.chunk(chunk * 1000);
    turn.text(50_000_000, 5000);
    expect(record(turn, 1e9).stream).toMatchObject({chunks: 65_535, stalls: 0, chars: 10_000_000});
  });
});

describe('silence', () => {
  const silence = (turn: Turn, nowMs?: number) => record(turn, nowMs).silence;

  test('is the longest wait for something new to see, from the start to the end', () => {
    const turn = start();
    expect(silence(turn, 1400), 'as far as it goes').toBe(400);
    turn.mark('status', 1500);
    turn.progress(2900);
    turn.mark('paint', 3000);
    turn.text(5, 3500);
    turn.settle({outcome: 'complete'}, 4000);
    turn.progress(9000);
    expect(silence(turn)).toBe(1400);
  });

  test('goes on to the end where the end is what was waited for longest', () => {
    const turn = start();
    turn.mark('paint', 1200);
    turn.settle({outcome: 'cut', error: 'stream-cut'}, 3000);
    expect(silence(turn)).toBe(1800);
  });

  test('is not broken by what nobody sees: headers, tokens, text before its paint', () => {
    const turn = start();
    turn.mark('headers', 1200);
    turn.mark('token', 1500);
    turn.text(5, 1500);
    turn.text(5, 1600);
    turn.mark('paint', 2000);
    turn.settle({outcome: 'complete'}, 2001);
    expect(silence(turn)).toBe(1000);
  });

  test('is not known of a page that was hidden', () => {
    const turn = start();
    turn.visibility({hidden: true}, 1100);
    turn.visibility({hidden: false}, 1200);
    turn.settle({outcome: 'complete'}, 2000);
    expect(record(turn)).not.toHaveProperty('silence');
  });
});

describe('the speed index', () => {
  test('is how long the characters were waited for, on average over them', () => {
    const turn = start();
    turn.mark('token', 1400);
    turn.text(10, 1400);
    turn.mark('paint', 1420);
    turn.text(30, 1800);
    turn.settle({outcome: 'complete'}, 1900);
    expect(record(turn).speed).toBe((10 * 400 + 30 * 800) / 40 + 20);
  });

  test('tells a slow answer from one that came at once, though both began and ended together', () => {
    const ended = (pieces: [charCount: number, nowMs: number][]) => {
      const turn = start();
      turn.mark('paint', 1100);
      for (const piece of pieces) turn.text(...piece);
      turn.settle({outcome: 'complete'}, 5000);
      return record(turn).speed ?? 0;
    };
    const early = ended([
      [99, 1100],
      [1, 5000],
    ]);
    const late = ended([
      [1, 1100],
      [99, 5000],
    ]);
    expect(late / early).toBeGreaterThan(20);
  });

  test('is absent without text, before the end, and where nobody saw the text', () => {
    const silent = start();
    silent.mark('paint', 1200);
    silent.settle({outcome: 'complete'}, 2000);
    const open = start();
    open.text(5, 1100);
    open.mark('paint', 1200);
    const unseen = start();
    unseen.text(5, 1100);
    unseen.settle({outcome: 'complete'}, 2000);
    for (const turn of [silent, open, unseen]) expect(record(turn)).not.toHaveProperty('speed');
  });
});

test('whoever looks on sees the record that would be written, and changes nothing', () => {
  const turn = wholeTurn();
  const seen = turn.peek(9000);
  expect(turn.peek(9000)).toEqual(seen);
  expect(record(turn)).toEqual(seen);
  expect(turn.peek(9000).rev).toBe(2);
});

describe('any turn', () => {
  const MILESTONES: Milestone[] = ['echo', 'sent', 'headers', 'byte', 'status', 'token', 'paint', 'last'];
  const ENDINGS: Ending[] = [
    {outcome: 'complete'},
    {outcome: 'partial'},
    {outcome: 'cut', error: 'stream-cut'},
    {outcome: 'error', error: 'http-5xx'},
    {outcome: 'offline'},
    {outcome: 'stopped', left: 'stop'},
    {outcome: 'abandoned', left: 'resubmit'},
  ];
  const BUDGETS = [DEFAULT_BUDGET, 'first-token=1ms complete=2ms', 'a-very-long-name-for-one-stage.0=5ms tools=1ms'];
  const NAMES = ['retrieval', 'model', 'tools', 'a-very-long-name-for-one-stage.0', '🙂', '', 'overhead', '__proto__'];
  const TEXTS = ['run_1', 'x'.repeat(200), 'Wo ist meine Bestellung?', '', '-'];
  const NUMBERS = [0, 1, 12.345, 1e6, 1e300, -1, -1e300, 5e-324];

  test('makes records that the schema takes and that are small, whatever happens in whatever order', () => {
    for (let seed = 1; seed <= 1500; seed++) {
      const random = createRandom(seed);
      const pick = <T>(from: readonly T[]): T => {
        const found = from[Math.floor(random() * from.length)];
        if (found === undefined) throw new Error('nothing to pick');
        return found;
      };
      const turn = start(pick(BUDGETS));
      let nowMs = STARTED_MS;
      for (let step = Math.floor(random() * 60); step > 0; step--) {
        nowMs += random() < 0.02 ? 1e6 : random() * 300;
        const act = pick<() => void>([
          () => turn.mark(pick(MILESTONES), nowMs),
          () => turn.chunk(nowMs),
          () => turn.text(pick([0, 1, 5, 1e9]), nowMs),
          () => turn.progress(nowMs),
          () => turn.emitted(pick(NUMBERS), nowMs),
          () =>
            turn.stage({
              stage: pick(NAMES),
              state: pick(['start', 'end', 'timeout', 'error', 'skipped']),
              ms: random() < 0.1 ? undefined : pick(NUMBERS),
              atMs: pick(NUMBERS),
              hit: random() < 0.3,
              src: pick(['stream', 'header']),
            }),
          () => turn.note({model: pick(TEXTS), route: pick(TEXTS), class: pick(TEXTS), run: pick(TEXTS)}),
          () => turn.note({cold: true, source: 'cache', cache: {hit: 'exact', at: 'server', age_s: 7}, task: 2}),
          () => turn.note({lang: 'de', proto: 'firstword', again: 'regenerate', cached_tokens: 10_000_000}),
          () => turn.visibility({hidden: random() < 0.5}, nowMs),
          () => void (random() < 0.1 && turn.settle(pick(ENDINGS), nowMs)),
        ]);
        act();
        if (random() < 0.1) record(turn, nowMs);
      }
      record(turn, nowMs);
      turn.settle(pick(ENDINGS), nowMs);
      const {rev} = record(turn, nowMs);
      expect(record(turn, nowMs).rev, `seed ${seed}`).toBe(rev + 1);
    }
  });

  test('stays small when everything in it is as long as it can be', () => {
    const long = (name: string) => `${name}-${'x'.repeat(30)}`.slice(0, 32);
    const names = Array.from({length: 12}, (_, at) => long(`s${String.fromCharCode(97 + at)}`));
    const turn = start(`first-token=590s ${names.map((name) => `${name}=11111ms`).join(' ')} complete=600s`);
    for (const milestone of MILESTONES) turn.mark(milestone, 591_111.1 + STARTED_MS);
    turn.emitted(0, 592_222.2 + STARTED_MS);
    names.forEach((stage, at) => {
      turn.stage({stage, state: 'timeout', ms: 555_555.5, atMs: 11_111.1 * at, src: 'stream'});
    });
    for (let chunk = 0; chunk < 66_000; chunk++) turn.chunk(chunk * 7777.7);
    turn.text(1e9, 599_999.9 + STARTED_MS);
    turn.note({class: long('c'), model: long('m'), route: long('r'), run: 'r'.repeat(40), source: 'fallback'});
    turn.note({proto: 'openai-responses', cold: true, cache: {hit: 'semantic', at: 'server', age_s: 31_536_000}});
    turn.note({cached_tokens: 10_000_000, lang: 'zh-hans-cn-abcde', again: 'regenerate', task: 999});
    turn.note({busy: 600_000, inp: 600_000});
    turn.visibility({hidden: true}, 1111.1);
    turn.settle({outcome: 'abandoned', error: 'stream-cut', left: 'close-widget'}, 599_999.9 + STARTED_MS);
    const taken = record(turn, 86_400_000.4);
    expect(taken.stages).toHaveLength(11);
    expect(taken.over?.length).toBeGreaterThan(9);
  });
});

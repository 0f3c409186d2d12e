import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DuckDBInstance} from '@duckdb/node-api';
import {Ajv2020} from 'ajv/dist/2020.js';
import {expect, it, onTestFinished} from 'vitest';
import {createDuckDbStore} from '../../src/collector/index.ts';
import schema from '../../src/protocol/beacon.schema.json' with {type: 'json'};
import {createDraw, HOME, idOf, openCollector, postOf, turnOf} from './fixtures.ts';

const BODY_COUNT = 1000;
const draw = createDraw(4711);
const below = (count: number) => Math.floor(draw() * count);
const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item; // there is one at each place

/** Values that a schema, a parser or a database may stumble over. */
const VALUES: readonly (() => unknown)[] = [
  ...[null, true, '', 0, -1, 1e308, -0, 2 ** 53, 0.1 + 0.2, 600_000.1, 'NaN', [], {}].map((value) => () => value),
  () => '\u0000\ud800\u202e\ufeff'.slice(below(4)),
  () => '💥'.repeat(below(3000)),
  () => `'); DROP TABLE turns; --${below(9)}`,
  () => 'a'.repeat(1 + below(200_000)),
  () => 'ö'.repeat(30_000 + below(9000)), // where bytes and characters differ
  () => Array.from({length: below(3000)}, () => below(9)),
  () => Object.fromEntries(Array.from({length: below(300)}, (_, index) => [`k${index}`, index])),
  () => Array.from({length: 1 + below(900)}).reduce((inner) => [inner], 1),
  () => ({['__proto__x']: 1, constructor: {prototype: {polluted: true}}, toString: 1, hasOwnProperty: null}),
  () => draw() * 1e6,
];

type Node = Record<string, unknown>;

/** Puts something hostile somewhere into a batch. */
function spoil(node: Node, depth: number): void {
  const names = Object.keys(node);
  const name = draw() < 0.15 ? pick(['__proto__', 'constructor', 'toString', 'x', '', 'ä', 'id']) : pick(names);
  const inner = node[name];
  if (typeof inner === 'object' && inner !== null && depth < 4 && draw() < 0.7 && Object.keys(inner).length > 0) {
    spoil(inner as Node, depth + 1); // an array's items have names as well
  } else
    Object.defineProperty(node, name, {value: pick(VALUES)(), enumerable: true, configurable: true, writable: true});
}

/** Names that nobody has seen before, wherever a name may stand. */
function bomb(number: number): unknown {
  const name = () => `n${number}-${below(1e6)}`;
  return turnOf(number, {
    ...{class: name(), model: name(), route: name(), over: [name(), name()]},
    stages: Array.from({length: 12}, () => ({s: name(), ms: 1})),
    arms: {[name()]: name(), [name()]: name()},
  });
}

/** Makes one body after the other, of five kinds. */
function makeBody(number: number): BodyInit {
  const turns = Array.from({length: 1 + below(20)}, (_, index) => turnOf(number * 20 + index));
  const batch: Node = {v: 1, site: `s${number}`, page: {id: '9f3c1a5b7d2e4f60', route: `/p${number}`}, turns};
  const kind = number % 5;
  if (kind === 0) batch['turns'] = turns.map((_, index) => bomb(number * 20 + index));
  else for (let count = 1 + below(3); count > 0; count--) spoil(batch, 0);
  const text = JSON.stringify(batch);
  if (kind === 1) return text.slice(0, below(text.length));
  if (kind === 2)
    return text.replace(/\d+/, () => pick(['1e999', '-0', '00', '1E400', '9'.repeat(400), '1.'.repeat(3)]));
  if (kind === 3) {
    const bytes = new TextEncoder().encode(text);
    for (let count = below(4); count > 0; count--) bytes[below(bytes.length)] = below(256);
    return bytes;
  }
  return text.replace('"v":1', `"__proto__":{"polluted":true},"v":1`);
}

it('of 1,000 hostile bodies none breaks what is stored, none stops it, and none is waited for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firstword-hostile-'));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  const path = join(folder, 'turns.duckdb');
  const store = await createDuckDbStore({path, commitWaitMs: 1});
  const {collector} = await openCollector({store, clock: () => 1_800_000_000_000});
  const statuses = new Map<number, number>();
  let longestMs = 0;
  let acceptedCount = 0;
  for (let number = 0; number < BODY_COUNT; number++) {
    const body = makeBody(number);
    const startedMs = performance.now();
    const response = await collector.handle(postOf(body));
    longestMs = Math.max(longestMs, performance.now() - startedMs);
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    const answer = (await response.json()) as {accepted?: number};
    acceptedCount += answer.accepted ?? 0;
  }
  expect([...statuses.keys()].filter((status) => ![200, 413, 422].includes(status))).toEqual([]);
  for (const status of [200, 413, 422]) expect(statuses.get(status), String(status)).toBeGreaterThan(10);
  // what is waited for is the commit; a parser or a pattern that blows up would take a multiple of this
  expect(longestMs).toBeLessThan(3000);
  expect(({} as {polluted?: boolean}).polluted).toBeUndefined();
  const fine = await collector.handle(postOf(JSON.stringify({...SOUND, turns: [turnOf(999_999)]})));
  expect(await fine.json()).toEqual({accepted: 1, refused: 0});
  expect((await collector.handle(new Request(`${HOME}/v1/summary`))).status).toBe(200);
  await collector.close();

  const stored = await readStored(path);
  expect(stored.turns.length).toBeLessThanOrEqual(acceptedCount + 1);
  expect(stored.turns.length).toBeGreaterThan(BODY_COUNT);
  const isBatch = new Ajv2020().compile(schema);
  const broken = stored.turns.filter(({site, page_id, page_route, record}) => {
    const page = {id: page_id, ...(page_route === null ? {} : {route: page_route})};
    return !isBatch({v: 1, site, page, turns: [JSON.parse(String(record))]});
  });
  expect(broken).toEqual([]);
  expect(stored.turns.some(({id}) => String(id).replaceAll('-', '') === idOf(999_999))).toBe(true);
  for (const [dimension, count] of Object.entries(stored.names)) {
    expect(Number(count), dimension).toBeLessThanOrEqual(201);
  }
});

const SOUND = {v: 1, site: 'shop-eu', page: {id: '9f3c1a5b7d2e4f60'}};

async function readStored(path: string) {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const rows = async (statement: string) => (await connection.runAndReadAll(statement)).getRowObjectsJS();
  const turns = await rows('SELECT id::VARCHAR AS id, site, page_id, page_route, record FROM turns');
  const [names = {}] = await rows(`
    SELECT count(DISTINCT site) AS site, count(DISTINCT page_route) AS page_route, count(DISTINCT class) AS class,
      count(DISTINCT model) AS model, count(DISTINCT route) AS route,
      (SELECT count(DISTINCT name) FROM (SELECT unnest(stage_name) AS name FROM turns)) AS stage,
      (SELECT count(DISTINCT name) FROM (SELECT unnest(json_keys(record, '$.arms')) AS name FROM turns)) AS experiment
    FROM turns`);
  instance.closeSync();
  return {turns, names};
}

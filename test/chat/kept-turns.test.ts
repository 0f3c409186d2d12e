import {expect, test, vi} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import type {KeptRecord, Outbox} from '../../src/rum/index.ts';
import {createEndpoint, FINISH, gate, NATIVE, numberEvents, START, until, word, write} from '../stream/endpoint.ts';
import {startChat} from './start-chat.ts';

const ACKNOWLEDGED = {status: 204, headers: {}};

/** An outbox that notes what becomes of it. */
function createOutbox() {
  const written: TurnRecord[] = [];
  const kept = new Map<string, TurnRecord>();
  const outbox: Outbox = {
    async write({record}: KeptRecord) {
      written.push(record);
      kept.set(record.id, record);
      return true;
    },
    read: async () => ({kept: [], dropped: 0}),
    async remove(records) {
      for (const {id} of records) kept.delete(id);
      return true;
    },
    async clear() {
      kept.clear();
      return true;
    },
  };
  return {written, kept, openOutbox: async () => outbox};
}

/** Starts a chat whose visitor agreed to storage, and has what measures it there. */
async function start(endpoint: string, collector: string) {
  const outbox = createOutbox();
  const {openOutbox} = outbox;
  const started = startChat(endpoint, {}, {rum: collector, consent: 'granted', openOutbox});
  await started.chat.load();
  await Promise.resolve(); // what measures is taken once it is there
  return {...started, ...outbox};
}

test('a turn is kept in the task in which it is asked, as it goes on, and until the collector has its end', async () => {
  const stage = {type: 'data-fw-stage', data: {stage: 'tools', state: 'end', ms: 40}};
  const endpoint = await createEndpoint({
    headers: NATIVE,
    steps: [write(START), gate('stage'), write(stage), gate('words'), write(word('Hi'), FINISH)],
  });
  const collector = await createEndpoint(ACKNOWLEDGED);
  const {chat, written, kept, ended} = await start(endpoint.url, collector.url);
  chat.send('Where?');
  let isSameTask = true;
  setTimeout(() => {
    isSameTask = false;
  });
  for (let turns = 0; turns < 20 && written.length === 0; turns++) await Promise.resolve();
  expect(isSameTask).toBe(true);
  expect(written).toMatchObject([{outcome: 'open', final: false, rev: 1, t: {sent: expect.any(Number)}}]);
  await endpoint.open('stage');
  await until(() => written.at(-1)?.stages?.some(({s}) => s === 'tools')).toBe(true);
  await endpoint.open('words');
  const record = await ended();
  expect(written.at(-1)).toMatchObject({id: record.id, outcome: 'complete', final: true, rev: 1});
  expect(written.filter(({final}) => final)).toHaveLength(1);
  await until(() => kept.size).toBe(0);
  expect((await collector.seen()).posts.map(({body}) => JSON.parse(body).turns.map(({id}: TurnRecord) => id))).toEqual([
    [record.id],
  ]);
});

test('what is forgotten is not kept again as it ends, but the next turn is', async () => {
  const answer = {headers: NATIVE, steps: [write(START, word('Hi')), gate('never')]};
  const endpoint = await createEndpoint(answer);
  const {chat, written, kept} = await start(endpoint.url, (await createEndpoint(ACKNOWLEDGED)).url);
  chat.send('Where?');
  await until(() => written.length).toBeGreaterThan(0);
  const [first] = written;
  chat.forget();
  await until(() => kept.size).toBe(0);
  written.length = 0;
  chat.send('When?');
  await until(() => written.length).toBeGreaterThan(0);
  expect(written.map(({id}) => id)).not.toContain(first?.id);
});

test('a turn that an earlier page has told of is neither kept nor told again', async () => {
  const numbered = numberEvents([START, word('On '), word('its '), word('way'), FINISH]);
  const endpoint = await createEndpoint(
    {headers: NATIVE, steps: [{kind: 'write', text: numbered(0, 2)}, gate('never')]},
    {headers: NATIVE, steps: [{kind: 'write', text: numbered(2, 3)}, gate('end'), {kind: 'write', text: numbered(3)}]},
  );
  const before = startChat(endpoint.url);
  before.chat.send('Where?');
  await until(() => [...before.arrived.values()].join('')).toBe('On ');
  before.chat.visibility('gone');
  const collector = await createEndpoint(ACKNOWLEDGED);
  const beacon = vi.spyOn(navigator, 'sendBeacon');
  const after = await start(endpoint.url, collector.url);
  after.chat.open();
  await until(() => [...after.arrived.values()].join('')).toBe('its ');
  after.chat.visibility('hidden');
  await endpoint.open('end');
  await until(() => after.lastAnswer().state).toBe('complete');
  expect(beacon).not.toHaveBeenCalled();
  expect(after.written).toEqual([]);
  beacon.mockRestore();
});

import {describe, expect, onTestFinished, test} from 'vitest';
import type {Instant, Answer as Known} from '../../src/chat/index.ts';
import type {Answer} from '../stream/answer-server.ts';
import {bodies, createEndpoint, FINISH, gate, NATIVE, START, until, word, write} from '../stream/endpoint.ts';
import {answering, expectValid, startChat} from './start-chat.ts';

const WHOLE: Answer = {steps: [write(START, word('On its way.'), FINISH)]};
/** Says who it is and then nothing, until its gate is opened. */
const mute = (name = 'late'): Answer => ({steps: [write(START), gate(name), write(word('After all.'), FINISH)]});
const QUICK = {deadline: 'soft=200ms first=600ms complete=5s'};
const NEAR = {question: 'Where do you ship?', text: 'To Europe.', sources: []};

/** Starts a chat whose answers are read from the first question on. */
async function start(endpoint: {url: string}, measure: Parameters<typeof startChat>[2] = {}, more: object = {}) {
  const started = startChat(endpoint.url, more, {...QUICK, ...measure});
  await started.chat.load();
  return started;
}

describe('a wait', () => {
  test('is never silent: words come by the soft deadline, and again', async () => {
    const endpoint = await createEndpoint({
      steps: [
        write(START, {type: 'data-fw-stage', data: {stage: 'tools', state: 'start', label: 'Asking the warehouse'}}),
        gate('late'),
        write(word('Yes.'), FINISH),
      ],
    });
    const {chat, lastAnswer, ended} = await start(endpoint, {deadline: 'soft=1200ms first=20s complete=30s'});
    chat.send('Where?');
    await until(() => lastAnswer().words).toEqual({stage: 'tools', label: 'Asking the warehouse'});
    await until(() => lastAnswer().words?.waitedS).toBeGreaterThanOrEqual(2);
    await until(() => lastAnswer().words?.waitedS).toBeGreaterThanOrEqual(3);
    await endpoint.open('late');
    const record = await ended();
    expect(lastAnswer().words).toBeUndefined();
    expect(record.t.status).toBeGreaterThanOrEqual(1000);
    expect(record.silence).toBeLessThanOrEqual(1300);
    expect(record.silence).toBeGreaterThan(900);
    await expectValid(record);
  });

  test('in the middle of an answer has words too, which go with the next text', async () => {
    const endpoint = await createEndpoint({steps: [write(START, word('On ')), gate('on'), write(word('it.'), FINISH)]});
    const {chat, lastAnswer, ended} = await start(endpoint, {deadline: 'soft=1s first=5s complete=20s'});
    chat.send('Where?');
    await until(() => lastAnswer().words?.waitedS).toBeGreaterThanOrEqual(1);
    expect(lastAnswer()).toMatchObject({state: 'streaming'});
    await endpoint.open('on');
    await ended();
    expect(lastAnswer()).toMatchObject({state: 'complete', text: 'On it.', words: undefined});
  });
});

describe('when the first deadline falls', () => {
  test('words of the site answer, and the model’s answer is offered when it comes', async () => {
    const endpoint = await createEndpoint(mute());
    const {chat, lastAnswer, ended, kinds, events, arrived} = await start(endpoint, {
      fallback: ['contact', '"Call us."'],
    });
    chat.send('Where?');
    const record = await ended();
    expect(record).toMatchObject({
      outcome: 'fallback',
      source: 'fallback',
      fallback: {why: 'deadline-token', kind: 'message'},
    });
    expect(record.fallback?.at).toBeGreaterThanOrEqual(600);
    expect(record.t.paint).toBeGreaterThanOrEqual(600);
    expect(lastAnswer()).toMatchObject({state: 'complete', source: 'fallback', problem: 'late', text: 'Call us.'});
    expect(events).toContainEqual(
      expect.objectContaining({kind: 'fallback', turnId: record.id, why: 'deadline-token', step: 'message'}),
    );
    expect(chat.state().busy).toBe(false);
    await endpoint.open('late');
    await until(() => lastAnswer().late?.text).toBe('After all.');
    expect(lastAnswer().text).toBe('Call us.');
    expect([...arrived.values()]).toEqual(['Call us.']);
    chat.showLate(lastAnswer().id);
    expect(lastAnswer()).toMatchObject({text: 'After all.', source: 'model', state: 'complete'});
    expect(lastAnswer()).not.toHaveProperty('late');
    expect(lastAnswer()).not.toHaveProperty('problem');
    expect(kinds().filter((kind) => kind === 'turn')).toHaveLength(1);
    await expectValid(record);
  });

  test('and nothing is configured, it is said, with a way to try again', async () => {
    const endpoint = await createEndpoint(mute(), WHOLE);
    const {chat, lastAnswer, ended} = await start(endpoint);
    chat.send('Where?');
    expect(await ended()).toMatchObject({outcome: 'fallback', fallback: {kind: 'message'}});
    expect(lastAnswer()).toMatchObject({state: 'complete', source: 'fallback', problem: 'late', text: ''});
    chat.retry(lastAnswer().id);
    expect(await ended(2)).toMatchObject({outcome: 'complete', again: 'regenerate'});
    await endpoint.closed(); // nobody waits for the first any more
  });

  test('the way to a person is next where there is one', async () => {
    const endpoint = await createEndpoint(mute());
    const {chat, lastAnswer, ended} = await start(endpoint, {hasContact: true});
    chat.send('Where?');
    expect(await ended()).toMatchObject({fallback: {kind: 'contact'}});
    expect(lastAnswer().fallback).toMatchObject({step: 'contact', why: 'deadline-token'});
  });

  test('an entry of the FAQ that is near answers, and says to what', async () => {
    const endpoint = await createEndpoint(mute());
    const instant: Partial<Instant> = {
      find: () => undefined as Known | undefined,
      near: () => NEAR,
      foresee: () => [],
      join(core) {
        core.instant = instant as Instant;
      },
      learn: () => undefined,
    };
    const {chat, lastAnswer, ended} = await start(
      endpoint,
      {},
      {loadAnswering: async () => answering(QUICK, {instant: Promise.resolve(instant as Instant)})},
    );
    chat.send('Shipping to Norway?');
    expect(await ended()).toMatchObject({fallback: {kind: 'faq'}, source: 'fallback'});
    expect(lastAnswer()).toMatchObject({text: 'To Europe.', fallback: {question: 'Where do you ship?'}});
  });

  test('another route answers, token by token; the slow one is offered when it comes', async () => {
    const route: Answer = {steps: [write(START, word('Quick ')), gate('on'), write(word('words.'), FINISH)]};
    const endpoint = await createEndpoint(mute(), route);
    const {chat, lastAnswer, ended} = await start(endpoint, {fallback: ['retry:fast', 'contact'], hasContact: true});
    chat.send('Where?');
    await until(() => lastAnswer()).toMatchObject({source: 'fallback', state: 'streaming', fallback: {step: 'route'}});
    await endpoint.open('on');
    const record = await ended();
    expect(record).toMatchObject({outcome: 'fallback', fallback: {why: 'deadline-token', kind: 'route'}});
    expect(lastAnswer()).toMatchObject({text: 'Quick words.', state: 'complete'});
    const asked = (await bodies(endpoint)).map(({fw}) => fw);
    expect(asked.map(({route, attempt}) => [route, attempt])).toEqual([
      [undefined, 0],
      ['fast', 1],
    ]);
    expect(asked[0].key).toBe(asked[1].key);
    expect(asked[1].deadlineMs).toBeLessThan(asked[0].deadlineMs);
    await endpoint.open('late');
    await until(() => lastAnswer().late?.text).toBe('After all.');
    await expectValid(record);
  });

  test('a model that answers before the other route does is heard alone', async () => {
    const endpoint = await createEndpoint(mute(), {steps: [gate('never')]});
    const {chat, lastAnswer, ended} = await start(endpoint, {fallback: ['retry:fast']});
    chat.send('Where?');
    await until(async () => (await bodies(endpoint)).length).toBe(2);
    await endpoint.open('late');
    const record = await ended();
    expect(record).toMatchObject({outcome: 'complete', source: 'model'});
    expect(record).not.toHaveProperty('fallback');
    expect(lastAnswer()).toMatchObject({text: 'After all.', source: 'model', state: 'complete'});
    await endpoint.closed();
  });

  test('a route that fails leaves it to what stands after it', async () => {
    const endpoint = await createEndpoint(mute(), {status: 500});
    const {chat, ended} = await start(endpoint, {fallback: ['retry:fast', '"Call us."']});
    chat.send('Where?');
    expect(await ended()).toMatchObject({outcome: 'fallback', fallback: {kind: 'message'}});
  });
});

test('a failure is answered by the chain as well, and its reason stays', async () => {
  const endpoint = await createEndpoint({status: 503, headers: {'retry-after': '60'}});
  const {chat, lastAnswer, ended} = await start(endpoint, {hasContact: true});
  chat.send('Where?');
  expect(await ended()).toMatchObject({
    outcome: 'fallback',
    error: 'http-5xx',
    fallback: {why: 'overload', kind: 'contact'},
  });
  expect(lastAnswer()).toMatchObject({state: 'complete', problem: 'busy', fallback: {step: 'contact'}});
});

test('an answer that is not whole by its deadline stops, stays and goes on when the visitor wants it', async () => {
  const numbered = (id: number, part: object) => ({
    kind: 'write' as const,
    text: `id: r-${id}\ndata: ${JSON.stringify(part)}\n\n`,
  });
  const endpoint = await createEndpoint(
    {headers: NATIVE, steps: [numbered(0, START), numbered(1, word('On its ')), gate('never')]},
    {headers: NATIVE, steps: [numbered(2, word('way.')), numbered(3, FINISH)]},
  );
  const {chat, lastAnswer, ended} = await start(endpoint, {deadline: 'soft=200ms first=500ms complete=900ms'});
  chat.send('Where?');
  const record = await ended();
  expect(record).toMatchObject({outcome: 'partial', fallback: {why: 'deadline-done', kind: 'partial'}});
  expect(lastAnswer()).toMatchObject({state: 'cut', problem: 'unfinished', text: 'On its '});
  await endpoint.closed();
  chat.goOn(lastAnswer().id);
  await until(() => lastAnswer()).toMatchObject({state: 'complete', text: 'On its way.', problem: undefined});
  expect((await bodies(endpoint))[1].fw).toMatchObject({lastEventId: 'r-1', key: record.id});
});

describe('a second attempt', () => {
  const HEDGED = {hedge: '400ms', deadline: 'soft=2s first=8s complete=20s'};

  test('is made when no word has come, and the first word wins', async () => {
    const endpoint = await createEndpoint(mute(), WHOLE);
    const {chat, lastAnswer, ended, events} = await start(endpoint, HEDGED);
    chat.send('Where?');
    const record = await ended();
    expect(record).toMatchObject({outcome: 'complete', hedge: {won: 'hedge'}});
    expect(record.hedge?.at).toBeGreaterThanOrEqual(399);
    expect(lastAnswer()).toMatchObject({text: 'On its way.', state: 'complete'});
    const asked = (await bodies(endpoint)).map(({fw}) => fw);
    expect(asked.map(({attempt}) => attempt)).toEqual([0, 1]);
    expect(asked[0].key).toBe(asked[1].key);
    expect(events.filter(({kind}) => kind === 'hedge')).toMatchObject([{won: 'hedge', turnId: record.id}]);
    await endpoint.closed(); // the loser too
    await expectValid(record);
  });

  test('that is slower is closed, and nothing of it is shown', async () => {
    const endpoint = await createEndpoint(mute('first'), {
      steps: [write({...START, messageMetadata: {fw: {run: 'run-2'}}}), gate('never')],
    });
    const {chat, lastAnswer, ended} = await start(endpoint, HEDGED);
    chat.send('Where?');
    await until(async () => (await bodies(endpoint)).length).toBe(2);
    await endpoint.open('first');
    expect(await ended()).toMatchObject({hedge: {won: 'primary'}, run: 'run-1', route: 'fast'});
    expect(lastAnswer().text).toBe('After all.');
    await endpoint.closed();
  });

  test('is not made where a word came in time, nor a second time before turns in time have earned it', async () => {
    const endpoint = await createEndpoint(mute('one'), WHOLE, mute('two'), WHOLE);
    const {chat, ended} = await start(endpoint, HEDGED);
    chat.send('One?');
    expect(await ended(1)).toMatchObject({hedge: {won: 'hedge'}});
    chat.send('Two?');
    await until(async () => (await bodies(endpoint)).length).toBe(3);
    const before = performance.now();
    await until(() => performance.now() - before).toBeGreaterThan(600);
    await endpoint.open('two');
    expect(await ended(2)).toMatchObject({hedge: {won: 'denied'}});
    chat.send('Three?');
    expect(await ended(3)).not.toHaveProperty('hedge');
    expect(await bodies(endpoint)).toHaveLength(4);
  });

  test('is not made where the answer says that it is not welcome', async () => {
    const no = {type: 'data-fw-hedge', data: {allowed: false}};
    const endpoint = await createEndpoint({
      headers: NATIVE,
      steps: [write(START, no), gate('on'), write(word('Yes.'), FINISH)],
    });
    const {chat, ended, events} = await start(endpoint, HEDGED);
    chat.send('Where?');
    await until(() => events.map(({kind}) => kind)).toContain('hedge');
    await endpoint.open('on');
    expect(await ended()).toMatchObject({hedge: {won: 'denied'}});
    expect(await bodies(endpoint)).toHaveLength(1);
  });

  test('is made when the backend says, where the site leaves it to it', async () => {
    const hello = {hedge: {allowed: true, afterMs: 450}};
    const endpoint = await createEndpoint({...mute(), headers: NATIVE, hello}, WHOLE);
    const {chat, ended} = await start(endpoint, {...HEDGED, hedge: 'auto'}, {warm: true});
    chat.open();
    await until(async () => (await endpoint.seen()).hellos).toBe(1);
    await chat.load();
    chat.send('Where?');
    const record = await ended();
    expect(record).toMatchObject({hedge: {won: 'hedge'}});
    expect(record.hedge?.at).toBeGreaterThanOrEqual(449);
  });

  test.each([
    ['says nothing of it', {}],
    ['says no time', {hedge: {allowed: true}}],
    ['says nonsense', {hedge: {allowed: 'yes', afterMs: 450}}],
  ])('is not made by itself where the backend %s', async (_, hello) => {
    const endpoint = await createEndpoint({...mute(), headers: NATIVE, hello}, WHOLE);
    const {chat, ended} = await start(endpoint, {...QUICK, hedge: 'auto'}, {warm: true});
    chat.open();
    await until(async () => (await endpoint.seen()).hellos).toBe(1);
    chat.send('Where?');
    expect(await ended()).not.toHaveProperty('hedge'); // the first deadline has fallen by then
    expect(await bodies(endpoint)).toHaveLength(1);
  });

  test('that the backend refuses with 429 is said to be denied, and the first goes on', async () => {
    const endpoint = await createEndpoint(mute('first'), {status: 429, headers: {}});
    const {chat, ended, lastAnswer} = await start(endpoint, HEDGED);
    chat.send('Where?');
    await until(async () => (await bodies(endpoint)).length).toBe(2);
    await until(async () => (await endpoint.seen()).open).toBe(1);
    await endpoint.open('first');
    expect(await ended()).toMatchObject({outcome: 'complete', hedge: {won: 'denied'}});
    expect(lastAnswer().text).toBe('After all.');
    expect(await bodies(endpoint)).toHaveLength(2);
  });

  test.each([
    ['who saves data', {saveData: true}],
    ['with a slow connection', {effectiveType: '2g'}],
  ])('is not made for a visitor %s', async (_, connection) => {
    Object.defineProperty(navigator, 'connection', {configurable: true, value: connection});
    onTestFinished(() => void Reflect.deleteProperty(navigator, 'connection'));
    const endpoint = await createEndpoint(mute(), WHOLE);
    const {chat, ended} = await start(endpoint, {...QUICK, hedge: '400ms'});
    chat.send('Where?');
    expect(await ended()).not.toHaveProperty('hedge');
    expect(await bodies(endpoint)).toHaveLength(1);
  });

  test('and a retry are never both: what is asked again is not asked twice at once', async () => {
    const endpoint = await createEndpoint({status: 503, headers: {'retry-after': '1'}}, mute(), WHOLE);
    const {chat, ended} = await start(endpoint, HEDGED);
    chat.send('Where?');
    await until(async () => (await bodies(endpoint)).length).toBe(2);
    await endpoint.open('late');
    expect(await ended()).toMatchObject({outcome: 'complete', retries: 1, hedge: {won: 'denied'}});
    expect((await bodies(endpoint)).map(({fw}) => fw.attempt)).toEqual([0, 1]);
  });

  test('whose first fails leaves it to the second, and neither is asked again', async () => {
    const endpoint = await createEndpoint(
      {steps: [write(START), gate('down'), {kind: 'drop'}]},
      {steps: [write(START), gate('late'), write(word('Yes.'), FINISH)]},
    );
    const {chat, ended, lastAnswer} = await start(endpoint, HEDGED);
    chat.send('Where?');
    await until(async () => (await bodies(endpoint)).length).toBe(2);
    await endpoint.open('down');
    await until(async () => (await endpoint.seen()).open).toBe(1);
    await endpoint.open('late');
    expect(await ended()).toMatchObject({outcome: 'complete', hedge: {won: 'hedge'}});
    expect(lastAnswer().text).toBe('Yes.');
    expect(await bodies(endpoint)).toHaveLength(2);
  });

  test('goes elsewhere where the site says so', async () => {
    const endpoint = await createEndpoint(mute());
    const other = await createEndpoint(WHOLE);
    const {chat, ended} = await start(endpoint, {...HEDGED, hedgeEndpoint: other.url});
    chat.send('Where?');
    expect(await ended()).toMatchObject({hedge: {won: 'hedge'}});
    expect(await bodies(other)).toHaveLength(1);
    await endpoint.closed();
  });
});

describe('an endpoint that failed three times', () => {
  const DOWN: Answer = {status: 500, headers: {}};

  test('is left alone: what answers instead answers at once', async () => {
    const endpoint = await createEndpoint(DOWN);
    const {chat, ended, lastAnswer} = await start(endpoint, {fallback: ['"Call us."'], deadline: 'first=5s'});
    for (const turn of [1, 2, 3]) {
      chat.send('Where?');
      expect(await ended(turn)).toMatchObject({fallback: {why: 'error'}});
    }
    const postCount = (await bodies(endpoint)).length;
    chat.send('Where?');
    const record = await ended(4);
    expect(record).toMatchObject({outcome: 'fallback', fallback: {why: 'breaker', kind: 'message'}});
    expect(record.t).not.toHaveProperty('sent');
    expect(lastAnswer()).toMatchObject({text: 'Call us.', problem: 'busy'});
    expect(await bodies(endpoint)).toHaveLength(postCount);
    await expectValid(record);

    const other = await start(endpoint, {fallback: []}, {name: endpoint.url}); // as in another tab
    await until(() => {
      other.chat.send('Here?');
      return other.records().at(-1)?.fallback?.why;
    }).toBe('breaker');
  });
});

describe('a budget that the backend declares', () => {
  const theirs = {...WHOLE, headers: NATIVE, hello: {budget: {'first-token': 700, complete: 2000, model: 650}}};

  test('holds where the page declares none, and so do deadlines by it', async () => {
    const endpoint = await createEndpoint(theirs);
    const {chat, ended, lines} = await start(endpoint, {deadline: undefined}, {warm: true});
    chat.open();
    await until(async () => (await endpoint.seen()).hellos).toBe(1);
    await until(async () => {
      chat.send('Where?');
      return (await bodies(endpoint)).at(-1)?.fw.deadlineMs;
    }).toBeLessThanOrEqual(3000);
    await until(() => chat.state().busy).toBe(false);
    expect((await ended(chat.state().messages.length / 2)).budget).toEqual({token: 700, done: 2000});
    expect(lines).toEqual([]);
  });

  test('gives way to the page’s own, which is said once', async () => {
    const endpoint = await createEndpoint(theirs);
    const {chat, ended, lines} = await start(endpoint, {budget: 'first-token=900ms complete=4s'}, {warm: true});
    chat.open();
    await until(() => lines).toEqual([expect.stringContaining('another budget')]);
    chat.send('Where?');
    expect((await ended()).budget).toEqual({token: 900, done: 4000});
  });
});

test('budgets that were exceeded are told by name, with a line for the developer', async () => {
  const endpoint = await createEndpoint(mute());
  const {chat, ended, events, lines} = await start(endpoint, {deadline: 'soft=9s first=9s complete=20s'});
  chat.send('Where?', undefined, {budget: 'first-token=50ms complete=60ms'});
  await until(async () => (await endpoint.seen()).open).toBe(1);
  const before = performance.now();
  await until(() => performance.now() - before).toBeGreaterThan(100);
  await endpoint.open('late');
  const record = await ended();
  expect(record.over).toEqual(expect.arrayContaining(['first-token', 'complete']));
  expect(record.budget).toEqual({token: 50, done: 60});
  const told = events.flatMap((event) => (event.kind === 'budget' ? [event] : []));
  expect(told.map(({name}) => name)).toEqual(record.over);
  for (const {name, budgetMs, actualMs} of told) {
    expect(actualMs, name).toBeGreaterThan(budgetMs);
    expect(lines.filter((line) => line.startsWith(`over budget: ${name} `))).toHaveLength(1);
  }
});

test('a destroyed chat waits for nothing late', async () => {
  const endpoint = await createEndpoint(mute());
  const {chat, ended} = await start(endpoint);
  onTestFinished(() => endpoint.open('late'));
  chat.send('Where?');
  await ended();
  chat.destroy();
  await endpoint.closed();
});

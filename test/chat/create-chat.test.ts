import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {type ChatState, createMeasure, type Measure, type Problem} from '../../src/chat/index.ts';
import type {TurnRecord} from '../../src/latency/index.ts';
import {createConversationStore} from '../../src/storage/index.ts';
import type {Answer} from '../stream/answer-server.ts';
import {bodies, createEndpoint, FINISH, gate, NATIVE, START, until, word, write} from '../stream/endpoint.ts';
import {answering, expectValid, MEASURE, startChat} from './start-chat.ts';

const WHOLE: Answer = {steps: [write(START, word('On its '), word('way.'), FINISH)]};
/** Says a word, then waits until the test opens the gate. */
const SLOW: Answer = {steps: [write(START, word('On its ')), gate('more'), write(word('way.'), FINISH)]};

beforeEach(() => sessionStorage.clear());
afterEach(() => vi.restoreAllMocks());

describe('an answer', () => {
  test('is shown as it comes, and its milestones stand in order', async () => {
    const endpoint = await createEndpoint(SLOW);
    const {chat, arrived, lastAnswer, kinds, ended, events} = startChat(endpoint.url);
    const states: string[] = [];
    chat.subscribe(() => states.push(chat.state().messages.at(-1)?.kind === 'answer' ? lastAnswer().state : ''));
    chat.send('Where is my order?');
    expect(chat.state()).toMatchObject({
      busy: true,
      messages: [
        {kind: 'question', text: 'Where is my order?'},
        {state: 'waiting', text: ''},
      ],
    });
    await until(() => arrived.get(lastAnswer().id)).toBe('On its ');
    expect(lastAnswer()).toMatchObject({state: 'streaming', text: ''});
    await endpoint.open('more');
    const record = await ended();
    expect(lastAnswer()).toMatchObject({state: 'complete', text: 'On its way.', source: 'model'});
    expect(chat.state().busy).toBe(false);
    expect([...new Set(states)]).toEqual(['waiting', 'streaming', 'complete']);
    expect(kinds()).toEqual(['send', 'firsttoken', 'complete', 'turn']);
    expect(events.every((event) => event.kind === 'turn' || !('turnId' in event) || event.turnId === record.id)).toBe(
      true,
    );

    const {sent = -1, headers = -1, byte = -1, token = -1, paint = -1, last = -1, done = -1, echo = -1} = record.t;
    const inOrder = [0, sent, headers, byte, token, paint, last, done];
    expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
    expect(echo).toBeGreaterThanOrEqual(0);
    expect(echo).toBeLessThanOrEqual(paint);
    expect(record).toMatchObject({
      outcome: 'complete',
      final: true,
      rev: 1,
      n: 1,
      run: 'run-1',
      route: 'fast',
      model: 'small',
      lang: 'de',
      source: 'model',
    });
    await expectValid(record);
    await endpoint.closed();
    expect((await endpoint.seen()).posts).toHaveLength(1);
  });

  test('counts from the event of the visitor', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const {chat, ended} = startChat(endpoint.url);
    chat.send('Hi', performance.now() - 500);
    expect((await ended()).t.sent).toBeGreaterThanOrEqual(500);
  });

  test('that nobody saw has no paint', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const {chat, ended, events} = startChat(endpoint.url, {afterPaint: (done) => done(undefined)});
    chat.send('Hi');
    const {t} = await ended();
    expect(Object.keys(t).sort()).toEqual(['byte', 'done', 'headers', 'sent', 'token']);
    expect(events.find(({kind}) => kind === 'firsttoken')).toMatchObject({ms: expect.any(Number)});
  });

  test('is painted when something of it is seen, however much came before', async () => {
    const endpoint = await createEndpoint(SLOW);
    const {chat, arrived, lastAnswer, ended, kinds} = startChat(endpoint.url);
    chat.onText((id) => arrived.get(id) !== 'On its ');
    chat.send('Hi');
    await until(() => arrived.get(lastAnswer().id)).toBe('On its ');
    await new Promise((done) => setTimeout(done));
    expect(kinds()).toEqual(['send']);
    await endpoint.open('more');
    const {t} = await ended();
    expect(kinds()).toEqual(['send', 'firsttoken', 'complete', 'turn']);
    expect(t.paint).toBeGreaterThan(t.token ?? Number.NaN);
  });

  test('of which nothing is seen before its end is painted then', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const {chat, ended, kinds} = startChat(endpoint.url);
    chat.onText((_, text) => !text);
    chat.send('Hi');
    expect((await ended()).t.paint).toBeGreaterThan(0);
    expect(kinds()).toEqual(['send', 'firsttoken', 'complete', 'turn']);
  });

  test('names its sources once each', async () => {
    const source = {type: 'source-url', sourceId: 's1', url: 'https://a.example/', title: 'Returns'};
    const endpoint = await createEndpoint({
      steps: [write(source, word('a'), source, {...source, sourceId: 's2'}, FINISH)],
    });
    const {chat, ended, lastAnswer} = startChat(endpoint.url);
    chat.send('Hi');
    await ended();
    expect(lastAnswer().sources.map(({id}) => id)).toEqual(['s1', 's2']);
  });

  test('that the server stopped is shown as stopped, never as whole', async () => {
    const endpoint = await createEndpoint({steps: [write(word('On its '), {type: 'abort'})]});
    const {chat, ended, lastAnswer, kinds} = startChat(endpoint.url);
    chat.send('Hi');
    expect((await ended()).outcome).toBe('stopped');
    expect(lastAnswer()).toMatchObject({state: 'stopped', text: 'On its '});
    expect(kinds()).not.toContain('complete');
  });
});

describe('a question', () => {
  test('of nothing but blanks is none', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const {chat, events} = startChat(endpoint.url);
    chat.send(' \n ');
    expect(chat.state().messages).toEqual([]);
    expect(events).toEqual([]);
    expect((await endpoint.seen()).posts).toEqual([]);
  });

  test('carries what was said before, and the facts that the site gave', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const {chat, ended} = startChat(endpoint.url, {model: 'small', context: {product: 'sku-1'}, userToken: 'one'});
    chat.send('First?');
    await ended();
    chat.setUser('two');
    chat.setContext({product: 'sku-2'});
    chat.send('Second?');
    const {id} = await ended(2);
    const [first, second] = await bodies(endpoint);
    expect(second.messages.map(({role, content}: {role: string; content: string}) => [role, content])).toEqual([
      ['user', 'First?'],
      ['assistant', 'On its way.'],
      ['user', 'Second?'],
    ]);
    expect(second.id).toBe(first.id);
    expect(first.fw).toMatchObject({v: 1, attempt: 0, model: 'small', context: {product: 'sku-1'}, language: 'de'});
    expect(second.fw).toMatchObject({key: id, context: {product: 'sku-2'}});
    expect(first.fw.key).not.toBe(second.fw.key);
    const {posts} = await endpoint.seen();
    expect(posts.map(({headers}) => headers['authorization'])).toEqual(['Bearer one', 'Bearer two']);
  });

  test('carries of a long conversation only the newest that fit, and always itself', async () => {
    const long = 'x'.repeat(20_000);
    const endpoint = await createEndpoint({steps: [write(START, word(long), FINISH)]});
    const {chat, ended} = startChat(endpoint.url);
    chat.send('First?');
    await ended();
    chat.send('Second?');
    await ended(2);
    chat.send('Third?');
    await ended(3);
    chat.send('y'.repeat(50_000));
    await ended(4);
    const said = (await bodies(endpoint)).map(({messages}) =>
      messages.map(({role, content}: {role: string; content: string}) => `${role} ${content.length}`),
    );
    expect(said).toEqual([
      ['user 6'],
      ['user 6', 'assistant 20000', 'user 7'],
      ['user 7', 'assistant 20000', 'user 6'],
      ['user 50000'],
    ]);
  });

  test('asked while an answer comes abandons that one', async () => {
    const endpoint = await createEndpoint(SLOW, WHOLE);
    const {chat, ended, arrived, answers, records, kinds} = startChat(endpoint.url);
    chat.send('First?');
    await until(() => arrived.size).toBe(1);
    chat.send('Second?');
    await ended(2);
    expect(answers().map(({state, text}) => [state, text])).toEqual([
      ['stopped', 'On its '],
      ['complete', 'On its way.'],
    ]);
    expect(records().map(({outcome, left, n}) => ({outcome, left, n}))).toEqual([
      {outcome: 'abandoned', left: 'resubmit', n: 1},
      {outcome: 'complete', left: undefined, n: 2},
    ]);
    expect(kinds().filter((kind) => kind === 'complete')).toHaveLength(1);
    await expectValid(...records());
    await endpoint.closed();
    expect((await endpoint.seen()).posts).toHaveLength(2);
  });

  test('asked five times at once leaves one answer and five records', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const {chat, ended, answers, records} = startChat(endpoint.url);
    for (const text of ['1', '2', '3', '4', '5']) chat.send(text);
    await ended(5);
    expect(answers().map(({state}) => state)).toEqual(['stopped', 'stopped', 'stopped', 'stopped', 'complete']);
    expect(
      records()
        .map(({outcome}) => outcome)
        .sort(),
    ).toEqual([...Array(4).fill('abandoned'), 'complete']);
    await endpoint.closed();
  });
});

describe('stopping', () => {
  test('keeps what has come and closes the connection', async () => {
    const endpoint = await createEndpoint(SLOW);
    const {chat, ended, arrived, lastAnswer, kinds} = startChat(endpoint.url);
    chat.send('Hi');
    await until(() => arrived.size).toBe(1);
    chat.stop();
    expect(lastAnswer()).toMatchObject({state: 'stopped', text: 'On its '});
    expect(chat.state().busy).toBe(false);
    const record = await ended();
    expect(record).toMatchObject({outcome: 'stopped', left: 'stop', waited: expect.any(Number)});
    expect(kinds()).toContain('stop');
    expect(kinds()).not.toContain('error');
    await expectValid(record);
    await endpoint.closed();
    chat.stop();
    expect(kinds().filter((kind) => kind === 'stop')).toHaveLength(1);
  });

  test('before the head closes the connection too', async () => {
    const endpoint = await createEndpoint({...WHOLE, headGate: 'never'});
    const {chat, ended, lastAnswer} = startChat(endpoint.url);
    chat.send('Hi');
    await until(async () => (await endpoint.seen()).open).toBe(1);
    chat.stop();
    expect(lastAnswer()).toMatchObject({state: 'stopped', text: ''});
    expect((await ended()).t).not.toHaveProperty('token');
    await endpoint.closed();
  });

  test('before what reads answers is there, with the paint still to come, is measured all the same', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const paints: (() => void)[] = [];
    const loading = Promise.withResolvers<void>();
    const {chat, ended} = startChat(endpoint.url, {
      afterPaint: (done) => void paints.push(() => done(performance.now())),
      async loadAnswering() {
        await loading.promise;
        return answering();
      },
    });
    chat.send('Hi');
    chat.stop();
    loading.resolve();
    await until(async () => (await endpoint.seen()).open).toBe(0);
    for (const paint of paints.splice(0)) paint();
    expect(await ended()).toMatchObject({outcome: 'stopped', left: 'stop'});
  });
});

describe('what measures answers', () => {
  test('may come after them: each is told then, with the times it had', async () => {
    const endpoint = await createEndpoint(WHOLE, WHOLE);
    const loading = Promise.withResolvers<Measure>();
    const {chat, kinds, records, lastAnswer, ended} = startChat(endpoint.url, {
      loadAnswering: async () => answering(loading.promise),
    });
    chat.send('First?');
    await until(() => lastAnswer().state).toBe('complete');
    chat.send('Second?');
    await until(() => lastAnswer().state).toBe('complete');
    await until(() => kinds().filter((kind) => kind === 'complete')).toHaveLength(2);
    expect(kinds()).not.toContain('turn');
    loading.resolve(createMeasure(MEASURE));
    await ended(2);
    expect(records().map(({n, outcome}) => [n, outcome])).toEqual([
      [1, 'complete'],
      [2, 'complete'],
    ]);
    for (const {t} of records()) expect(t.paint).toBeGreaterThan(0);
    await expectValid(...records());
  });

  test('may never come: answers do, and a question that failed is not asked again by itself', async () => {
    const endpoint = await createEndpoint(WHOLE, {status: 503});
    const {chat, kinds, lastAnswer} = startChat(endpoint.url, {
      loadAnswering: async () => answering(Promise.reject(new Error('blocked'))),
    });
    chat.send('First?');
    await until(() => lastAnswer().state).toBe('complete');
    chat.send('Second?');
    await until(() => lastAnswer()).toMatchObject({state: 'failed', problem: 'network'});
    await until(() => kinds()).toContain('error');
    expect(kinds()).not.toContain('turn');
    expect(await bodies(endpoint)).toHaveLength(2);
  });
});

describe('an edited question', () => {
  test('takes the place of the last one and its answer, and the record says so', async () => {
    const endpoint = await createEndpoint(WHOLE, WHOLE, WHOLE);
    const {chat, ended, records} = startChat(endpoint.url);
    chat.send('First?');
    await ended(1);
    chat.send('Second, wrongly?');
    await ended(2);
    chat.revise(chat.state().messages[2]?.id ?? '');
    expect(chat.state().messages).toHaveLength(4);
    chat.send('Second?');
    await ended(3);
    expect(chat.state().messages.map(({text}) => text)).toEqual(['First?', 'On its way.', 'Second?', 'On its way.']);
    expect((await bodies(endpoint))[2].messages.map(({content}: {content: string}) => content)).toEqual([
      'First?',
      'On its way.',
      'Second?',
    ]);
    expect(records().map(({again}) => again)).toEqual([undefined, undefined, 'edit']);
    await expectValid(...records());
  });

  test('that was given up replaces nothing, nor does the question after an edited one', async () => {
    const endpoint = await createEndpoint(WHOLE, WHOLE, WHOLE);
    const {chat, ended} = startChat(endpoint.url);
    chat.send('First?');
    await ended(1);
    chat.revise(chat.state().messages[0]?.id ?? '');
    chat.revise('');
    chat.send('Second?');
    await ended(2);
    chat.revise(chat.state().messages[2]?.id ?? '');
    chat.send('Other?');
    await ended(3);
    expect(
      chat
        .state()
        .messages.filter(({kind}) => kind === 'question')
        .map(({text}) => text),
    ).toEqual(['First?', 'Other?']);
  });
});

describe('what a backend does before it speaks', () => {
  const stage = (data: object) => ({type: 'data-fw-stage', data: {state: 'start', ...data}});

  test('is told by its stage or in its own words, and the first sign of it is a milestone', async () => {
    const endpoint = await createEndpoint({
      steps: [
        write(START, stage({stage: 'retrieval'})),
        gate('tools'),
        write(stage({stage: 'warehouse', label: `Asking the warehouse${'!'.repeat(80)}`})),
        gate('more'),
        write(word('On its way.'), FINISH),
      ],
    });
    const {chat, lastAnswer, ended} = startChat(endpoint.url);
    chat.send('Where?');
    await until(() => lastAnswer().words).toEqual({stage: 'retrieval', label: undefined});
    expect(lastAnswer().state).toBe('waiting');
    await endpoint.open('tools');
    await until(() => lastAnswer().words?.label).toBe(`Asking the warehouse${'!'.repeat(40)}`);
    await endpoint.open('more');
    const {t} = await ended();
    expect(t.status).toBeGreaterThan(0);
    expect(t.status).toBeLessThanOrEqual(t.token ?? 0);
  });

  test('stays untold where there are no words for it', async () => {
    const endpoint = await createEndpoint({
      steps: [write(START, stage({stage: 'warehouse'})), gate('more'), write(word('Yes.'), FINISH)],
    });
    const {chat, lastAnswer, ended} = startChat(endpoint.url);
    chat.send('Where?');
    await until(async () => (await endpoint.seen()).open).toBe(1);
    await endpoint.open('more');
    const {t} = await ended();
    expect(lastAnswer().words).toBeUndefined();
    expect(t).not.toHaveProperty('status');
  });
});

describe('a retry', () => {
  test('puts a new answer in the place of the old one', async () => {
    const endpoint = await createEndpoint({steps: [write(word('Hal'))]}, WHOLE);
    const {chat, ended, lastAnswer, records} = startChat(endpoint.url);
    chat.send('First?');
    await ended();
    const {id} = lastAnswer();
    chat.retry(id);
    expect(chat.state().messages).toHaveLength(2);
    expect(lastAnswer()).toMatchObject({state: 'waiting', text: ''});
    await ended(2);
    expect(lastAnswer()).toMatchObject({state: 'complete', text: 'On its way.'});
    expect(records().map(({outcome, again}) => [outcome, again])).toEqual([
      ['cut', undefined],
      ['complete', 'regenerate'],
    ]);
    const [, second] = await bodies(endpoint);
    expect(second.messages.map(({content}: {content: string}) => content)).toEqual(['First?']);
  });

  test('of an earlier answer leaves the later ones where they are', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const {chat, ended, answers} = startChat(endpoint.url);
    chat.send('First?');
    await ended();
    chat.send('Second?');
    await ended(2);
    const [first, second] = answers();
    chat.retry(first?.id ?? '');
    await ended(3);
    expect(chat.state().messages.map(({kind}) => kind)).toEqual(['question', 'answer', 'question', 'answer']);
    expect(answers()[0]?.id).not.toBe(first?.id);
    expect(answers()[1]).toEqual(second);
    expect((await bodies(endpoint))[2].messages).toHaveLength(1);
  });

  test('of what is no answer does nothing', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const {chat, ended} = startChat(endpoint.url);
    chat.send('Hi');
    await ended();
    const [question] = chat.state().messages;
    chat.retry(question?.id ?? '');
    chat.retry('unknown');
    expect(chat.state().busy).toBe(false);
    expect((await endpoint.seen()).posts).toHaveLength(1);
  });
});

const BAD: [name: string, answer: Answer, problem: Problem, record: Partial<TurnRecord>][] = [
  ['a cut answer', {steps: [write(START, word('Hal'))]}, 'cut', {outcome: 'cut', error: 'stream-cut'}],
  ['a cut before the first word', {steps: [write(START)]}, 'cut', {outcome: 'cut', error: 'stream-cut'}],
  [
    'a drop amid words',
    {steps: [write(word('Hal')), gate('seen'), {kind: 'drop'}]},
    'cut',
    {outcome: 'cut', error: 'stream-cut'},
  ],
  [
    'a drop before all',
    {headers: {'content-type': 'text/event-stream'}, steps: [{kind: 'drop'}]},
    'network',
    {outcome: 'error', error: 'network', retries: 2},
  ],
  ['500', {status: 500, headers: {}}, 'server', {outcome: 'error', error: 'http-5xx', retries: 2}],
  ['503', {status: 503, headers: {'retry-after': '3600'}}, 'busy', {outcome: 'error', error: 'http-5xx'}],
  ['429', {status: 429, headers: {'retry-after': '3600'}}, 'busy', {outcome: 'error', error: 'http-429'}],
  ['404', {status: 404, headers: {}}, 'not-found', {outcome: 'error', error: 'http-4xx'}],
  ['405', {status: 405, headers: {}}, 'not-found', {outcome: 'error', error: 'http-4xx'}],
  ['403', {status: 403, headers: {}}, 'refused', {outcome: 'error', error: 'http-4xx'}],
  ['400', {status: 400, headers: {}}, 'refused', {outcome: 'error', error: 'http-4xx'}],
  [
    'a page',
    {headers: {'content-type': 'text/html'}, steps: [{kind: 'write', text: '<html>'}]},
    'not-a-stream',
    {outcome: 'error', error: 'parse'},
  ],
  ['an empty answer', {steps: []}, 'empty', {outcome: 'error', error: 'parse'}],
  ['an end without a word', {steps: [write(START, FINISH)]}, 'empty', {outcome: 'error', error: 'parse'}],
  ['words that are none', {steps: [write(word(''), FINISH)]}, 'empty', {outcome: 'error', error: 'parse'}],
  [
    'no JSON',
    {steps: [{kind: 'write', text: 'data: oops\n\n'}, gate('never')]},
    'unreadable',
    {outcome: 'error', error: 'parse'},
  ],
  [
    'an endless line',
    {steps: [{kind: 'write', text: 'x', times: 1}, {kind: 'write', text: 'x'.repeat(300_000)}, gate('never')]},
    'too-large',
    {outcome: 'error', error: 'parse'},
  ],
  [
    'a failed event',
    {steps: [write(word('Hal'), {type: 'data-fw-error', data: {code: 'overload'}}, {type: 'error', errorText: 'x'})]},
    'server',
    {outcome: 'error', error: 'server'},
  ],
  [
    'an error of the protocol',
    {steps: [write(word('Hal'), {type: 'error', errorText: 'x'}), gate('never')]},
    'server',
    {outcome: 'error', error: 'server'},
  ],
];

describe('a failure', () => {
  test.each(BAD)('by %s is told by its kind, once, and closes the connection', async (_, answer, problem, told) => {
    const endpoint = await createEndpoint(answer);
    const {chat, ended, events, lastAnswer, kinds} = startChat(endpoint.url, {
      emit(event) {
        events.push(event);
        if (event.kind === 'firsttoken') void endpoint.open('seen');
      },
    });
    chat.send('Hi');
    const record = await ended();
    const state = problem === 'cut' ? 'cut' : 'failed';
    expect(lastAnswer()).toMatchObject({state, problem});
    expect(chat.state().busy).toBe(false);
    expect(events).toContainEqual({kind: 'error', turnId: record.id, problem});
    expect(kinds().filter((kind) => kind === 'error' || kind === 'trouble')).toHaveLength(2);
    expect(kinds()).not.toContain('complete');
    expect(record).toMatchObject({...told, final: true, waited: expect.any(Number)});
    await expectValid(record);
    await endpoint.closed();
    expect((await endpoint.seen()).posts).toHaveLength(1 + (told.retries ?? 0));
  });

  test('keeps the words that had come', async () => {
    const endpoint = await createEndpoint({
      steps: [write(word('Hal'), word('f')), {kind: 'write', text: 'data: {oops\n\n'}],
    });
    const {chat, ended, lastAnswer} = startChat(endpoint.url);
    chat.send('Hi');
    await ended();
    expect(lastAnswer()).toMatchObject({state: 'failed', text: 'Half'});
  });

  test('of the form tells the words that it was refused with', async () => {
    const detail = [{loc: ['body', 'threadId'], msg: 'Field required'}];
    const endpoint = await createEndpoint({
      status: 422,
      headers: {'content-type': 'application/json'},
      steps: [{kind: 'write', text: JSON.stringify({detail})}],
    });
    const {chat, ended, events} = startChat(endpoint.url);
    chat.send('Hi');
    await ended();
    expect(events).toContainEqual({kind: 'trouble', problem: 'refused', status: 422, words: JSON.stringify({detail})});
    expect((await endpoint.seen()).posts).toHaveLength(1);
  });

  test('to reach the endpoint is one of the network, and offline is said to be so', async () => {
    const {chat, ended, lastAnswer, records} = startChat('http://127.0.0.1:1/');
    chat.send('Hi');
    await ended();
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    chat.retry(lastAnswer().id);
    await ended(2);
    expect(lastAnswer().problem).toBe('offline');
    expect(records().map(({outcome, error}) => [outcome, error])).toEqual([
      ['error', 'network'],
      ['offline', undefined],
    ]);
  });

  test('to load what reads answers is told, and the next question tries again', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const load = vi.fn(async () => answering()).mockRejectedValueOnce(new Error('blocked'));
    const {chat, ended, lastAnswer, records, kinds} = startChat(endpoint.url, {loadAnswering: load});
    chat.send('Hi');
    await until(() => lastAnswer().state).toBe('failed');
    expect(lastAnswer().problem).toBe('network');
    expect(chat.state().busy).toBe(false);
    await until(() => kinds()).toContain('error');
    await endpoint.closed();
    chat.retry(lastAnswer().id);
    await ended(2);
    expect(lastAnswer().state).toBe('complete');
    expect(load).toHaveBeenCalledTimes(2);
    expect(records().map(({outcome, n}) => [outcome, n])).toEqual([
      ['error', 1],
      ['complete', 2],
    ]);
    await expectValid(...records());
  });
});

describe('hello', () => {
  const FIRSTWORD: Answer = {...WHOLE, headers: NATIVE};

  test('is said once, when the chat is about to open, and nothing before', async () => {
    const endpoint = await createEndpoint(FIRSTWORD);
    const {chat} = startChat(endpoint.url, {warm: true});
    expect((await endpoint.seen()).hellos).toBe(0);
    chat.hello();
    chat.open();
    chat.open();
    await until(async () => (await endpoint.seen()).hellos).toBe(1);
    expect((await endpoint.seen()).posts).toEqual([]);
  });

  test('is not said where nothing may be speculated', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const {chat, ended} = startChat(endpoint.url);
    chat.open();
    chat.send('Hi');
    await ended();
    expect((await endpoint.seen()).hellos).toBe(0);
  });

  test('that a Firstword server answered saves the preflight of the first question', async () => {
    const endpoint = await createEndpoint(FIRSTWORD);
    const fetched = vi.spyOn(globalThis, 'fetch');
    const {chat, ended} = startChat(endpoint.url, {warm: true});
    chat.open();
    await fetched.mock.results[0]?.value;
    chat.send('Hi');
    expect((await ended()).proto).toBe('firstword');
    const {preflights, posts} = await endpoint.seen();
    expect([preflights, posts.length]).toEqual([0, 1]);
    expect(posts[0]?.headers['content-type']).toBe('text/plain;charset=UTF-8');
  });

  test('that nobody answered changes nothing', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const {chat, ended, events} = startChat(endpoint.url, {warm: true});
    chat.send('Hi');
    await ended();
    expect((await endpoint.seen()).posts[0]?.headers['content-type']).toBe('application/json');
    expect(events.filter(({kind}) => kind === 'trouble')).toEqual([]);
  });
});

test.each([400, 415, 422])(
  'the form without a preflight, refused with %i, is sent once more as JSON',
  async (status) => {
    const endpoint = await createEndpoint({status, headers: {}}, WHOLE);
    const {chat, ended, lastAnswer, events} = startChat(endpoint.url, {protocol: 'firstword'}, {protocol: 'firstword'});
    chat.send('Hi');
    expect((await ended()).outcome).toBe('complete');
    expect(lastAnswer().text).toBe('On its way.');
    const {posts} = await endpoint.seen();
    expect(posts.map(({headers}) => headers['content-type'])).toEqual(['text/plain;charset=UTF-8', 'application/json']);
    const [first, second] = posts.map(({body}) => ({...JSON.parse(body).fw, deadlineMs: 0}));
    expect(second).toEqual(first);
    expect(events.filter(({kind}) => kind === 'trouble')).toHaveLength(1);
  },
);

test('the form without a preflight is not sent again for any other failure, nor twice', async () => {
  for (const [answers, count] of [
    [[{status: 403, headers: {}}], 1],
    [[{status: 400, headers: {}}], 2],
  ] as const) {
    const endpoint = await createEndpoint(...answers);
    const {chat, ended} = startChat(endpoint.url, {protocol: 'firstword'}, {protocol: 'firstword'});
    chat.send('Hi');
    await ended();
    expect((await endpoint.seen()).posts).toHaveLength(count);
  }
});

describe('a conversation', () => {
  test('is there again on the next page, and goes on', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const before = startChat(endpoint.url);
    before.chat.send('First?');
    await before.ended();
    before.chat.draft('half a ques');
    before.chat.visibility('hidden');
    const after = startChat(endpoint.url);
    expect(after.chat.state().messages).toEqual([]);
    after.chat.open();
    expect(after.chat.state()).toMatchObject({draft: 'half a ques', busy: false});
    expect(after.chat.state().messages).toEqual(before.chat.state().messages);
    after.chat.send('Second?');
    await after.ended();
    const [first, second] = await bodies(endpoint);
    expect(second.id).toBe(first.id);
    expect(second.messages).toHaveLength(3);
  });

  test('whose answer was on its way comes back cut, with what had come', async () => {
    const endpoint = await createEndpoint(SLOW, WHOLE);
    const before = startChat(endpoint.url);
    before.chat.send('First?');
    await until(() => before.arrived.size).toBe(1);
    before.chat.visibility('hidden');
    const after = startChat(endpoint.url);
    after.chat.open();
    expect(after.lastAnswer()).toMatchObject({state: 'cut', problem: 'cut', text: 'On its '});
    after.chat.retry(after.lastAnswer().id);
    await after.ended();
    expect(after.lastAnswer()).toMatchObject({state: 'complete', text: 'On its way.'});
  });

  test('is not stored before it is opened', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const {chat} = startChat(endpoint.url);
    chat.draft('a');
    chat.visibility('hidden');
    expect({...sessionStorage}).toEqual({});
  });

  test('keeps its draft a moment after it was written', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const {chat} = startChat(endpoint.url);
    chat.open();
    chat.draft('half a ques');
    const store = createConversationStore({persist: 'session', name: endpoint.url});
    await until(() => createConversationStore({persist: 'session', name: endpoint.url}).read()?.draft).toBe(
      'half a ques',
    );
    store.forget();
  });
});

describe('forgetting', () => {
  test('leaves nothing on screen or in the browser, now or later, and begins a new conversation', async () => {
    const endpoint = await createEndpoint(SLOW, WHOLE);
    const {chat, ended, arrived} = startChat(endpoint.url);
    chat.send('First?');
    await until(() => arrived.size).toBe(1);
    chat.forget();
    expect(chat.state()).toMatchObject({messages: [], draft: '', busy: false});
    expect({...sessionStorage}).toEqual({});
    await ended();
    chat.visibility('hidden');
    expect({...sessionStorage}, 'after the page was hidden').toEqual({});
    await endpoint.closed();
    chat.send('Second?');
    await ended(2);
    const [first, second] = await bodies(endpoint);
    expect(second.messages).toHaveLength(1);
    expect(second.id).not.toBe(first.id);
  });

  test('takes a draft with it that was about to be kept', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const {chat} = startChat(endpoint.url);
    chat.open();
    vi.useFakeTimers();
    chat.draft('half a ques');
    chat.forget();
    vi.runAllTimers();
    vi.useRealTimers();
    expect({...sessionStorage}).toEqual({});
  });
});

describe('consent', () => {
  test('that is denied keeps the conversation in memory from then on', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const {chat, ended} = startChat(endpoint.url);
    chat.send('First?');
    await ended();
    chat.consent('denied');
    chat.send('Second?');
    await ended(2);
    chat.visibility('hidden');
    expect(chat.state().messages).toHaveLength(4);
    expect({...sessionStorage}).toEqual({});
  });

  test('that came before the first question holds for its record', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const collector = await createEndpoint({status: 204, headers: {}});
    const {chat, ended} = startChat(endpoint.url, {}, {rum: collector.url, consent: 'required'});
    chat.consent('granted');
    chat.send('Hi');
    await ended();
    await until(async () => (await collector.seen()).posts.length).toBe(1);
  });
});

describe('words', () => {
  const ASKED = 'a-very-secret-question';
  const SAID = 'an-even-more-secret-answer';

  test.each([
    ['a whole answer', {steps: [write(START, word(SAID), FINISH)]}],
    ['a cut one', {steps: [write(word(SAID))]}],
    ['a failed one', {steps: [write(word(SAID), {type: 'error', errorText: SAID})]}],
  ])('of %s go to the endpoint and nowhere else', async (_, answer) => {
    const endpoint = await createEndpoint(answer);
    const collector = await createEndpoint({status: 204, headers: {}});
    const fetched = vi.spyOn(globalThis, 'fetch');
    const {chat, ended, events} = startChat(endpoint.url, {warm: true}, {rum: collector.url});
    chat.open();
    chat.draft(`${ASKED} draft`);
    chat.send(ASKED);
    await ended();
    chat.visibility('hidden');
    await until(async () => (await collector.seen()).posts.length).toBeGreaterThan(0);
    const {posts} = await collector.seen();
    const told = JSON.stringify([events, posts]);
    expect(told).not.toContain(ASKED);
    expect(told).not.toContain(SAID);
    expect(posts.map(({faults}) => faults).join('')).toBe('');
    const elsewhere = fetched.mock.calls.filter(([url, init]) => JSON.stringify([String(url), init]).includes(ASKED));
    expect(elsewhere.map(([url]) => url)).toEqual([endpoint.url]);
  });
});

describe('a page', () => {
  test('that is hidden amid an answer tells where the turn stands, and the end later', async () => {
    const endpoint = await createEndpoint(SLOW);
    const collector = await createEndpoint({status: 204, headers: {}});
    const {chat, ended, arrived} = startChat(endpoint.url, {}, {rum: collector.url});
    chat.send('Hi');
    await until(() => arrived.size).toBe(1);
    chat.visibility('hidden');
    await until(async () => (await collector.seen()).posts.length).toBe(1);
    chat.visibility('visible');
    await endpoint.open('more');
    const record = await ended();
    expect(record).toMatchObject({outcome: 'complete', rev: 2, hidden: expect.any(Number), hid: expect.any(Number)});
    await until(async () => (await collector.seen()).posts.length).toBe(2);
    const {posts} = await collector.seen();
    expect(posts.map(({faults}) => faults)).toEqual(['', '']);
    const turns = posts.flatMap(({body}): TurnRecord[] => JSON.parse(body).turns);
    expect(turns.map(({id, rev, final, outcome, left}) => ({id, rev, final, outcome, left}))).toEqual([
      {id: record.id, rev: 1, final: false, outcome: 'open', left: 'hidden'},
      {id: record.id, rev: 2, final: true, outcome: 'complete'},
    ]);
    await endpoint.closed();
    expect((await endpoint.seen()).posts).toHaveLength(1);
  });

  describe('whose requests end because it may be left', () => {
    const DROPPED: Answer = {steps: [write(START, word('On its ')), gate('more'), {kind: 'drop'}]};

    test('counts as abandoned when it goes', async () => {
      const endpoint = await createEndpoint(DROPPED);
      const {chat, arrived, records, lastAnswer} = startChat(endpoint.url);
      chat.send('Hi');
      await until(() => arrived.size).toBe(1);
      chat.visibility('leaving');
      await endpoint.open('more');
      await endpoint.closed();
      expect(lastAnswer().state).toBe('streaming');
      chat.visibility('gone');
      expect(records()).toMatchObject([{outcome: 'abandoned', left: 'pagehide'}]);
    });

    test('has a failed turn when it stays', async () => {
      const endpoint = await createEndpoint(DROPPED);
      const {chat, arrived, ended, lastAnswer} = startChat(endpoint.url);
      chat.send('Hi');
      await until(() => arrived.size).toBe(1);
      chat.visibility('leaving');
      const late = vi.spyOn(globalThis, 'setTimeout');
      await endpoint.open('more');
      await until(() => late.mock.calls.find(([, delayMs]) => (delayMs ?? 0) >= 5000)).toBeDefined();
      const [judge, , ...facts] = late.mock.calls.find(([, delayMs]) => (delayMs ?? 0) >= 5000) ?? [];
      late.mockRestore();
      if (typeof judge === 'function') judge(...facts); // its time has come
      expect(await ended()).toMatchObject({outcome: 'cut', error: 'stream-cut'});
      expect(lastAnswer()).toMatchObject({state: 'cut', problem: 'cut'});
    });
  });

  test('that goes for good leaves an abandoned turn, told at once', async () => {
    const endpoint = await createEndpoint(SLOW);
    const collector = await createEndpoint({status: 204, headers: {}});
    const {chat, arrived, records} = startChat(endpoint.url, {afterPaint: () => undefined}, {rum: collector.url});
    chat.send('Hi');
    await until(() => arrived.size).toBe(1);
    const beacon = vi.spyOn(navigator, 'sendBeacon');
    chat.visibility('gone');
    expect(records()).toMatchObject([{outcome: 'abandoned', left: 'pagehide', final: true}]);
    expect(beacon).toHaveBeenCalledOnce();
    await expectValid(...records());
    await endpoint.closed();
    await until(async () => (await collector.seen()).posts.length).toBeGreaterThan(0);
    const kept = createConversationStore({persist: 'session', name: endpoint.url}).read();
    // kept as it stood, for the next page to read on or to show as cut
    expect(kept?.messages.at(-1)).toMatchObject({text: 'On its ', state: 'streaming'});
  });
});

describe('a destroyed chat', () => {
  test('closes its connection and calls nobody back', async () => {
    const endpoint = await createEndpoint(SLOW);
    const {chat, arrived, events} = startChat(endpoint.url);
    chat.send('Hi');
    await until(() => arrived.size).toBe(1);
    const told = vi.fn<() => void>();
    chat.subscribe(told);
    const before = events.length;
    chat.destroy();
    await endpoint.closed();
    expect(told).not.toHaveBeenCalled();
    expect(events.slice(before)).toEqual([]);
  });

  test('says and sends nothing of a turn whose last paint is still to come', async () => {
    const endpoint = await createEndpoint(WHOLE);
    const collector = await createEndpoint({status: 204, headers: {}});
    const paints: (() => void)[] = [];
    const {chat, events, lastAnswer} = startChat(
      endpoint.url,
      {afterPaint: (done) => void paints.push(() => done(performance.now()))},
      {rum: collector.url},
    );
    chat.send('Hi');
    await until(() => lastAnswer().state).toBe('complete');
    chat.destroy();
    const before = events.length;
    for (const paint of paints.splice(0)) paint();
    expect(events.slice(before)).toEqual([]);
  });

  test('that is still loading what reads answers starts nothing when it comes', async () => {
    const endpoint = await createEndpoint({...WHOLE, headGate: 'never'});
    const loading = Promise.withResolvers<void>();
    const {chat, events} = startChat(endpoint.url, {
      async loadAnswering() {
        await loading.promise;
        return answering();
      },
    });
    chat.send('Hi');
    await until(async () => (await endpoint.seen()).open).toBe(1);
    chat.destroy();
    loading.resolve();
    await endpoint.closed();
    expect(events.map(({kind}) => kind)).toEqual(['send']);
  });
});

test('every change of state is a new object, and unchanged messages keep theirs', async () => {
  const endpoint = await createEndpoint(WHOLE);
  const {chat, ended} = startChat(endpoint.url);
  chat.send('First?');
  await ended();
  const before: ChatState = chat.state();
  chat.send('Second?');
  await ended(2);
  expect(chat.state()).not.toBe(before);
  expect(chat.state().messages[0]).toBe(before.messages[0]);
  expect(chat.state().messages[1]).toBe(before.messages[1]);
});

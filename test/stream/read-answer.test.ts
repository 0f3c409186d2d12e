import {afterEach, expect, test, vi} from 'vitest';
import {type AnswerEvent, createReader, type Resume} from '../../src/protocol/index.ts';
import {
  type FailureKind,
  getRest,
  postQuestion,
  type Reading,
  readAnswer,
  StreamError,
} from '../../src/stream/index.ts';
import type {Answer} from './answer-server.ts';
import {createEndpoint, FINISH, gate, START, sse, until, word, write} from './endpoint.ts';

const QUESTION = {
  id: 'c1',
  trigger: 'submit-message' as const,
  messages: [],
  fw: {v: 1, key: 'k1', attempt: 0},
};

afterEach(() => vi.restoreAllMocks());

/** Posts to an endpoint and reads what it answers, as a chat does: the poster closes the connection at the end. */
async function ask(url: string, more: Partial<Reading> = {}): Promise<AnswerEvent[]> {
  const events: AnswerEvent[] = [];
  const abort = new AbortController();
  const signal = more.signal ? AbortSignal.any([more.signal, abort.signal]) : abort.signal;
  const endpoint = {endpoint: url, credentials: 'same-origin' as const, userToken: undefined};
  const post = (lastEventId?: string) => {
    const fw = lastEventId === undefined ? QUESTION.fw : {...QUESTION.fw, lastEventId};
    return postQuestion({...endpoint, body: {...QUESTION, fw}, fw, preflightFree: true, signal});
  };
  const resume = (rest: Resume) =>
    rest.kind === 'post' ? post(rest.lastEventId) : getRest({...endpoint, rest, signal});
  const response = more.response ?? post();
  response.catch(() => undefined); // the reader judges it
  try {
    await readAnswer({...createReading(response, events, url), resume, ...more, signal});
    return events;
  } finally {
    abort.abort();
  }
}

function createReading(response: Promise<Response>, events: AnswerEvent[], endpoint = location.href): Reading {
  return {
    response,
    createReader: async (headers) => createReader({protocol: 'auto', headers, endpoint, conversationId: QUESTION.id}),
    resume: () => Promise.reject(new TypeError('nothing to resume from')),
    shown: () => words(events),
    signal: new AbortController().signal,
    now: () => performance.now(),
    onHead: () => undefined,
    onChunk: () => undefined,
    onEvent: (event) => void events.push(event),
  };
}

async function failure(work: Promise<unknown>): Promise<StreamError> {
  const cause = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (cause instanceof StreamError) return cause;
  throw new Error('no StreamError', {cause});
}

/** A response made here, for byte-exact chunks. */
function respond(chunks: Uint8Array[]): Promise<Response> {
  const body = new ReadableStream({
    start(sink) {
      for (const chunk of chunks) sink.enqueue(chunk);
      sink.close();
    },
  });
  return Promise.resolve(new Response(body, {headers: {'content-type': 'text/event-stream'}}));
}

const words = (events: AnswerEvent[]) => events.map((event) => (event.kind === 'text' ? event.text : '')).join('');
const html = {'content-type': 'text/html'};
const stream = {'content-type': 'text/event-stream'};

test('a whole answer is read to its end, and the connection is closed', async () => {
  const endpoint = await createEndpoint({steps: [write(START, word('Hel'), word('lo'), FINISH)]});
  const events = await ask(endpoint.url);
  expect(words(events)).toBe('Hello');
  expect(events.map(({kind}) => kind)).toEqual(['start', 'text', 'text', 'end']);
  await endpoint.closed();
  expect((await endpoint.seen()).posts).toHaveLength(1);
});

test('the end of the answer ends the reading though the server keeps the connection open', async () => {
  const endpoint = await createEndpoint({steps: [write(word('Hi'), FINISH, word('too late')), gate('never')]});
  expect(words(await ask(endpoint.url))).toBe('Hi');
  await endpoint.closed();
});

const BAD: [name: string, answer: Answer, kind: FailureKind, more?: Partial<StreamError>][] = [
  ['a clean close without an end, after words', {steps: [write(START, word('Hel'))]}, 'cut'],
  ['a clean close before any event', {steps: []}, 'empty'],
  ['nothing but comments', {steps: [{kind: 'write', text: ': ping\n\n: ping\n\n'}]}, 'empty'],
  ['a drop before the first token', {steps: [{kind: 'write', text: ': ping\n\n'}, {kind: 'drop'}]}, 'network'],
  ['a drop after the first token', {steps: [write(word('Hel')), gate('seen'), {kind: 'drop'}]}, 'cut'],
  ['[DONE] without an end', {steps: [write(word('Hel')), {kind: 'write', text: 'data: [DONE]\n\n'}]}, 'cut'],
  ['a last event that was not finished', {steps: [{kind: 'write', text: sse(word('a'), FINISH).trimEnd()}]}, 'cut'],
  ['500', {status: 500, headers: html, steps: [{kind: 'write', text: '<h1>'}]}, 'http', {status: 500}],
  ['500 that calls itself a stream', {status: 500, headers: stream, steps: [write(word('x'), FINISH)]}, 'http'],
  [
    '429 with a time to wait',
    {status: 429, headers: {'retry-after': '30'}},
    'http',
    {status: 429, retryAfterMs: 30_000},
  ],
  ['404', {status: 404, headers: html}, 'http', {status: 404}],
  ['204', {status: 204, headers: {}}, 'empty', {status: 204}],
  ['a page', {headers: html, steps: [{kind: 'write', text: '<html>'}]}, 'not-a-stream', {value: 'text/html'}],
  ['a type that only begins like a stream', {headers: {'content-type': 'text/event-streamish'}}, 'not-a-stream'],
  ['no type at all', {headers: {}, steps: [write(word('x'), FINISH)]}, 'not-a-stream'],
  [
    'an event that is no JSON',
    {steps: [write(word('a')), {kind: 'write', text: 'data: {"type":"text-del\n\n'}]},
    'unreadable',
    {value: '{"type":"text-del'},
  ],
  [
    'a line that is too long',
    {steps: [{kind: 'write', text: `data: ${'x'.repeat(300_000)}`}, gate('never')]},
    'too-large',
  ],
];

test.each(BAD)(
  '%s is told by its kind, after exactly one POST, with the connection closed',
  async (_, answer, kind, more = {}) => {
    const endpoint = await createEndpoint(answer);
    const cause = await failure(ask(endpoint.url, {onEvent: () => void endpoint.open('seen')}));
    expect({kind: cause.kind}).toEqual({kind});
    expect(cause).toMatchObject(more);
    await endpoint.closed();
    expect((await endpoint.seen()).posts).toHaveLength(1);
  },
);

test('no POST follows a failure, however often the tab is hidden and shown again', async () => {
  const endpoint = await createEndpoint({steps: [write(START, word('a')), gate('more'), write(word('b'))]});
  const toggle = () => document.dispatchEvent(new Event('visibilitychange'));
  const cause = await failure(
    ask(endpoint.url, {
      onEvent({kind}) {
        if (kind !== 'text') return;
        for (let times = 5; times > 0; times--) toggle();
        void endpoint.open('more');
      },
    }),
  );
  toggle();
  expect(cause.kind).toBe('cut');
  await endpoint.closed();
  expect((await endpoint.seen()).posts).toHaveLength(1);
});

test('an endpoint out of reach is a network failure', async () => {
  const cause = await failure(ask('http://127.0.0.1:1/'));
  expect(cause.kind).toBe('network');
  expect(cause.cause).toBeInstanceOf(TypeError);
});

test('any spelling of the event stream type is read', async () => {
  const endpoint = await createEndpoint({
    headers: {'content-type': 'Text/Event-Stream; charset=utf-8'},
    steps: [write(word('ok'), FINISH)],
  });
  expect(words(await ask(endpoint.url))).toBe('ok');
});

test('a signal that was aborted before sends nothing', async () => {
  const endpoint = await createEndpoint({steps: [write(FINISH)]});
  const reason = new Error('changed my mind');
  await expect(ask(endpoint.url, {signal: AbortSignal.abort(reason)})).rejects.toBe(reason);
  expect((await endpoint.seen()).posts).toHaveLength(0);
});

test.each(['before the head', 'at the head', 'at a chunk', 'at a word', 'while waiting for more'])(
  'an abort %s rejects with its reason and closes the connection',
  async (moment) => {
    const endpoint = await createEndpoint({
      headGate: moment === 'before the head' ? 'never' : 'now',
      steps: [write(START, word('a')), gate('never')],
    });
    void endpoint.open('now');
    const abort = new AbortController();
    const reason = new Error('enough');
    const stop = () => abort.abort(reason);
    const asked = ask(endpoint.url, {
      signal: abort.signal,
      onHead: () => moment === 'at the head' && stop(),
      onChunk: () => moment === 'at a chunk' && stop(),
      onEvent({kind}) {
        if (moment === 'at a word') stop();
        else if (kind === 'text' && moment === 'while waiting for more') setTimeout(stop);
      },
    });
    const rejected = expect(asked).rejects.toBe(reason);
    if (moment === 'before the head') {
      await until(async () => (await endpoint.seen()).open).toBe(1);
      stop();
    }
    await rejected;
    await endpoint.closed();
    expect((await endpoint.seen()).posts).toHaveLength(1);
  },
);

test('a callback that throws ends the reading with what it threw and closes the connection', async () => {
  const endpoint = await createEndpoint({steps: [write(START, word('a')), gate('never')]});
  const fault = new Error('a fault of ours');
  const asked = ask(endpoint.url, {
    onEvent() {
      throw fault;
    },
  });
  await expect(asked).rejects.toBe(fault);
  await endpoint.closed();
  expect((await endpoint.seen()).posts).toHaveLength(1);
});

test('what a callback throws at the end itself is not lost', async () => {
  const fault = new Error('no answer after all');
  const events = new TextEncoder().encode(sse(START, FINISH));
  const onEvent = ({kind}: AnswerEvent) => {
    if (kind === 'end') throw fault;
  };
  await expect(readAnswer({...createReading(respond([events]), []), onEvent})).rejects.toBe(fault);
});

test('words that came before a line that is too long are read, in whatever chunk', async () => {
  const bytes = new TextEncoder().encode(`${sse(word('a'), word('b'))}data: ${'x'.repeat(300_000)}`);
  for (const at of [0, 10, 60, 100, 1000, 290_000]) {
    const events: AnswerEvent[] = [];
    const chunks = [bytes.slice(0, at), bytes.slice(at)];
    const cause = await failure(readAnswer(createReading(respond(chunks), events)));
    expect([cause.kind, words(events)], `split at ${at}`).toEqual(['too-large', 'ab']);
  }
});

test('a hundred turns leave no listener on a shared signal or on the document', async () => {
  const {signal} = new AbortController();
  const added = vi.spyOn(signal, 'addEventListener');
  const onDocument = vi.spyOn(document, 'addEventListener');
  const bytes = new TextEncoder().encode(sse(word('a'), FINISH));
  for (let turn = 0; turn < 100; turn++) await readAnswer({...createReading(respond([bytes]), []), signal});
  for (let turn = 0; turn < 20; turn++) {
    await failure(readAnswer({...createReading(respond([bytes.slice(0, 40)]), []), signal}));
  }
  expect(added).not.toHaveBeenCalled();
  expect(onDocument).not.toHaveBeenCalled();
});

test('an answer reads the same however its bytes are split', async () => {
  const text = 'Grüße 👋🏽,\nsecond line\r\n"quoted"';
  const wire = `\uFEFF: ping\r\n\r\nid: r-0\r\n${sse(START, word(text)).replaceAll('\n', '\r\n')}id: r-2\n${sse(FINISH)}`;
  const bytes = new TextEncoder().encode(wire);
  const read = async (chunks: Uint8Array[]) => {
    const events: AnswerEvent[] = [];
    await readAnswer(createReading(respond(chunks), events));
    return events;
  };
  const whole = await read([bytes]);
  expect(words(whole)).toBe(text);
  for (let at = 1; at < bytes.length; at++) {
    expect(await read([bytes.slice(0, at), bytes.slice(at)]), `split at ${at}`).toEqual(whole);
  }
  expect(await read(Array.from(bytes, (_, at) => bytes.slice(at, at + 1)))).toEqual(whole);
});

test('lines up to the limit are read, however long the answer', async () => {
  const long = 'x'.repeat(200_000);
  const endpoint = await createEndpoint({
    steps: [{kind: 'write', text: sse(word(long)), times: 8}, write(FINISH)],
  });
  expect(words(await ask(endpoint.url))).toHaveLength(8 * long.length);
});

test('a token of 10 MB is refused at the limit and does not hold up the page', async () => {
  const chunk = 'x'.repeat(65_536);
  const steps: Answer['steps'] = [
    {kind: 'write', text: 'data: {"type":"text-delta","id":"t","delta":"'},
    {kind: 'write', text: chunk, times: 160},
    write(FINISH),
  ];
  const endpoint = await createEndpoint({steps});
  let readBytes = 0;
  let longestMs = 0;
  let lastMs = performance.now();
  let watching = true;
  const {port1, port2} = new MessageChannel();
  port1.onmessage = () => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
    if (watching) port2.postMessage(0);
  };
  port2.postMessage(0);
  const startedMs = performance.now();
  const cause = await failure(ask(endpoint.url, {onChunk: () => void readBytes++}));
  const tookMs = performance.now() - startedMs;
  watching = false;
  expect(cause.kind).toBe('too-large');
  expect(readBytes, 'chunks taken before the refusal').toBeLessThan(160);
  expect(longestMs, `longest gap in the ${tookMs} ms`).toBeLessThan(500);
  await endpoint.closed();
});

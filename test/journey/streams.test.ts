import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {createGate} from '../gate.ts';
import {FINISH, NATIVE, numberEvents, START, word} from '../stream/endpoint.ts';
import {type Borrowed, borrowBrowser, findEngines, type Page, waitUntil} from './drive/index.ts';
import {ask, firstWords, lastAnswer, openByKeyboard, postCount, type Stage, startStage} from './stage.ts';

const WORDS = Array.from({length: 12}, (_, n) => (n % 4 === 3 ? `word${n}.\n\n` : `wörd${n} 👋🏽 `));
const events = numberEvents([START, ...WORDS.map(word), FINISH]);
/** Paragraphs follow one another without a space between them. */
const squeeze = (text: string) => text.replace(/\s+/g, '');
const SHOWN = squeeze(WORDS.join(''));
const HALF = 6;

/** A question as it reached the endpoint. */
interface Asked {
  trigger: string;
  messages: {content: string}[];
  fw: {key: string; attempt: number; lastEventId?: string};
}

type Chunk = string | Uint8Array | Promise<unknown> | 'break';

/** Streams chunks: texts, bytes, what to wait for, and a break of the connection. */
function stream(chunks: Chunk[], headers: Record<string, string> = NATIVE, status = 200): Response {
  const left = [...chunks];
  const body = new ReadableStream({
    async pull(sink) {
      const next = await left.shift();
      if (next === 'break') sink.error(new Error('broken on purpose'));
      else if (next instanceof Uint8Array) sink.enqueue(next);
      else if (typeof next === 'string') sink.enqueue(new TextEncoder().encode(next));
      if (left.length === 0 && next !== 'break') sink.close();
    },
  });
  return new Response(body, {status, headers});
}

const rest = ({fw}: Asked) => events(Number(fw.lastEventId?.split('-').at(-1) ?? -1) + 1);
let gate = createGate();

/** The bytes of the whole answer as a spec-abiding but unusual server might write them. */
const odd = new TextEncoder().encode(
  `\uFEFF: hello\r\n\r\nretry: 1000x\r\nid\n${events(0)
    .replaceAll('data: ', 'unknown: x\rdata:')
    .replaceAll('\n\n', '\r\n: ping\r\n\r\n')}`,
);

/** What an endpoint does with a question, how many questions and rests it must see, and how the answer stands then. */
interface Case {
  answer: (asked: Asked) => Response;
  questions: number;
  rests: number;
  state: string;
  /** It breaks when the first words are there, so that what was sent is not lost with the connection. */
  breaksLater?: true;
  /** What is different in WebKitGTK, which takes a body that broke off for one that is whole. */
  webkit?: {questions: number; state: string};
}

const CASES: Record<string, Case> = {
  'held in the middle': {
    answer: () => stream([events(0, HALF), gate.opened, events(HALF)]),
    questions: 1,
    rests: 0,
    state: 'complete',
  },
  'broken before the first word': {
    answer: ({fw}) => (fw.attempt === 0 ? stream([': ping\n\n', gate.opened, 'break']) : stream([events(0)])),
    questions: 2,
    rests: 0,
    state: 'complete',
    webkit: {questions: 1, state: 'failed'},
  },
  'broken after some words': {
    answer: (asked) => (asked.fw.lastEventId ? stream([rest(asked)]) : stream([events(0, HALF), gate.opened, 'break'])),
    questions: 1,
    rests: 1,
    state: 'complete',
    breaksLater: true,
  },
  'closed without an end': {
    answer: (asked) => (asked.fw.lastEventId ? stream([rest(asked)]) : stream([events(0, HALF)])),
    questions: 1,
    rests: 1,
    state: 'complete',
  },
  'broken twice': {
    answer: (asked) =>
      asked.fw.lastEventId
        ? stream([rest(asked).slice(0, 200), 'break'])
        : stream([events(0, HALF), gate.opened, 'break']),
    questions: 1,
    rests: 1,
    state: 'cut',
    breaksLater: true,
  },
  'a cut that cannot go on': {
    answer: () =>
      stream(['data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Half"}}]}\n\n'], {
        'content-type': 'text/event-stream',
      }),
    questions: 1,
    rests: 0,
    state: 'cut',
  },
  'status 500': {
    answer: () => new Response('no', {status: 500}),
    questions: 3,
    rests: 0,
    state: 'failed',
  },
  'status 500 that calls itself a stream': {
    answer: () => stream([events(0)], NATIVE, 500),
    questions: 3,
    rests: 0,
    state: 'failed',
  },
  'status 429 with a second to wait': {
    answer: ({fw}) =>
      fw.attempt === 0 ? new Response('no', {status: 429, headers: {'retry-after': '1'}}) : stream([events(0)]),
    questions: 2,
    rests: 0,
    state: 'complete',
  },
  'status 429 with an hour to wait': {
    answer: () => new Response('no', {status: 429, headers: {'retry-after': '3600'}}),
    questions: 1,
    rests: 0,
    state: 'failed',
  },
  'status 400': {answer: () => new Response('no', {status: 400}), questions: 1, rests: 0, state: 'failed'},
  'a page': {
    answer: () => stream(['<html>'], {'content-type': 'text/html'}),
    questions: 1,
    rests: 0,
    state: 'failed',
  },
  'another spelling of the type': {
    answer: () => stream([events(0)], {'content-type': 'Text/Event-Stream; charset=UTF-8'}),
    questions: 1,
    rests: 0,
    state: 'complete',
  },
  'odd but right events, byte by byte': {
    answer: () => stream(Array.from(odd, (_, at) => odd.slice(at, at + 1))),
    questions: 1,
    rests: 0,
    state: 'complete',
  },
};

describe.each(findEngines())('$title', ({engine, missing}) => {
  let stage: Stage;
  let browser: Borrowed;
  let page: Page;
  let seen: Asked[] = [];
  let hasFailed = false;

  beforeAll(async () => {
    if (missing) return;
    stage = await startStage({
      async intercept(request) {
        if (request.method !== 'POST' || !request.url.endsWith('/chat')) return undefined;
        const asked = (await request.json()) as Asked;
        seen.push(asked);
        if (asked.trigger === 'fw-stop') return Response.json({stopped: true});
        const found = CASES[asked.messages.at(-1)?.content ?? ''];
        return found?.answer(asked) ?? new Response('no such case', {status: 404});
      },
    });
    browser = await borrowBrowser(engine);
    page = await browser.open(`${stage.url}/checkout`);
    await openByKeyboard(page);
  });

  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  /** Asks, and lets the test act once the first words are there. */
  async function play(name: string, act?: () => Promise<void>) {
    gate = createGate();
    seen = [];
    const before = postCount(page);
    await ask(page, name);
    if (act) {
      await firstWords(page);
      await act();
    }
    gate.open();
    await waitUntil(
      async () => !['waiting', 'streaming', ''].includes((await lastAnswer(page)).state),
      () => `the end of "${name}"`,
    );
    return {answer: await lastAnswer(page), tapped: postCount(page) - before};
  }

  test.skipIf(missing).each(Object.keys(CASES))(
    '%s: as many requests as the rules allow, and every word once',
    async (name) => {
      const {webkit, breaksLater, ...any} = CASES[name] ?? {questions: 0, rests: 0, state: ''};
      const {questions, rests, state} = {...any, ...(engine === 'webkit' ? webkit : {})};
      // an endpoint that fails often is left alone, but for a page that knows nothing of it
      if (hasFailed) {
        await page.reload();
        await openByKeyboard(page);
      }
      hasFailed = state === 'failed';
      const {answer, tapped} = await play(name, breaksLater && (async () => {}));
      expect(answer.state).toBe(state);
      expect(answer.retry).toBe(state !== 'complete');
      if (state === 'complete') expect(squeeze(answer.text)).toBe(SHOWN);
      const asked = seen.filter(({trigger}) => trigger === 'submit-message');
      expect(asked.filter(({fw}) => !fw.lastEventId).map(({fw}) => fw.attempt)).toEqual(
        Array.from({length: questions}, (_, n) => n),
      );
      expect(asked.filter(({fw}) => fw.lastEventId)).toHaveLength(rests);
      expect(new Set(asked.map(({fw}) => fw.key)).size).toBe(1);
      expect(tapped).toBe(questions + rests);
    },
  );

  test.skipIf(missing)(
    'a tab that is hidden and shown again, five times, sends nothing and doubles nothing',
    async () => {
      const {answer, tapped} = await play('held in the middle', async () => {
        for (let times = 0; times < 5; times++) {
          await page.hide();
          await page.show();
        }
      });
      expect(squeeze(answer.text)).toBe(SHOWN);
      expect(tapped).toBe(1);
      expect(seen).toHaveLength(1);
    },
  );

  test.skipIf(missing)('an answer is read on after the page was loaded again in the middle of it', async () => {
    gate = createGate();
    seen = [];
    await ask(page, 'broken after some words');
    await firstWords(page);
    await page.reload();
    gate.open();
    await openByKeyboard(page);
    await waitUntil(
      async () => (await lastAnswer(page)).state === 'complete',
      () => 'the rest of the answer',
    );
    expect(squeeze((await lastAnswer(page)).text)).toBe(SHOWN);
    expect(seen.map(({trigger, fw}) => [trigger, fw.lastEventId ?? ''])).toEqual([
      ['submit-message', ''],
      ['submit-message', `run-1-${HALF - 1}`],
    ]);
  });

  test.skipIf(missing)('a page that is come back to in the middle of an answer is not busy for ever', async () => {
    gate = createGate();
    await ask(page, 'held in the middle');
    await firstWords(page);
    await page.goto(`${stage.url}/help`);
    gate.open();
    await page.back();
    const isOpen = await page.run(() => Boolean(document.querySelector('firstword-chat[open]')));
    if (!isOpen) await openByKeyboard(page); // the page came from its address, not from memory
    await waitUntil(
      async () => !['waiting', 'streaming', ''].includes((await lastAnswer(page)).state),
      () => 'an end of the answer',
    );
    const {answer} = await play('closed without an end');
    expect(answer.state).toBe('complete');
    expect(await page.errors()).toEqual([]);
  });

  test.skipIf(missing)('an answer that is stopped at any moment is told to the server', async () => {
    for (const moment of ['at once', 'after some words']) {
      gate = createGate();
      seen = [];
      await ask(page, 'held in the middle');
      if (moment === 'after some words') await firstWords(page);
      await page.click('firstword-chat >>> [part~=stop]');
      expect((await lastAnswer(page)).state).toBe('stopped');
      await waitUntil(
        () => seen.some(({trigger}) => trigger === 'fw-stop'),
        () => `the server to hear of a stop ${moment}`,
      );
      expect(new Set(seen.map(({fw}) => fw.key)).size).toBe(1);
      gate.open();
      await page.click('firstword-chat >>> [part~=input]');
    }
  });

  test.skipIf(missing)('offline and online again, the answer goes on where it was', async () => {
    const {answer, tapped} = await play('broken after some words', async () => {
      await page.goOffline();
      await page.waitFor(() => !navigator.onLine);
      await page.goOnline();
      gate.open();
    });
    expect(answer).toMatchObject({state: 'complete'});
    expect(squeeze(answer.text)).toBe(SHOWN);
    expect(tapped).toBe(2);
  });
});

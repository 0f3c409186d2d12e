import type {TurnRecord} from '../../../src/latency/index.ts';
import {type Page, waitUntil} from '../drive/index.ts';
import {attributeOf, inChat, textOf} from '../in-chat.ts';
import {answerIs, ask} from '../stage.ts';
import type {Row} from './row.ts';
import {SAID, WHOLE} from './rows-endpoint.ts';
import {look, QUESTION, type Scene} from './scene.ts';
import {createHold, type Hold, refuse, silent, stalled, whole} from './ways.ts';

const PACK = {
  version: '1',
  language: 'en',
  entries: [
    {
      id: 'returns',
      question: 'How long do I have to return an item?',
      variants: ['what is your return policy', 'can i send it back', 'how many days for a return', 'return period'],
      answer: 'You have 30 days.',
    },
    {
      id: 'paypal',
      question: 'Do you take PayPal?',
      variants: ['can i pay with paypal', 'paypal', 'is paypal possible', 'pay by paypal'],
      answer: 'Yes.',
    },
    {id: 'pickup', question: 'Can I pick it up?', answer: 'Yes, in Leipzig.'},
  ],
  negatives: ['Where is my return?'],
};
const FAQ = {attributes: 'data-faq="/faq.json"', pages: {'/faq.json': JSON.stringify(PACK)}};
/** Near an entry of the pack, and not near enough to be answered by it at once. */
const NEAR = 'is there a return desk';
const CALL = 'Call us on 555.';
const MAIL = 'data-support-email="help@shop.example"';

/** What every fallback has in common that stands in for a silence. */
const instead = (kind: NonNullable<TurnRecord['fallback']>['kind']) =>
  ({
    way: silent,
    deadlines: 'quick',
    state: 'complete',
    source: 'fallback',
    notice: SAID.late,
    record: {outcome: 'fallback', source: 'fallback', fallback: {why: 'deadline-token', kind}},
    marks: {sent: true, status: true, token: true, paint: true},
    posts: 1,
    recovery: 'retry',
  }) as const satisfies Row;

/** What stands in for an answer that failed at once. */
const insteadOf = (why: 'error' | 'overload' | 'offline' | 'breaker', notice: RegExp) =>
  ({
    attributes: `data-fallback="'${CALL}'"`,
    state: 'complete',
    source: 'fallback',
    text: CALL,
    notice,
    record: {outcome: 'fallback', source: 'fallback', fallback: {why, kind: 'message'}},
    posts: 0,
    recovery: 'retry',
  }) as const satisfies Row;

/** Where the way to a person leads. */
const wayTo = (page: Page) => attributeOf(page, '[part~=answer] a.plain', 'href');

/** Draws the chat anew with a function that takes conversations over. */
function takeOver(): void {
  const {Firstword} = window as unknown as {Firstword: {init(options: object): void; destroy(): void}};
  const {init} = Firstword;
  const tag = document.querySelector<HTMLElement>('script[data-endpoint]')?.dataset ?? {};
  Firstword.destroy();
  const onHandoff = ({messages}: {messages: {text: string}[]}) =>
    document.body.setAttribute('data-handed', messages.map(({text}) => text).join('|'));
  init({endpoint: '/chat', budget: tag['budget'], deadline: tag['deadline'], onHandoff});
}

function late(): Row {
  const holds = new WeakMap<Scene, Hold>(); // the row is played in several browsers at once
  return {
    ...instead('message'),
    async before(scene) {
      const hold = createHold();
      holds.set(scene, hold);
      scene.endpoint.answer(hold.start);
    },
    async check(scene) {
      const {page} = scene;
      holds.get(scene)?.open();
      await page.waitFor(() =>
        [...(document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('button') ?? [])].some(
          ({textContent}) => textContent === 'Show it',
        ),
      );
      const {text, source} = await look(page);
      if (text || source !== 'fallback') throw new Error(`"${text}" was mixed in`);
    },
    recovery: 'Show it',
  };
}

/** What answers when the model does not, and why. */
export const FALLBACK_ROWS: Record<string, Row> = {
  'silence, where an entry of the FAQ is near': {
    ...FAQ,
    ...instead('faq'),
    question: NEAR,
    text: 'You have 30 days.',
    async check({page}) {
      const label = await textOf(page, '[part~=answer] .stored span');
      if (!label.includes('close to your question: “How long do I have to return an item?”')) throw new Error(label);
    },
  },
  'silence, where a faster route answers': {
    ...instead('route'),
    attributes: 'data-fallback="retry:fast"',
    way: (reply, post) => (post.fw.route === 'fast' ? whole : silent)(reply, post),
    text: WHOLE,
    notice: undefined,
    posts: 2,
    attempts: [0, 1],
    recovery: 'itself',
  },
  'silence, where there is an address for mail': {
    ...instead('contact'),
    attributes: MAIL,
    async check({page}) {
      const href = await wayTo(page);
      if (href !== `mailto:help@shop.example?body=${encodeURIComponent(QUESTION)}`) throw new Error(`${href}`);
    },
  },
  'silence, where there is a page for help': {
    once: true,
    ...instead('contact'),
    attributes: 'data-support-url="/help"',
    async check({page, server}) {
      const href = await wayTo(page);
      if (href !== `${server.url}/help`) throw new Error(`${href}`);
    },
  },
  'silence, where the page takes conversations over': {
    ...instead('contact'),
    start: (page) => page.run(takeOver),
    async check({page}) {
      await inChat(page, '[part~=answer] .notice > button.plain', (found) =>
        found.find(({textContent}) => textContent === 'Talk to a person')?.click(),
      );
      const handed = await page.waitFor(() => document.body.getAttribute('data-handed'));
      if (!handed.endsWith(QUESTION)) throw new Error(handed);
    },
  },
  'silence, where the site has words for it': {
    once: true,
    ...instead('message'),
    attributes: `data-fallback="'${CALL}'"`,
    text: CALL,
  },
  'silence, where neither the FAQ nor another route can answer': {
    once: true,
    ...instead('contact'),
    pages: FAQ.pages,
    attributes: `${FAQ.attributes} ${MAIL} data-fallback="faq|retry:fast|contact|'${CALL}'"`,
    question: 'Owls?',
    way: (reply, post) => (post.fw.route === 'fast' ? refuse(500) : silent)(reply, post),
    posts: 2,
    attempts: [0, 1],
  },
  'silence, and the answer after all': late(),
  'a stall in the middle, and the visitor goes on': {
    way: stalled,
    deadlines: 'quick',
    state: 'cut',
    text: /^wörd0/,
    notice: SAID.unfinished,
    record: {outcome: 'partial', fallback: {why: 'deadline-done', kind: 'partial'}},
    posts: 1,
    recovery: 'Continue',
  },
  'a stall in the middle, where all tabs have the conversation': {
    once: true,
    attributes: 'data-persist="local"',
    way: stalled,
    deadlines: 'quick',
    state: 'cut',
    text: /^wörd0/,
    notice: SAID.unfinished,
    record: {outcome: 'partial', fallback: {why: 'deadline-done', kind: 'partial'}},
    posts: 1,
    recovery: 'Continue',
  },
  'status 500, where the site has words for it': {
    once: true,
    ...insteadOf('error', SAID.server),
    way: refuse(500),
    record: {...insteadOf('error', SAID.server).record, error: 'http-5xx', retries: 2},
    posts: 3,
  },
  'status 503, where the site has words for it': {
    once: true,
    ...insteadOf('overload', SAID.busy),
    way: refuse(503, {'retry-after': '3600'}),
    record: {...insteadOf('overload', SAID.busy).record, error: 'http-5xx'},
    posts: 1,
  },
  'no network, where the site has words for it': {
    once: true,
    ...insteadOf('offline', SAID.offline),
    before: ({page}) => page.goOffline(),
    mend: ({page}) => page.goOnline(),
    recovery: 'itself',
  },
  'an endpoint that has failed three times': {
    ...insteadOf('breaker', SAID.busy),
    async before({page, endpoint}) {
      endpoint.answer(refuse(503, {'retry-after': '3600'}));
      for (const question of ['One?', 'Two?', 'Three?']) {
        const before = endpoint.posts.length;
        await ask(page, question);
        await waitUntil(
          () => endpoint.posts.length > before,
          () => `"${question}" to be asked`,
        );
        await answerIs(page, 'complete');
      }
    },
    // it is let through again once it had its time
    async mend({page}) {
      const nowMs = await page.run(() => performance.now());
      await page.waitFor((untilMs) => performance.now() > untilMs, nowMs + 10_000);
    },
    unless: {
      firefox: 'it waits ten seconds on the same code',
      webkit: 'it waits ten seconds on the same code',
    },
  },
};

import {mock} from 'node:test';
import {createMatcher, type Matcher} from '../../../src/faq/index.ts';
import {createPrefetch} from '../../../src/prefetch/index.ts';
import {splitIntents} from '../faq/splits.ts';
import {format, type Row} from '../render/figures.ts';

/**
 * How long people take for a character, in ms: 52 words a minute at a desk (Dhakal and others, 2018) and 36.2 on a phone
 * (Palin and others, 2019), of five characters each.
 */
export const CHARACTER_MS = {desk: 60_000 / 52 / 5, phone: 60_000 / 36.2 / 5} as const;

/** The share of questions that are typed on a phone. */
const PHONE_SHARE = 0.7;

/** How long before the question what is looked up must have been asked for, in ms: what retrieval takes at its median. */
const READY_MS = 850;

/** What is promised, by how many examples a topic has: shares in percent, and requests a question. */
const PROMISED: ReadonlyMap<number, {right: number; ready: number; requests: number}> = new Map([
  [20, {right: 85, ready: 75, requests: 1.5}],
  [5, {right: 68, ready: 60, requests: 1.5}],
]);

/** How many of the pack's questions are typed, of each of the hundred topics. */
export const ALL_QUESTIONS = 30;

/** A question as it was typed. */
export interface Typed {
  /** The topics of each request, and how long before the question it was made, in ms. */
  requests: {topics: readonly string[]; leadMs: number}[];
  /** How long before the question the context was asked for that it took; undefined where it took none. */
  usedLeadMs: number | undefined;
}

/** Types a question at an even speed, and sends it right after its last character. What is asked for is there at once. */
export async function typeQuestion(matcher: Matcher, text: string, characterMs: number): Promise<Typed> {
  mock.timers.enable({apis: ['setTimeout', 'Date'], now: 0});
  try {
    const made: {topics: readonly string[]; atMs: number}[] = [];
    const prefetch = createPrefetch({
      guess: (draft) => matcher.topics(draft, Number.POSITIVE_INFINITY),
      isKnown: () => false,
      isAllowed: () => true,
      async request(topics) {
        made.push({topics, atMs: Date.now()});
        return {contextId: `${made.length}`};
      },
      now: () => Date.now(),
    });
    for (let end = 1; end <= text.length; end++) {
      prefetch.draft(text.slice(0, end));
      await Promise.resolve(); // what was asked for comes
      if (end < text.length) mock.timers.tick(characterMs);
    }
    const sentMs = Date.now();
    const taken = prefetch.take(text, sentMs);
    return {
      requests: made.map(({topics, atMs}) => ({topics, leadMs: sentMs - atMs})),
      usedLeadMs: taken?.facts && taken.outcome.lead,
    };
  } finally {
    mock.timers.reset();
  }
}

/** Measures how often the right topic is asked for, how early, and with how many requests; every question goes to a model. */
export async function measureTopics({questionCount}: {questionCount: number}): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [phrasingCount, promised] of PROMISED) {
    const {pack, queries} = splitIntents({seed: 0, phrasingCount, queryCount: questionCount, division: 'kept'});
    const matcher = createMatcher(pack);
    const asked = queries.filter(({kind}) => kind === 'in');
    const shares: Record<'right' | 'readyDesk' | 'readyPhone' | 'used' | 'requests', number> = {
      ...{right: 0, readyDesk: 0, readyPhone: 0, used: 0, requests: 0},
    };
    for (const {text, id} of asked) {
      const desk = await typeQuestion(matcher, text, CHARACTER_MS.desk);
      const phone = await typeQuestion(matcher, text, CHARACTER_MS.phone);
      const isRight = ({topics}: Typed['requests'][0]) => id !== null && topics.includes(id);
      const isReady = (each: Typed['requests'][0]) => isRight(each) && each.leadMs >= READY_MS;
      shares.right += Number(desk.requests.some(isRight));
      shares.readyDesk += Number(desk.requests.some(isReady));
      shares.readyPhone += Number(phone.requests.some(isReady));
      shares.used += Number(desk.usedLeadMs !== undefined);
      shares.requests += desk.requests.length;
    }
    const percent = (name: keyof typeof shares) => (100 * shares[name]) / asked.length;
    const ready = percent('readyDesk') * (1 - PHONE_SHARE) + percent('readyPhone') * PHONE_SHARE;
    const name = `${phrasingCount} examples a topic`;
    const missed = (value: number, least: number) => ({value: 100 - value, limit: 100 - least, unit: '%' as const});
    rows.push(
      {
        name: `questions without their topic looked up, ${name}`,
        ...missed(percent('right'), promised.right),
        detail: `${format(percent('right'))} % right; ${asked.length} questions of ${pack.entries.length} topics; a context was used by ${format(percent('used'))} %`,
      },
      {
        name: `questions without it ${READY_MS} ms before they are sent, ${name}`,
        ...missed(ready, promised.ready),
        detail: `${format(ready)} % ready, ${PHONE_SHARE * 100} of 100 on a phone: desk ${format(percent('readyDesk'))} %, phone ${format(percent('readyPhone'))} %`,
      },
      {
        name: `requests a question, ${name}`,
        ...{value: shares.requests / asked.length, limit: promised.requests, unit: 'times'},
        detail: 'two at most',
      },
    );
  }
  return rows;
}

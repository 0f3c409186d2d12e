import type {ExpectStatic} from 'vitest';
import type {TurnRecord} from '../../../src/latency/index.ts';
import {type Browser, waitUntil} from '../drive/index.ts';
import {inChat} from '../in-chat.ts';
import {answerIs, ask} from '../stage.ts';
import type {Row, Wanted} from './row.ts';
import {WHOLE} from './rows-endpoint.ts';
import {calm, DRAFT, look, openScene, over, QUESTION, recordOf, type Scene, toldBy} from './scene.ts';
import {silent, whole} from './ways.ts';

/** The soft deadline of the pages, and the least time between two changes of words, in ms. */
const SOFT_MS = 1000;
const WORDS_MS = 1000;

/** How much later than that a sign may be on screen, in ms. */
const SIGN_MS = 100;

/** How much later than signs of the page's own it may be, where the machine makes those late, in ms. */
const MORE_MS = 50;

/** Paragraphs follow one another without a space between them. */
const squeeze = (text: string) => text.replace(/\s+/g, '');

/** A timer and a frame: each may be as late as the machine once was. */
const allowedMs = (lateMs: number) => Math.max(SIGN_MS, 2 * lateMs + MORE_MS);

/** A row that is played. */
interface Playing {
  browser: Browser;
  row: Row;
  expect: ExpectStatic;
  onEnd: (work: () => Promise<void>) => void;
}

/** Has a browser that was just started draw a conversation: it may give the first page no frames for seconds. */
export async function warmUp(browser: Browser): Promise<void> {
  const ends: (() => Promise<void>)[] = [];
  const row: Row = {state: 'complete', record: undefined, posts: 1, recovery: 'itself', deadlines: 'quick'};
  try {
    const scene = await openScene(browser, row, (end) => ends.push(end));
    scene.endpoint.answer(silent);
    await ask(scene.page, QUESTION);
    await over(scene.page);
    await calm(scene.page);
  } finally {
    for (const end of ends) await end();
  }
}

/** Asks a question that meets a fault, holds what becomes of it against its row, ends the fault and has the answer. */
export async function playRow({browser, row, expect, onEnd}: Playing): Promise<void> {
  const wanted: Wanted = {...row, ...row.otherwise?.[browser.engine]};
  const scene = await openScene(browser, row, onEnd);
  const {page} = scene;
  if (row.way) scene.endpoint.answer(row.way);
  await row.before?.(scene);
  const postsBefore = scene.endpoint.posts.length;
  const questions = [...(await look(page)).questions, row.question ?? QUESTION];
  await calm(page);
  await ask(page, row.question ?? QUESTION);
  await page.type(DRAFT);
  await row.during?.(scene);
  await over(page);

  const {state, source = 'model', text = '', notice} = wanted;
  const standing = await look(page);
  expect(standing).toMatchObject({state, source, questions, draft: DRAFT});
  if (typeof text === 'string') expect(squeeze(standing.text)).toBe(squeeze(text));
  else expect(standing.text).toMatch(text);
  expect(standing.notice).toEqual(notice ? expect.stringMatching(notice) : '');
  if (wanted.record) {
    const seen = await recordOf(page, questions.length);
    const {lateMs} = await toldBy(page);
    judgeRecord(seen, {wanted, lateMs, expect});
    if (seen.hidden !== undefined) expect(seen.silence).toBeUndefined();
    else expect(seen.silence).toBeLessThanOrEqual(SOFT_MS + allowedMs(lateMs));
  }
  judgePosts(scene, {wanted, from: postsBefore, expect});
  await judgeTold(scene, expect);
  await row.check?.(scene);
  await recover(scene, {row, expect, questions});
  await judgeTold(scene, expect);
}

function judgeRecord(
  seen: TurnRecord,
  {wanted: {record, marks = {}}, lateMs, expect}: {wanted: Wanted; lateMs: number; expect: ExpectStatic},
): void {
  expect(seen).toMatchObject(record ?? {});
  for (const [mark, there] of Object.entries(marks)) {
    // words that stand for a second may never be painted by a page that stands still for as long
    if (mark === 'status' && lateMs > WORDS_MS / 2) continue;
    expect([mark, mark in seen.t]).toEqual([mark, there]);
  }
  expect(seen.error).toBe(record?.error);
  expect(seen.fallback?.kind).toBe(record?.fallback?.kind);
  expect(seen.retries).toBe(record?.retries);
  expect(seen.resumes).toBe(record?.resumes);
}

/** Nothing is asked more often than the rules allow, and all of it as one turn. */
function judgePosts(
  {endpoint}: Scene,
  {wanted, from, expect}: {wanted: Wanted; from: number; expect: ExpectStatic},
): void {
  const {posts, rests = 0} = wanted;
  const {attempts = Array.from({length: posts - rests}, (_, at) => at)} = wanted;
  const asked = endpoint.posts.slice(from);
  expect(asked.filter(({fw}) => !fw.lastEventId).map(({fw}) => fw.attempt)).toEqual(attempts);
  expect(asked).toHaveLength(posts);
  expect(new Set(asked.map(({fw}) => fw.key)).size).toBeLessThanOrEqual(1);
}

/** The page is unharmed, and was told what the records say. */
async function judgeTold({page}: Scene, expect: ExpectStatic): Promise<void> {
  const {records, events, errors, wordsMs, lateMs} = await toldBy(page);
  expect(errors).toEqual([]);
  expect(await page.run(() => document.querySelector('h1')?.textContent)).toBe('Shop');
  for (const {id, fallback, over = []} of records) {
    const own = events.filter(({turnId}) => turnId === id);
    expect(own.filter(({event}) => event === 'budget')).toHaveLength(over.length);
    const fell = own.filter(({event}) => event === 'fallback');
    if (fallback) expect(fell).toMatchObject([{why: fallback.why, step: fallback.kind}]);
    else expect(fell).toEqual([]);
  }
  const gapsMs = wordsMs.slice(1).map((atMs, before) => atMs - (wordsMs[before] ?? 0));
  expect(Math.min(...gapsMs, WORDS_MS)).toBeGreaterThanOrEqual(WORDS_MS - allowedMs(lateMs));
}

/** Ends the fault, and has the answer the way the row says. */
async function recover(
  scene: Scene,
  {row, expect, questions}: {row: Row; expect: ExpectStatic; questions: string[]},
): Promise<void> {
  const {page} = scene;
  const {recovery} = row;
  scene.endpoint.answer(whole);
  await row.mend?.(scene);
  scene.endpoint.answer(whole);
  if (recovery === 'retry') await press(scene, 'Try again');
  else if (recovery !== 'itself') await press(scene, recovery);
  await waitUntil(
    async () => squeeze((await look(page)).text) === squeeze(WHOLE),
    () => 'the whole answer',
  );
  await answerIs(page, 'complete');
  const standing = await look(page);
  expect(standing).toMatchObject({questions, draft: DRAFT, notice: ''});
  expect(squeeze(standing.text)).toBe(squeeze(WHOLE));
}

/** Presses a button below the last answer, by keyboard. */
async function press({page}: Scene, label: string): Promise<void> {
  await waitUntil(
    () =>
      inChat(
        page,
        '[part~=answer]',
        (found, label) => {
          const buttons = [...(found.at(-1)?.querySelectorAll('button') ?? [])];
          const button = buttons.find(({textContent}) => textContent === label);
          button?.focus();
          return button !== undefined;
        },
        label,
      ),
    () => `the button "${label}"`,
  );
  await page.press('Enter');
}

import {
  compilePack,
  createMatcher,
  type FaqEntry,
  growMatcher,
  type PlainPack,
  readPack,
} from '../../../src/faq/index.ts';
import {describeSpread, median, type Row} from '../render/figures.ts';
import {createBm25, createMiniSearch} from './peers.ts';
import {listQuestions} from './splits.ts';

/** How often each figure is drawn, one kind after the other. */
const DRAW_COUNT = 5;
/** Questions of each draw. */
const QUESTION_COUNT = 300;

/** Measures the time that the process computed, in ms. */
function cpuMs(work: () => void): number {
  const from = process.cpuUsage();
  work();
  const {user, system} = process.cpuUsage(from);
  return (user + system) / 1000;
}

/** Makes a pack of so many entries with so many phrasings each, of people's questions in any order. */
export function makePack(entryCount: number, phrasingCount = 1): PlainPack {
  const questions = listQuestions(entryCount * phrasingCount);
  const entries = Array.from({length: entryCount}, (_, at): FaqEntry => {
    const [question = '', ...variants] = questions.slice(at * phrasingCount, (at + 1) * phrasingCount);
    return {id: `entry-${at}`, question, variants, answer: '-', topic: `topic-${at % 50}`};
  });
  return {entries};
}

/** What nobody asks, and must cost no more than a question. */
const HOSTILE = [
  'a'.repeat(10_000),
  'ab '.repeat(4_000),
  'the order when how what '.repeat(500),
  'ﷺ'.repeat(400),
  '你好退货'.repeat(200),
  '🙂'.repeat(5_000),
  'wxyzq vbnmk qwrtp lkjhg '.repeat(40),
];

/** Measures matching, suggesting and opening, with their limits. */
export function measureSpeed(): Row[] {
  const rows: Row[] = [];
  const draw = (name: string, limit: number, work: () => void, count: number) => {
    work();
    const draws = Array.from({length: DRAW_COUNT}, () => cpuMs(work) / count);
    rows.push({name, value: median(draws), limit, unit: 'ms', detail: describeSpread(draws)});
  };
  const limits = {100: 1, 1000: 1, 10000: 5};
  for (const [size, limit] of Object.entries(limits)) {
    const pack = makePack(Number(size));
    // none is known word for word
    const questions = listQuestions(QUESTION_COUNT).map((text) => `${text} please`);
    const matcher = createMatcher(pack);
    const name = `${size} entries`;
    draw(`match, ${name}`, limit, () => questions.forEach((text) => void matcher.match(text)), QUESTION_COUNT);
    draw(
      `suggest, ${name}`,
      limit,
      () => questions.forEach((text) => void matcher.suggest(text.slice(0, text.length >> 1))),
      QUESTION_COUNT,
    );
    draw(`match, ${name}, hostile`, limit, () => HOSTILE.forEach((text) => void matcher.match(text)), HOSTILE.length);
    for (const peer of [createBm25(pack), createMiniSearch(pack)]) {
      draw(
        `${peer.name}, ${name}`,
        Number.POSITIVE_INFINITY,
        () => {
          for (const text of questions) peer.find(text);
        },
        QUESTION_COUNT,
      );
    }
  }
  for (const phrasingCount of [1, 5]) {
    const text = JSON.stringify(compilePack(makePack(1_000, phrasingCount)));
    draw(`open compiled, 1000 entries x ${phrasingCount}`, 30, () => createMatcher(JSON.parse(text)), 1);
    const pack: unknown = JSON.parse(text);
    draw(`look at compiled, 1000 entries x ${phrasingCount}`, 3, () => readPack(pack), 1);
  }
  rows.push(measureSteps());
  return rows;
}

/** Measures the longest step of making a matcher in a page, at a quarter of this machine's speed. */
function measureSteps(): Row {
  const pack = makePack(100, 20);
  const longest = Array.from({length: DRAW_COUNT + 1}, () => {
    const {step} = growMatcher(pack);
    let most = 0;
    for (let more = true; more; ) {
      const used = cpuMs(() => {
        more = step();
      });
      most = Math.max(most, used);
    }
    return most * 4;
  }).slice(1);
  const detail = describeSpread(longest);
  return {name: 'longest step, 100 entries x 20, 4x slower', value: median(longest), limit: 50, unit: 'ms', detail};
}

import {brotliCompressSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import {createDigitReader, writeDigits} from '../../src/faq/digits.ts';
import {
  compileInSteps,
  compilePack,
  confidentScore,
  createMatcher,
  type PackReport,
  type PlainPack,
  unfoldPack,
} from '../../src/faq/index.ts';
import {misspell, splitIntents} from '../bench/faq/splits.ts';
import {createRandom} from '../latency/random.ts';
import {entryOf, SHOP} from './packs.ts';

describe('numbers in a pack', () => {
  test('are read as they were written, and JSON changes none of their characters', () => {
    const numbers = [0, 1, 44, 45, 46, 90, 91, 2_114, 2_115, 2_116, 2_117, 97_336, 262_143, 4_000_000_000];
    const text = writeDigits(numbers);
    expect(JSON.stringify(text)).toBe(`"${text}"`);
    const next = createDigitReader(text);
    expect(numbers.map(() => next())).toEqual(numbers);
    expect(next()).toBe(0);
  });
});

const split = splitIntents({seed: 4, phrasingCount: 20, decoyCount: 2, queryCount: 4, division: 'kept'});
const small: PlainPack = {
  ...split.pack,
  entries: split.pack.entries.slice(0, 30),
  negatives: (split.pack.negatives ?? []).slice(0, 10),
};
const compiled = compilePack(small);

describe('a compiled pack', () => {
  const text = JSON.stringify(compiled);

  test('decides as the plain one does', () => {
    const [plain, opened] = [createMatcher(small), createMatcher(JSON.parse(text))];
    const random = createRandom(9);
    for (const {text} of split.queries) {
      const question = random() < 0.5 ? text : misspell(text, random);
      const match = plain.match(question);
      expect(opened.match(question)).toEqual(match && {...match, confident: match.score >= compiled.threshold});
      expect(opened.suggest(question.slice(0, 12))).toEqual(plain.suggest(question.slice(0, 12)));
    }
  });

  test.each([
    ['phrasings', {phrasings: []}],
    ['the end of its numbers', {shares: compiled.shares.slice(0, 5), holderCounts: compiled.holderCounts.slice(0, 5)}],
    ['words', {words: compiled.words.slice(0, 50)}],
    ['what was learned', {weights: []}],
    ['who has a word', {holders: compiled.holders.map(() => '~~~~~~~~#')}],
  ])('that lacks %s harms nobody', (_, lack) => {
    const matcher = createMatcher({...compiled, ...lack});
    for (const {text} of split.queries.slice(0, 40)) {
      const score = matcher.match(text)?.score ?? 0;
      expect(score >= 0 && score <= 1).toBe(true);
      for (const {score: share} of matcher.suggest(text)) expect(share).toBeGreaterThanOrEqual(0);
    }
  });

  test('weighs at most 1.5 kB an entry', () => {
    expect(brotliCompressSync(text).length / small.entries.length).toBeLessThan(1_500);
  });

  test('keeps what belongs to an entry, and the pack, but for the phrasings', () => {
    const links = [{url: '/returns', title: 'Returns'}];
    const entry = entryOf('a', ['one two', 'three four'], {links, tags: ['b'], expiresAt: '2027-01-01'});
    const {variants: _, ...rest} = entry;
    const pack = compilePack({version: '7', ttlMs: 5, language: 'en', entries: [entry]});
    expect(pack).toMatchObject({version: '7', ttlMs: 5, language: 'en', compiled: 1});
    expect(pack.entries).toEqual([rest]);
  });

  test('tells on its way how far it is, and ends as the one that is made at once', () => {
    const steps = compileInSteps(SHOP, {onReport: () => undefined});
    const shares: number[] = [];
    let last = steps.next();
    for (; !last.done; last = steps.next()) shares.push(last.value);
    expect(shares.length).toBeGreaterThan(100);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect([shares[0], shares.at(-1)].every((share = -1) => share >= 0 && share <= 1)).toBe(true);
    expect(last.value).toEqual(compilePack(SHOP));
  });

  test('can be written as a plain one again, which compiles to the same', () => {
    const {negatives = [], ...plain} = unfoldPack(JSON.parse(text));
    expect(negatives).toHaveLength(10);
    expect(plain.entries.map(({id, question}) => [id, question])).toEqual(
      small.entries.map(({id, question}) => [id, question]),
    );
    expect(compilePack({...plain, negatives})).toEqual(compiled);
  });

  test('is the same each time', () => {
    expect(JSON.stringify(compilePack(SHOP))).toBe(JSON.stringify(compilePack(SHOP)));
  });
});

describe('what compiling tells', () => {
  const reportOf = (pack: PlainPack) => {
    const reports: PackReport[] = [];
    const {threshold} = compilePack(pack, {onReport: (report) => reports.push(report)});
    expect(reports).toHaveLength(1);
    return {threshold, report: reports[0] as PackReport};
  };

  test('is how well phrasings are found that were held out, and which entries need more', () => {
    const {threshold, report} = reportOf({
      ...SHOP,
      entries: [...SHOP.entries, entryOf('few', ['do you have a shop in town'])],
    });
    expect(report.heldOutCount).toBe(24);
    expect(report.needVariants).toEqual(['few']);
    expect(threshold).toBeGreaterThanOrEqual(confidentScore(7));
    expect(report.threshold).toBe(threshold);
    expect(report.leftOutCount).toBe(25);
    for (const share of [report.coverageShare, report.coverageAt99Share, report.falseShare]) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
  });

  test('is which entries are taken for one another', () => {
    const verbs = ['cancel', 'change', 'check', 'find', 'move', 'stop', 'track', 'edit', 'repeat', 'print'];
    const phrasings = verbs.map((verb) => `how do i ${verb} my order`);
    const entries = [
      entryOf('one', phrasings.slice(0, 5)),
      entryOf('two', phrasings.slice(5)),
      entryOf('payment', [
        'which cards do you take',
        'can i pay by invoice',
        'is paypal possible',
        'pay later',
        'cash',
      ]),
    ];
    const {report} = reportOf({entries});
    const pair = report.confusable.find(({ids}) => `${ids}` === 'one,two');
    expect(pair?.count).toBeGreaterThan(0);
    expect(phrasings.slice(0, 5)).toContain(pair?.examples[0]);
    expect(phrasings.slice(5)).toContain(pair?.examples[1]);
  });

  test('is how precise it is where 30 of 100 questions have no answer, from all that was asked', () => {
    const {report} = reportOf(small);
    const {coverageShare, precisionShare = 0, falseShare, mixedPrecisionShare = 0} = report;
    expect(coverageShare).toBeGreaterThan(0.2);
    const wrong = coverageShare / precisionShare - coverageShare;
    expect(mixedPrecisionShare).toBeCloseTo(
      (0.7 * coverageShare) / (0.7 * (coverageShare + wrong) + 0.3 * falseShare),
      9,
    );
    expect(mixedPrecisionShare).toBeLessThanOrEqual(precisionShare);
    expect(report.mistakes.filter(({leftOut}) => leftOut === 'entry')).toHaveLength(
      Math.round(falseShare * report.leftOutCount),
    );
    for (const {id, takenFor} of report.mistakes) expect(id).not.toBe(takenFor);
  });

  test('is no precision where nothing was answered', () => {
    const {report} = reportOf({entries: [entryOf('a', ['one two three'])]});
    expect(report).toMatchObject({heldOutCount: 0, leftOutCount: 0, coverageShare: 0, falseShare: 0});
    expect('precisionShare' in report || 'mixedPrecisionShare' in report).toBe(false);
  });

  test('does not change what is decided', () => {
    expect(compilePack(small, {onReport: () => undefined})).toEqual(compiled);
  });

  test('never lowers the threshold, and is told of an empty pack too', () => {
    expect(reportOf({entries: []})).toMatchObject({threshold: confidentScore(0), report: {heldOutCount: 0}});
  });
});

import {brotliCompressSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import {createDigitReader, writeDigits} from '../../src/faq/digits.ts';
import {compilePack, confidentScore, createMatcher, type PackReport, type PlainPack} from '../../src/faq/index.ts';
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

describe('a compiled pack', () => {
  const split = splitIntents({seed: 4, phrasingCount: 20, decoyCount: 2, queryCount: 4, division: 'kept'});
  const small: PlainPack = {
    ...split.pack,
    entries: split.pack.entries.slice(0, 30),
    negatives: (split.pack.negatives ?? []).slice(0, 10),
  };
  const compiled = compilePack(small);
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
    for (const share of [report.coverageShare, report.precisionShare, report.coverageAt99Share]) {
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
    expect(report.confusable.map(({ids}) => ids)).toContainEqual(['one', 'two']);
  });

  test('never lowers the threshold, and is told of an empty pack too', () => {
    expect(reportOf({entries: []})).toMatchObject({threshold: confidentScore(0), report: {heldOutCount: 0}});
  });
});

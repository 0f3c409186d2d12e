import {createHash} from 'node:crypto';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import {measureImports} from '../bench/measure-imports.ts';
import {measureSizes, overLimit, SIZE_LIMITS} from '../bench/measure-sizes.ts';

let folder: string | undefined;

afterEach(() => {
  if (folder) rmSync(folder, {recursive: true});
  folder = undefined;
});

/** Makes a build whose files have these lengths; nothing can compress them. */
function build(lengths: Readonly<Record<string, number>>): string {
  folder = mkdtempSync(join(tmpdir(), 'firstword-sizes-'));
  for (const [path, length] of Object.entries(lengths)) {
    mkdirSync(dirname(join(folder, path)), {recursive: true});
    writeFileSync(join(folder, path), noise(length));
  }
  return folder;
}

/** Makes bytes without order, the same every time. */
function noise(length: number): Buffer {
  const blocks = Array.from({length: Math.ceil(length / 32)}, (_, at) => createHash('sha256').update(`${at}`).digest());
  return Buffer.concat(blocks).subarray(0, length);
}

const SMALL = {
  'firstword.js': 2_000,
  'firstword-panel-abcd.js': 10_000,
  'firstword-answer-abcd.js': 5_000,
  'firstword-faq-abcd.js': 3_000,
  'firstword.full.js': 18_000,
  'dashboard/dashboard.js': 90_000,
  'dashboard/dashboard.css': 8_000,
};

/**
 * Limits that are broken today, and the most that each of these sets may weigh until it is within its limit again, in
 * bytes of brotli 11: `npm run bench:size` says so and fails, this holds that it gets no worse.
 */
const BROKEN: Readonly<Record<string, number>> = {
  'what a FAQ adds': 10_100,
  'all that a page may load': 68_600,
  'the one file': 67_300,
};

describe('the build', {timeout: 60_000}, () => {
  test('is within its limits, but for those that are known to be broken', () => {
    const weights = measureSizes('dist');
    const over = overLimit(weights);
    expect(
      over.map((words) => words.split(':')[0]),
      over.join('\n'),
    ).toEqual(Object.keys(BROKEN));
    for (const {set, brotliBytes} of weights) expect(brotliBytes, set).toBeLessThanOrEqual(BROKEN[set] ?? 160_000);
    expect(weights.filter(({set}) => set === 'file').length).toBeGreaterThanOrEqual(5);
    expect(weights.filter(({limitBytes}) => limitBytes).length).toBeGreaterThanOrEqual(4);
    for (const {file, bytes, brotliBytes} of weights) {
      expect(bytes, file).toBeGreaterThan(400);
      expect(brotliBytes, file).toBeLessThan(bytes);
    }
  });

  test('is weighed by import set, each file where it is loaded', () => {
    const weights = measureSizes(build({...SMALL, 'lang/de.js': 1_000}));
    const sets = weights.filter(({set}) => set !== 'file');
    expect(sets.map(({set, bytes, limitBytes}) => [set, bytes, limitBytes])).toEqual([
      ['the script tag', 2_000, SIZE_LIMITS['the script tag']],
      ['until a message can be sent', 12_000, SIZE_LIMITS['until a message can be sent']],
      ['until an answer is drawn', 17_000, SIZE_LIMITS['until an answer is drawn']],
      ['what a FAQ adds', 3_000, SIZE_LIMITS['what a FAQ adds']],
      ['all that a page may load', 20_000, SIZE_LIMITS['all that a page may load']],
      ['the one file', 18_000, SIZE_LIMITS['the one file']],
      ['dashboard', 98_000, SIZE_LIMITS.dashboard],
    ]);
    expect(overLimit(weights)).toEqual([]);
  });

  test.each([
    ['the script tag', {'firstword.js': 2_700}],
    ['until a message can be sent', {'firstword-panel-abcd.js': 14_500}],
    ['until an answer is drawn', {'firstword-answer-abcd.js': 23_000}],
    ['what a FAQ adds', {'firstword-faq-abcd.js': 6_500}],
    ['all that a page may load', {'firstword-more-abcd.js': 30_000}],
    ['the one file', {'firstword.full.js': 44_500}],
    ['dashboard', {'dashboard/dashboard.css': 75_000}],
    ['lang/de.js', {'lang/de.js': 1_300}],
  ])('is found when it is over the limit of %s', (what, lengths) => {
    const over = overLimit(measureSizes(build({...SMALL, ...lengths})));
    expect(over).toEqual([expect.stringContaining(`${what}: `)]);
    expect(over[0]).toContain(Object.keys(lengths)[0]);
  });

  test('says how to make it when it is not there, whole or in part', () => {
    expect(() => measureSizes(join(build({}), 'dist'))).toThrow('npm run build');
    const {'firstword-panel-abcd.js': _, ...rest} = SMALL;
    expect(() => measureSizes(build(rest))).toThrow(/firstword-panel.*npm run build/);
  });
});

describe('an import from the package', {timeout: 60_000}, () => {
  test('brings what it names into a bundle, and little else', async () => {
    const weights = await measureImports();
    expect(weights.length).toBeGreaterThanOrEqual(5);
    for (const {code, brotliBytes, limitBytes} of weights) expect(brotliBytes, code).toBeLessThan(limitBytes);
    const [mount, ...others] = weights;
    expect(mount?.laterBrotliBytes).toBeGreaterThan(5 * (mount?.brotliBytes ?? 0));
    for (const {code, laterBrotliBytes} of others) expect(laterBrotliBytes, code).toBe(0);
  });
});

import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {HONEST_COUNT} from '../../src/latency/index.ts';
import {createTable, EARLY, kebab} from '../../src/options/index.ts';
import {measureSizes, type Weight} from '../bench/measure-sizes.ts';

const readme = readFileSync('README.md', 'utf8');

/** Where the README states the size of each import set, in kB of 1,000 bytes of brotli. */
const SIZES: [set: string, words: RegExp][] = [
  ['the script tag', /\| the script tag \| ([\d.]+) kB/],
  ['the script tag', /The script tag is ([\d.]+) kB \(brotli\)/],
  ['until a message can be sent', /everything until a question can be sent is ([\d.]+) kB\./],
  ['until a message can be sent', /\| everything until a question can be sent \| ([\d.]+) kB/],
  ['until an answer is drawn', /\| everything until an answer is drawn, as Markdown \| ([\d.]+) kB/],
  ['what a FAQ adds', /\| what a FAQ adds \| ([\d.]+) kB/],
  ['all that a page may load', /\| everything that a page may load today \| ([\d.]+) kB/],
  ['the one file', /\| `firstword\.full\.js` \| ([\d.]+) kB/],
];

/** The names of hashed files alone make the build a little larger or smaller. */
const TOLERANCE = 0.01;

test.each(SIZES)('its size of %s is that of the build, as said in %s', (name, words) => {
  const stated = Number(words.exec(readme)?.[1]) * 1000;
  const {brotliBytes} = measureSizes('dist').find(({set}) => set === name) as Weight;
  expect(Math.abs(stated - brotliBytes), `${stated} stated, ${brotliBytes} built`).toBeLessThanOrEqual(
    brotliBytes * TOLERANCE,
  );
});

test('its counts below which a percentile is not shown are those of the code', () => {
  const shown = [...HONEST_COUNT.values()].map(({shown}) => shown.toLocaleString('en-US'));
  expect(readme.replaceAll('\n', ' ')).toContain(`below ${shown.slice(0, -1).join(', ')} and ${shown.at(-1)} turns`);
});

test('its attributes and their defaults are those of the options table', () => {
  const table = createTable(EARLY);
  const rows = [...readme.matchAll(/^\| (`data-[^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)];
  expect(rows.length).toBeGreaterThan(10);
  for (const [, names = '', , fallback = ''] of rows) {
    for (const [, name = ''] of names.matchAll(/`data-([a-z-]+)`/g)) {
      const row = Object.entries(table).find(([option]) => kebab(option) === name);
      expect(row, name).toBeDefined();
      const literal = /^`([^`=]+)`$/.exec(fallback.trim())?.[1];
      if (literal) expect(String(row?.[1][1]), name).toBe(literal);
    }
  }
});

test('what it points to is there', () => {
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => path);
  expect(links.length).toBeGreaterThan(2);
  for (const path of links) expect(existsSync(join('.', path)), path).toBe(true);
});

test('docs/demands.md has thirty rows, and every test that it names is there', () => {
  const rows = [...readFileSync('docs/demands.md', 'utf8').matchAll(/^\| (\d+) \|(.*)\|$/gm)];
  expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({length: 30}, (_, at) => at + 1));
  for (const [, number, cells = ''] of rows) {
    const shownBy = cells.split('|').at(-1) ?? '';
    const paths = [...shownBy.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
    if (number !== '26') expect(paths.length, number).toBeGreaterThan(0); // it does not apply
    for (const path of paths) {
      expect(path).toMatch(/\.test\.tsx?$/);
      expect(existsSync(join('test', path)), path).toBe(true);
    }
  }
});

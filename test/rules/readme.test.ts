import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {HONEST_COUNT} from '../../src/latency/index.ts';
import {createTable, EARLY, kebab} from '../../src/options/index.ts';
import {measureSizes, type Weight} from '../bench/measure-sizes.ts';

const readme = readFileSync('README.md', 'utf8');

/** Writes bytes as the README does: kB of 1,000 bytes, one decimal unless more are asked for. */
const kB = ({brotliBytes}: Weight, digits = 1) => `${(brotliBytes / 1000).toFixed(digits)} kB`;

test('its sizes are those of the build', () => {
  const sets = measureSizes('dist').filter(({set}) => set !== 'file');
  const size = (name: string, digits?: number) => {
    const weight = sets.find(({set}) => set === name);
    if (!weight) throw new Error(`no import set "${name}"; there are ${sets.map(({set}) => set).join(', ')}`);
    return kB(weight, digits);
  };
  expect(readme).toContain(`| the script tag | ${size('the script tag', 2)} |`);
  expect(readme).toContain(`The script tag is ${size('the script tag', 2)} (brotli)`);
  expect(readme).toContain(`everything until a question can be sent is ${size('until a message can be sent')}.`);
  expect(readme).toContain(`| everything until a question can be sent | ${size('until a message can be sent')} |`);
  expect(readme).toContain(
    `| everything until an answer is drawn, as Markdown | ${size('until an answer is drawn')} |`,
  );
  expect(readme).toContain(`| what a FAQ adds | ${size('what a FAQ adds')} |`);
  expect(readme).toContain(`| everything that a page may load today | ${size('all that a page may load')} |`);
  expect(readme).toContain(`| \`firstword.full.js\` | ${size('the one file')} |`);
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

import {describe, expect, test, vi} from 'vitest';
import {checkCycles, checkDemo, checkDoors, checkFolders, checkLatePackages, checkTable} from './check-imports.ts';
import {TABLE} from './import-table.ts';
import {expectBreaches, expectKept, plant} from './planted.ts';
import {readProject} from './source.ts';

vi.setConfig({testTimeout: 60_000}); // the first test of a file parses every program

const project = readProject();

describe('the import table', () => {
  test('is kept by every module of src', () => {
    expectKept(checkTable(project), {atLeast: 300});
  });

  test('names only folders that are in it', () => {
    const named = Object.values(TABLE).flatMap(({folders = [], types = []}) => [...folders, ...types]);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((folder) => !(folder in TABLE))).toEqual([]);
  });

  test.each([
    ['a folder that is not for it', 'src/stream/a.ts', `import {a} from '../options/index.ts';`, 'imports options'],
    [
      'values where only types may be',
      'src/protocol/a.ts',
      `import {b, type T} from '../latency/index.ts';`,
      'than types',
    ],
    [
      'a re-export of values where only types may be',
      'src/protocol/a.ts',
      `export * from '../latency/index.ts';`,
      'than types',
    ],
    [
      'a folder that is not entered by its index',
      'src/chat/a.ts',
      `import {a} from '../rum/send.ts';`,
      'by src/rum/send.ts',
    ],
    [
      'a type that is not taken by the index',
      'src/chat/a.ts',
      `type A = import('../rum/send.ts').A;`,
      'by src/rum/send.ts',
    ],
    [
      'the schema, from a page',
      'src/rum/a.ts',
      `import a from '../protocol/beacon.schema.json';`,
      'beacon.schema.json',
    ],
    ['a file above the folders', 'src/chat/a.ts', `import {a} from '../index.ts';`, 'above all folders'],
    ['a file outside src', 'src/chat/a.ts', `import {a} from '../../demo/a.ts';`, 'out of src to demo/a.ts'],
    ['the widget in the loader', 'src/loader/a.ts', `import {a} from '../widget/index.ts';`, 'imports widget'],
    ['the chat in the loader', 'src/loader/a.ts', `import {a} from '../chat/index.ts';`, 'than types of chat'],
    ['the widget, loaded without its hash', 'src/loader/a.ts', `await import('../widget/index.ts');`, 'imports widget'],
    ['the widget at once', 'src/loader/bundled.ts', `import {a} from '../widget/index.ts';`, 'imports widget'],
    ['an address made at run time', 'src/widget/a.ts', 'await import(address);', 'at run time'],
    ['a package of another folder', 'src/chat/a.ts', `import {render} from 'preact/hooks';`, 'package preact'],
    [
      'a scoped package of another folder',
      'src/chat/a.ts',
      `import {a} from '@duckdb/node-api/b';`,
      'package @duckdb/node-api',
    ],
    ['a package in a folder that has none', 'src/latency/a.ts', `import type {A} from 'ajv';`, 'package ajv'],
    ['what only page files may know', 'src/chat/a.ts', `import {answer} from 'virtual:firstword-files';`, 'virtual:'],
    ['Node in the page', 'src/widget/a.ts', `import {join} from 'node:path';`, 'node:path'],
    ['Node by its bare name', 'src/storage/a.ts', `import {join} from 'path';`, 'path'],
    ['Node in the collector, outside its store', 'src/collector/summary.ts', `import 'node:fs';`, 'node:fs'],
  ])('finds %s', (_, path, text, cause) => {
    expectBreaches(checkTable(plant({[path]: text})), [path, cause]);
  });

  test('lets through what it lists', () => {
    const planted = plant({
      'src/collector/duckdb-store.ts': `import 'node:fs'; import {DuckDBInstance} from '@duckdb/node-api';`,
      'src/collector/read-beacon.ts': `import schema from '../protocol/beacon.schema.json' with {type: 'json'};`,
      'src/cli/serve.ts': `import 'node:http'; import {a} from '../server/index.ts'; import 'hono/cors';`,
      'src/loader/load.ts': `import 'virtual:firstword-files'; import type {A} from '../chat/index.ts'; import(address);`,
      'src/loader/bundled.ts': `import('../widget/index.ts'); import('../widget/answering.ts');`,
      'src/widget/words/en.ts': `import {a} from '../../chat/index.ts'; import '../panel.css?inline';`,
      'src/index.ts': `export * from './loader/index.ts'; export type * from './chat/index.ts';`,
      'src/rum/page.ts': `import {a} from '../protocol/index.ts'; import 'web-vitals/attribution';`,
    });
    expectKept(checkTable(planted), {atLeast: 15});
  });
});

describe('the folders', () => {
  test('of src are those of the table, and every name says what is inside', () => {
    expectKept(checkFolders(project), {atLeast: 20});
  });

  test('are found when they are not in the table or say nothing', () => {
    const planted = plant({
      'src/avatar/index.ts': '',
      'src/stray.ts': '',
      'src/chat/utils/a.ts': '',
      'test/helpers/a.ts': '',
      'src/index.ts': '',
    });
    expectBreaches(
      checkFolders(planted),
      ['src/avatar', 'no folder of the table'],
      ['src/stray.ts', 'into a folder'],
      ['src/chat/utils'],
      ['test/helpers'],
    );
  });

  test('have an index that only re-exports', () => {
    expectKept(checkDoors(project), {atLeast: 10});
  });

  test('are found without an index, or with code in it', () => {
    const planted = plant({
      'src/chat/index.ts': `export * from './a.ts'; export const size = 3;`,
      'src/rum/index.ts': `export {a} from './a.ts'; import './b.ts';`,
      'src/faq/index.ts': `export {a, type B} from './a.ts';`,
      'src/stream/a.ts': '',
    });
    expectBreaches(
      checkDoors(planted),
      ['src/chat/index.ts', 'more than re-exports'],
      ['src/rum/index.ts', 'more than re-exports'],
      ['src/stream', 'no index'],
    );
  });
});

describe('the modules of src', () => {
  test('do not import each other in circles', () => {
    expectKept(checkCycles(project), {atLeast: 250});
  });

  test('are found when they do, types included', () => {
    const planted = plant({
      'src/chat/a.ts': `import type {B} from './b.ts';`,
      'src/chat/b.ts': `export * from './c.ts';`,
      'src/chat/c.ts': `import {a} from './a.ts'; import './d.ts';`,
      'src/chat/d.ts': '',
    });
    expectBreaches(checkCycles(planted), ['src/chat/a.ts → src/chat/b.ts → src/chat/c.ts → src/chat/a.ts']);
  });

  test('do not bring a late package at once', () => {
    expectKept(checkLatePackages(project), {atLeast: 100});
  });

  test('are found when they do', () => {
    const planted = plant({
      'src/rum/vitals.ts': `import {onINP} from 'web-vitals';`,
      'src/rum/send.ts': `import {vitals} from './vitals.ts';`,
      'src/rum/late.ts': `const a = await import('./vitals.ts'); import type {A} from './vitals.ts';`,
    });
    expectBreaches(checkLatePackages(planted), ['src/rum/send.ts', 'src/rum/vitals.ts']);
  });
});

describe('the demo', () => {
  test('uses only what the package offers to everybody', () => {
    expectKept(checkDemo(project), {atLeast: 10});
  });

  test('is found when it reaches into the package', () => {
    const planted = plant({
      'package.json': '{"name": "firstword", "exports": {".": "./a.js", "./server": "./b.js"}}',
      'demo/a.ts': `import 'firstword/server'; import 'firstword'; import 'hono/cors'; import 'node:fs'; import './b.ts';`,
      'demo/b.mjs': `import '../src/chat/index.ts'; import 'firstword/widget'; import 'preact';`,
    });
    expectBreaches(
      checkDemo(planted),
      ['demo/b.mjs', '../src/chat/index.ts'],
      ['demo/b.mjs', 'firstword/widget'],
      ['demo/b.mjs', 'preact'],
    );
  });
});

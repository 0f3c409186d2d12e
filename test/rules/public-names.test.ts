import {existsSync} from 'node:fs';
import {describe, expect, test, vi} from 'vitest';
import {expectBreaches, expectKept, plant} from './planted.ts';
import list from './public-names.json' with {type: 'json'};
import {checkDoors, checkPublicNames, namesOf} from './public-names.ts';
import {readProject} from './source.ts';

vi.setConfig({testTimeout: 60_000}); // the first test of a file parses every program

const project = readProject();

describe('the public names', () => {
  test('are those of the list, so that nobody adds or takes one unseen', () => {
    expectKept(checkPublicNames(project, list), {atLeast: 100});
  });

  test('stand in the list in alphabetical order, once', () => {
    for (const names of Object.values(list)) expect(names).toEqual([...new Set(names)].sort());
  });

  test('are found when they came or went', () => {
    const planted = plant({
      'package.json': '{"exports": {"./chat": {"default": "dist/a.js"}, "./package.json": "./package.json"}}',
      'src/chat/index.ts': `export * from './a.ts';\nexport {b as c, type D} from './b.ts';`,
      'src/chat/a.ts': `export const a = 1;\nexport type {E} from './b.ts';\nexport * as f from './b.ts';`,
      'src/chat/b.ts': 'export const b = 1;\nexport interface D {}\nexport type E = 1;\nconst own = 1;',
    });
    expect(namesOf(planted, 'src/chat/index.ts')).toEqual([
      {name: 'D', path: 'src/chat/b.ts'},
      {name: 'E', path: 'src/chat/b.ts'},
      {name: 'a', path: 'src/chat/a.ts'},
      {name: 'c', path: 'src/chat/b.ts'},
      {name: 'f', path: 'src/chat/b.ts'},
    ]);
    expectBreaches(
      checkPublicNames(planted, {'./chat': ['D', 'E', 'a', 'f', 'g'], './rum': []}),
      ['src/chat/index.ts', 'c is not in'],
      ['src/chat/index.ts', 'g is gone'],
      ['package.json', './rum is gone'],
    );
  });
});

describe('the doors of the package', () => {
  test.skipIf(!existsSync('dist'))('lead to files that the build makes', () => {
    expectKept(checkDoors(project, existsSync), {atLeast: 10});
  });

  test('are found when they lead nowhere', () => {
    const planted = plant({
      'package.json': '{"exports": {".": {"types": "./a.d.ts", "default": "./a.js"}}, "bin": {"firstword": "main.js"}}',
    });
    expectBreaches(
      checkDoors(planted, (path) => path === './a.js'),
      ['package.json', './a.d.ts'],
      ['package.json', 'main.js'],
    );
  });
});

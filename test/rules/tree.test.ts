import {describe, expect, test, vi} from 'vitest';
import {
  checkLock,
  checkPapers,
  checkSkipped,
  checkSleeps,
  checkStrangers,
  checkVersions,
  SLEEPING_PLACES,
} from './check-tree.ts';
import {expectBreaches, expectKept, plant} from './planted.ts';
import {readProject} from './source.ts';

vi.setConfig({testTimeout: 60_000}); // the first test of a file parses every program

const project = readProject();

describe('what is installed', () => {
  test('has exact versions', () => {
    expectKept(checkVersions(project), {atLeast: 15});
  });

  test('is found when it has not', () => {
    const planted = plant({
      'package.json': JSON.stringify({
        dependencies: {a: '1.2.3', b: '^1.2.3', c: '1.5.6-r.1', i: 'npm:a@1.2.3'},
        devDependencies: {d: '*', e: '~2.0.0', f: '1.x', g: 'latest'},
        peerDependencies: {h: '^1.0.0'},
      }),
      'test/vendor/package.json': JSON.stringify({devDependencies: {j: 'npm:a@^1.2.3'}}),
    });
    expectBreaches(
      checkVersions(planted),
      ['b', '^1.2.3'],
      ['d', '*'],
      ['e', '~2.0.0'],
      ['f', '1.x'],
      ['g', 'latest'],
      ['test/vendor/package.json', 'j', 'npm:a@^1.2.3'],
    );
  });

  test('comes from whatever registry the reader uses', () => {
    expectKept(checkLock(project), {atLeast: 100});
  });

  test('is found when the lock names one', () => {
    const lock = {packages: {'': {}, 'node_modules/a': {version: '1.0.0', resolved: 'https://npm.example/a.tgz'}}};
    expectBreaches(checkLock(plant({'package-lock.json': JSON.stringify(lock)})), ['node_modules/a', 'resolved']);
  });
});

describe('the files', () => {
  test('tell nothing of where they were written', () => {
    expectKept(checkStrangers(project), {atLeast: 150});
  });

  test('are found when they do', () => {
    const planted = plant({
      'README.md': `Fine.\nSee ${['', 'home', 'jo', 'a.md'].join('/')} and ${['sub', 'agent'].join('')}.`,
      'src/chat/a.ts': `// file://${['', 'root', 'a'].join('/')}\nconst a = 'https://shop.example/home/a';`,
      '.npmrc': `${['registry', 'npmjs', 'org'].join('.')}\n${['registry', 'internal', 'example'].join('.')}:4873`,
      'src/chat/b.ts': `import '../root/a.ts'; // ./home/a, registry.register(), work/a`,
    });
    expectBreaches(
      checkStrangers(planted),
      ['README.md:2', 'path of a machine'],
      ['README.md:2', 'workplace'],
      ['src/chat/a.ts:1', 'path of a machine'],
      ['.npmrc:1', 'registry'],
      ['.npmrc:2', 'registry'],
    );
  });

  test('are those that every project has, under the MIT licence', () => {
    expectKept(checkPapers(project), {atLeast: 4});
  });

  test('are found when they are missing or say something else', () => {
    const planted = plant({
      'package.json': '{"license": "ISC"}',
      'README.md': '# Firstword',
      'CHANGELOG.md': ' ',
      LICENSE: 'Apache License',
    });
    expectBreaches(
      checkPapers(planted),
      ['CHANGELOG.md', 'missing'],
      ['CONTRIBUTING.md', 'missing'],
      ['LICENSE', 'not the MIT'],
      ['package.json', 'ISC'],
    );
  });
});

describe('the tests', () => {
  test('wait for conditions, never for time', () => {
    expectKept(checkSleeps(project), {atLeast: 60});
  });

  test('are found when they wait for time', () => {
    const planted = plant({
      'test/chat/a.test.ts': 'await new Promise((done) => setTimeout(done, 50));\nawait page.waitForTimeout(10);',
      'test/chat/b.ts': `import {setTimeout as delay} from 'node:timers/promises';`,
      'test/chat/c.test.tsx': 'const nap = (ms) => new Promise(function (done) {\n  setTimeout(() => done(), ms);\n});',
      'test/chat/d.test.ts':
        'await new Promise((done) => setTimeout(done));\nawait new Promise((done, fail) => setTimeout(fail, LIMIT_MS));\nsetTimeout(work, 10);\nawait new Promise((done) => { const later = () => setTimeout(work, 5); done(later); });',
      'test/journey/drive/wait.ts': `import {setTimeout as delay} from 'node:timers/promises';`,
    });
    expectBreaches(
      checkSleeps(planted),
      ['test/chat/a.test.ts:1', 'time to pass'],
      ['test/chat/a.test.ts:2', 'time to pass'],
      ['test/chat/b.ts', 'node:timers/promises'],
      ['test/chat/c.test.tsx:2', 'time to pass'],
    );
  });

  test('have no declared sleep that is gone', () => {
    const gone = Object.keys(SLEEPING_PLACES).filter((path) => !project.some((file) => file.path === path));
    expect(gone).toEqual([]);
  });

  test('all run, each once', () => {
    expectKept(checkSkipped(project), {atLeast: 60});
  });

  test('are found when they do not', () => {
    const planted = plant({
      'test/chat/a.test.ts': `test.skip('a', () => {});\ndescribe.only('b', () => {});\nit.todo('c');\ntest.only.each([1])('d', () => {});`,
      'test/chat/b.test.ts': `test('a', {retry: 2}, () => {});\ntest('b', (context) => {\n  context.skip();\n});`,
      'test/chat/c.test.ts': `test.skipIf(missing)('a', () => {\n  expect(page).toEqual({retry: true});\n  iterator.skip(1);\n});`,
      'vite.config.ts': 'export default {\n  test: {retry: 1},\n};',
    });
    expectBreaches(
      checkSkipped(planted),
      ['test/chat/a.test.ts:1', 'skip'],
      ['test/chat/a.test.ts:2', 'only'],
      ['test/chat/a.test.ts:3', 'todo'],
      ['test/chat/a.test.ts:4', 'only'],
      ['test/chat/b.test.ts:3', 'skip'],
      ['test/chat/b.test.ts:1', 'retry'],
      ['vite.config.ts:2', 'retry'],
    );
  });
});

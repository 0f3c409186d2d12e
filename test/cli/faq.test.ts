import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, beforeEach, expect, onTestFinished, test} from 'vitest';
import {readPack} from '../../src/faq/index.ts';
import {entryOf, SHOP} from '../faq/packs.ts';
import {type Installed, installCommand} from './installed.ts';

let installed: Installed;
let cwd: string;

beforeAll(async () => {
  installed = await installCommand(); // without any of the optional packages
}, 60_000);
afterAll(() => installed?.remove()); // it is not there when it did not compile

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firstword-faq-cwd-'));
  cwd = folder;
  await writeFile(join(folder, 'faq.json'), JSON.stringify(SHOP));
  return () => rm(folder, {recursive: true, force: true});
});

function firstword(...args: string[]) {
  const running = installed.start({args: ['faq', ...args], cwd});
  onTestFinished(async () => {
    if (running.child.exitCode === null) running.child.kill('SIGKILL');
    await running.ended;
  });
  return running;
}

test('a FAQ becomes a pack, by the options that are given', async () => {
  const {code, stdout, stderr} = await firstword('build', 'faq.json', '-o', 'b.json', '--version', '9', '--ttl', '7d')
    .ended;
  expect({code, stderr}).toEqual({code: 0, stderr: ''});
  expect(stdout).toMatch(/0 errors, 0 warnings\nWritten to b\.json\n$/);
  const pack = JSON.parse(await readFile(join(cwd, 'b.json'), 'utf8'));
  expect(readPack(pack)).toMatchObject({version: '9', ttlMs: 604_800_000, language: 'en'});
});

test('what is wrong with a FAQ is told by its line, and ends with 1', async () => {
  await writeFile(join(cwd, 'faq.md'), '# Returns\n## Can I return it?\n\n## When?\nSoon.\n');
  const {code, stdout, stderr} = await firstword('check', 'faq.md').ended;
  expect({code, stderr}).toEqual({code: 1, stderr: ''});
  expect(stdout).toContain('faq.md:2: error: its answer is empty\n');
});

test('standard input is read, and standard output written to, the pack alone', async () => {
  const running = firstword('build', '-', '--format', 'csv', '--language', 'en');
  running.child.stdin?.end('question,answer\nWhen do you ship?,Within two days.\n');
  const {code, stdout, stderr} = await running.ended;
  expect(code).toBe(0);
  expect(readPack(JSON.parse(stdout))).toMatchObject({language: 'en', entries: [{id: 'when-do-you-ship'}]});
  expect(stderr).toContain('-:2: warning: ');
});

test.each([
  [['check', 'none.json'], 'none.json: there is no such file'],
  [['build', 'faq.json', '-o', 'faq.json'], 'faq.json: the pack would overwrite the FAQ; name another file with -o'],
  [['bild'], "unknown command 'bild' (Did you mean build?)"],
  [['check', 'faq.json', '--strickt'], "unknown option '--strickt' (Did you mean --strict?)"],
  [['check'], "missing required argument 'file'"],
  [
    ['check', 'faq.json', '--min-precision', '97'],
    "option '--min-precision <share>' argument '97' is invalid. A share is a number from 0 to 1.",
  ],
  [
    ['build', 'faq.json', '--ttl', '1w'],
    "option '--ttl <time>' argument '1w' is invalid. A time is a number with ms, s, m, h or d, such as 12h.",
  ],
  [
    ['build', 'faq.json', '--language', 'english please'],
    "option '--language <tag>' argument 'english please' is invalid. A language is a tag such as en or pt-BR.",
  ],
])('%j ends with 2 and one line', async (args, line) => {
  const {code, stdout, stderr} = await firstword(...args).ended;
  expect({code, stdout, stderr}).toEqual({code: 2, stdout: '', stderr: `[firstword] ${line}\n`});
});

test('a large FAQ shows how far it is, and Ctrl-C leaves nothing', async () => {
  const verbs = ['return', 'cancel', 'change', 'track', 'find', 'print', 'move', 'wash', 'swap', 'mend'];
  const entries = Array.from({length: 700}, (_, at) =>
    entryOf(
      `e${at}`,
      verbs.map((verb) => `how do i ${verb} my n${at}`),
    ),
  );
  await writeFile(join(cwd, 'large.json'), JSON.stringify({entries}));
  const running = firstword('build', 'large.json');
  await running.says(/learning 700 entries with 7000 phrasings: \d+ %\n/);
  running.child.kill('SIGINT');
  const {code, stdout, stderr} = await running.ended;
  expect({code, stdout}).toEqual({code: 130, stdout: ''});
  expect(stderr).toMatch(/%\nStopped\. Nothing was written\.\n$/);
  expect((await readdir(cwd)).sort()).toEqual(['faq.json', 'large.json']);
});

test('Ctrl-C ends waiting for standard input', async () => {
  const running = firstword('build', '-', '--format', 'json');
  // more than what lies between two processes: it is through when the other one reads
  await new Promise((through) => running.child.stdin?.write(' '.repeat(4_000_000), through));
  running.child.kill('SIGINT');
  expect(await running.ended).toEqual({code: 130, stdout: '', stderr: 'Stopped. Nothing was written.\n'});
});

test('the help says how a FAQ is written', async () => {
  for (const command of ['build', 'check']) {
    const {code, stdout} = await firstword(command, '--help').ended;
    expect(code).toBe(0);
    for (const said of ['--strict', '--min-precision', 'JSON', 'CSV', 'Markdown', 'Exit codes'])
      expect(stdout).toContain(said);
  }
});

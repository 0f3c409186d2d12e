import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readFile, realpath, rename, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {startFakeOpenAI} from '../server/fake-openai.ts';
import {borrowBrowser, findEngines, type Page} from './drive/index.ts';
import {installPacked, newcomer, readManifest} from './packed.ts';
import {ask, firstWords, openByKeyboard} from './stage.ts';

const HEADING = 'Your first answer in five minutes';
const FIRST_TOKEN = 'Hello from my own endpoint';

const chromium = findEngines().find(({engine}) => engine === 'chromium');

let folder: string;
let words: Words;

beforeAll(async () => {
  words = readWords(await readFile('README.md', 'utf8'));
  folder = await realpath(await mkdtemp(join(tmpdir(), 'firstword-first-minutes-')));
  await installPacked(folder, words.packages);
  for (const {name, text} of words.files) await writeFile(join(folder, name), text);
});

afterAll(() => rm(folder, {recursive: true, force: true}));

describe(`README: ${HEADING}`, () => {
  test('takes at most three commands and twenty lines of code', () => {
    expect(words.commands.length).toBeLessThanOrEqual(3);
    const lines = words.files.flatMap(({text}) => text.split('\n')).filter((line) => line.trim() !== '');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(20);
  });

  test('needs every package that it names, and no other', async () => {
    const modules = join(folder, 'node_modules');
    const {peerDependencies} = await readManifest(folder);
    const optional = words.packages.filter((name) => name !== 'firstword');
    expect(Object.keys(peerDependencies)).toEqual(expect.arrayContaining(optional));
    for (const name of words.packages) {
      await rename(join(modules, name), join(folder, 'taken-away'));
      await expect(start(words.starts[0]), `without ${name}`).rejects.toThrow(`Cannot find package '${name}'`);
      await rename(join(folder, 'taken-away'), join(modules, name));
    }
  });

  test.skipIf(chromium?.missing)('answers on the own page without a key', async () => {
    const page = await open(await start(words.starts[0]));
    await openByKeyboard(page);
    await ask(page, words.question);
    expect(await firstWords(page)).toMatch(/^We/);
    expect(await page.errors()).toEqual([]);
  });

  test.skipIf(chromium?.missing)('brings the first token of the own endpoint to the own page', async () => {
    const endpoint = await startFakeOpenAI([FIRST_TOKEN]);
    onTestFinished(() => endpoint.close());
    // the one value of the command that is everybody's own
    const page = await open(await start(words.starts.at(-1), {OPENAI_BASE_URL: endpoint.baseURL}));
    await openByKeyboard(page);
    await ask(page, words.question);
    expect(await firstWords(page)).toContain(FIRST_TOKEN);
    expect(endpoint.asked).toHaveLength(1);
    expect(await page.errors()).toEqual([]);
  });
});

/** What the section tells its reader to do. */
interface Words {
  commands: string[];
  /** What the first command installs. */
  packages: string[];
  /** The commands after it. */
  starts: Start[];
  files: {name: string; text: string}[];
  /** What the reader is told to ask. */
  question: string;
}

interface Start {
  env: Record<string, string>;
  program: string;
  args: string[];
}

/** Reads commands out of the `sh` blocks, and files out of the others; the file's name is the last one named before. */
function readWords(readme: string): Words {
  const [, section = ''] = readme.split(`## ${HEADING}\n`);
  const [own = ''] = section.split(/^##? /m);
  const commands: string[] = [];
  const files: Words['files'] = [];
  let before = '';
  for (const [index, piece] of own.split(/^```(.*\n(?:.*\n)*?)```$/m).entries()) {
    if (index % 2 === 0) {
      before = piece;
      continue;
    }
    const [language, ...lines] = piece.trimEnd().split('\n');
    if (language === 'sh') commands.push(...lines);
    else files.push({name: [...before.matchAll(/`([\w.-]+\.\w+)`/g)].at(-1)?.[1] ?? '', text: `${lines.join('\n')}\n`});
  }
  const [, question = ''] = /\bask "([^"]+)"/.exec(own) ?? [];
  const [first = '', ...rest] = commands;
  const [npm, verb, ...packages] = first.split(' ');
  if (npm !== 'npm' || verb !== 'install') throw new Error(`The first command is no npm install: ${first}`);
  return {commands, packages, starts: rest.map(readStart), files, question};
}

function readStart(command: string): Start {
  const parts = command.split(' ');
  const at = parts.findIndex((part) => !/^[A-Z_]+=/.test(part));
  const env = Object.fromEntries(parts.slice(0, at).map((part) => part.split(/=(.*)/, 2)));
  const [program = '', ...args] = parts.slice(at);
  return {env, program, args};
}

/** Starts a server by a command and gives the address that it prints; it ends with the test. */
async function start(command: Start | undefined, env: Record<string, string> = {}): Promise<string> {
  if (!command) throw new Error('The section starts nothing');
  const child = spawn(command.program, command.args, {cwd: folder, env: {...newcomer, ...command.env, ...env}});
  const ended = once(child, 'close');
  onTestFinished(async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await ended;
  });
  return readAddress(child);
}

function readAddress(child: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk;
      const [address] = /http:\/\/\S+/.exec(output) ?? [];
      if (address) found(address);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    child.on('error', failed);
    child.on('close', () => failed(new Error(`It ended without an address: ${output}`)));
  });
}

async function open(address: string): Promise<Page> {
  const browser = await borrowBrowser('chromium');
  onTestFinished(() => browser.close());
  return browser.open(address);
}

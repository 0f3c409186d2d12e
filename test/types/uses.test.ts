import {execFile} from 'node:child_process';
import {copyFile, mkdtemp, readFile, realpath, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {promisify} from 'node:util';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {installPacked} from '../journey/packed.ts';

let folder: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'firstword-types-')));
  await installPacked(folder, []);
  await writeFile(join(folder, 'package.json'), '{"private": true, "type": "module"}');
  await copyFile('test/types/uses.ts', join(folder, 'uses.ts'));
});

afterAll(() => rm(folder, {recursive: true, force: true}));

/** Compiles a file as its author would, and gives the compiler's words. */
async function compile(file: string, settings: object): Promise<string> {
  const compilerOptions = {noEmit: true, strict: true, target: 'ES2022', types: [], ...settings};
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({compilerOptions, files: [file]}));
  const args = [resolve('node_modules/typescript/bin/tsc'), '-p', folder];
  return promisify(execFile)(process.execPath, args).then(
    ({stdout}) => stdout,
    ({stdout}: {stdout: string}) => stdout,
  );
}

describe.each([
  {module: 'ESNext', moduleResolution: 'bundler', skipLibCheck: false},
  {module: 'NodeNext', moduleResolution: 'NodeNext', exactOptionalPropertyTypes: true, skipLibCheck: false},
])('with $moduleResolution resolution', (settings) => {
  test('what is right compiles and what is wrong does not', async () => {
    expect(await compile('uses.ts', settings)).toBe('');
  });
});

test('the compiler says why each wrong line is wrong', async () => {
  const text = await readFile('test/types/uses.ts', 'utf8');
  await writeFile(join(folder, 'wrong.ts'), text.replaceAll('// @ts-expect-error: ', '// '));
  const said = await compile('wrong.ts', {module: 'ESNext', moduleResolution: 'bundler'});
  const wrongLines = [...text.matchAll(/@ts-expect-error/g)].length;
  expect(wrongLines).toBeGreaterThan(10);
  expect([...said.matchAll(/error TS\d+/g)]).toHaveLength(wrongLines);
  for (const word of ["'launch' does not exist", "'endpoint' is missing", '"800ms"', '"firstToken"', "'text'"]) {
    expect(said).toContain(word);
  }
});

import {execFile} from 'node:child_process';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import type {CheckResult, ResolutionKind} from '@arethetypeswrong/core';
import {publint} from 'publint';
import {formatMessage} from 'publint/utils';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {newcomer, packProject} from '../journey/packed.ts';

/**
 * Ways to resolve types that the package does not serve: it is ESM only, and it has subpaths, which tools before Node 12
 * do not know. CommonJS gets it by `import()`, or by `require()` of ESM as Node 22.12 and later have it.
 */
const NOT_SERVED: readonly ResolutionKind[] = ['node10', 'node16-cjs'];

let folder: string;
let archive: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firstword-package-'));
  archive = await packProject(folder);
});

afterAll(() => rm(folder, {recursive: true, force: true}));

test('what is published has doors that every tool finds', async () => {
  const {buffer} = new Uint8Array(await readFile(archive));
  const {messages, pkg} = await publint({pack: {tarball: buffer}, strict: true, level: 'suggestion'});
  expect(messages.map((message) => formatMessage(message, pkg, {color: false}))).toEqual([]);
});

test('what is published has types wherever it has code', async () => {
  const args = ['test/types/check-package.ts', archive];
  const {stdout} = await promisify(execFile)(process.execPath, args, {env: newcomer, maxBuffer: 2 ** 26});
  const result: CheckResult = JSON.parse(stdout);
  if (!result.types) throw new Error('no types at all');
  const isServed = (kind: ResolutionKind) => !NOT_SERVED.includes(kind);
  const problems = result.problems.filter((each) => !('resolutionKind' in each) || isServed(each.resolutionKind));
  expect(problems).toEqual([]);
  const doors = Object.entries(result.entrypoints).filter(([subpath]) => subpath !== './package.json');
  expect(doors.length).toBeGreaterThanOrEqual(6);
  for (const [subpath, {resolutions}] of doors) {
    expect(resolutions['node16-esm'].resolution?.isTypeScript, subpath).toBe(true);
    expect(resolutions.bundler.resolution?.isTypeScript, subpath).toBe(true);
  }
});

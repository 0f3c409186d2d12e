import {execFileSync} from 'node:child_process';
import {cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';

/** What a build reads. */
const SOURCES = [
  'src',
  'test/journey/drive',
  'vite.config.ts',
  'inventory.ts',
  'package.json',
  ...globSync('tsconfig*.json'),
];

test('another folder, time zone, language and user make the same bytes', {timeout: 300_000}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'firstword zwei-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  for (const path of SOURCES) cpSync(path, join(folder, path), {recursive: true});
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  execFileSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      TZ: 'Pacific/Kiritimati',
      LANG: 'tr_TR.UTF-8',
      LC_ALL: 'tr_TR.UTF-8',
      USER: 'other',
      HOME: folder,
    },
  });
  const files = (at: string) => globSync('dist/**/*.*', {cwd: at}).sort();
  expect(files(folder).length).toBeGreaterThan(20);
  expect(files(folder)).toEqual(files('.'));
  const different = files('.').filter((file) => !readFileSync(file).equals(readFileSync(join(folder, file))));
  expect(different).toEqual([]);
});

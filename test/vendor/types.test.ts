import {spawnSync} from 'node:child_process';
import {expect, test} from 'vitest';

test('what is asked and read has the types of the vendors', () => {
  const compiler = ['node_modules/typescript/bin/tsc', '-p', 'test/vendor/tsconfig.json'];
  const {stdout, status} = spawnSync(process.execPath, compiler, {encoding: 'utf8'});
  expect([stdout, status]).toEqual(['', 0]);
});

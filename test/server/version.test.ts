import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {SERVER_VERSION} from '../../src/server/index.ts';

it('is the version of the package', () => {
  const {version} = JSON.parse(readFileSync('package.json', 'utf8')) as {version: string};
  expect(SERVER_VERSION).toBe(version);
});

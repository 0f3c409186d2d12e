import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {SERVE_PACKAGES, withPackages} from '../../src/cli/need.ts';

const {peerDependencies, peerDependenciesMeta} = JSON.parse(readFileSync('package.json', 'utf8')) as {
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, {optional: boolean}>;
};

test('what serve needs are optional peers, and all of them', () => {
  expect([...SERVE_PACKAGES].sort()).toEqual(Object.keys(peerDependencies).sort());
  expect(SERVE_PACKAGES.every((name) => peerDependenciesMeta[name]?.optional)).toBe(true);
});

test('no peer range names a prerelease: npm would refuse every other version beside it', () => {
  expect(Object.values(peerDependencies).filter((range) => range.includes('-'))).toEqual([]);
});

test('with all packages there, what stands on them is loaded', async () => {
  const loaded = withPackages({command: 'it', packages: ['commander'], load: async () => 'loaded'});
  expect(await loaded).toBe('loaded');
});

test('a package that is there but does not load is told in one line', async () => {
  const load = () => Promise.reject(new Error('no binary for this machine\nat somewhere'));
  await expect(withPackages({command: 'it', packages: [], load})).rejects.toMatchObject({
    kind: 'package',
    message: 'a package that it needs does not load: no binary for this machine',
  });
});

import {expect, it} from 'vitest';
import {measureCache} from '../bench/cache/measures.ts';

// a guard, with fewer draws and more room than `npm run bench:cache`, which proves the figures
it('hardly ever gives the answer to another question, and takes a small part of the time; classing takes next to none', async () => {
  const rows = await measureCache({seeds: [21], questionCount: 6, repeatCount: 3});
  expect(rows).toHaveLength(5);
  for (const {name, value, limit} of rows) expect(value, name).toBeLessThan(limit * 3);
});

import {expect, it, vi} from 'vitest';
import {measureTopics} from '../bench/prefetch/topics.ts';
import {isOver} from '../bench/render/figures.ts';

vi.setConfig({testTimeout: 60_000});

it('has the right topic looked up, early, with few requests', async () => {
  const rows = await measureTopics({questionCount: 8});
  expect(rows).toHaveLength(6);
  expect(rows.filter((row) => isOver(row, 1))).toEqual([]);
});

/** @jsxImportSource ../../src/widget */
import {expect, test} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import {createDrawing} from '../../src/widget/drawing.ts';
import {Waterfall} from '../../src/widget/waterfall.tsx';

const RECORD: TurnRecord = {
  id: 'ab'.repeat(16),
  rev: 1,
  final: true,
  age: 2000,
  outcome: 'complete',
  t: {sent: 0, token: 990, paint: 1000, done: 2000},
  stages: [
    {s: 'retrieval', ms: 200, at: 100, b: 400},
    {s: 'model', ms: 500, at: 400, b: 300},
    {s: 'rerank', ms: 100},
  ],
};

test('a stage stands where it ran, beside its budget, and says in words when it is over', () => {
  const host = document.createElement('div');
  createDrawing(host).draw(<Waterfall record={RECORD} />);
  const rows = [...host.querySelectorAll('li')].map((row) => ({
    over: row.hasAttribute('data-over'),
    ms: row.querySelector('.ms')?.textContent,
    bar: row.querySelector('.stage')?.getAttribute('d'),
    limit: row.querySelector('.limit')?.getAttribute('d'),
  }));
  expect(rows).toEqual([
    {over: false, ms: '200 ms of 400 ms', bar: 'M50 1H150v6H50z', limit: 'M250 0v8'},
    {over: true, ms: '▲ over 500 ms of 300 ms', bar: 'M200 1H450v6H200z', limit: 'M350 0v8'},
    {over: false, ms: '100 ms', bar: 'M0 1H50v6H0z', limit: undefined},
  ]);
  expect(host.querySelectorAll('.unplaced')).toHaveLength(1);
  expect(host.querySelector('.fix')?.textContent).toMatch(/^Try: a smaller model/);
});

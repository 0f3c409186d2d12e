import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {createRuns, KEPT_MS} from '../../src/server/runs.ts';

function create(runCount: number) {
  const runs = createRuns({runCount});
  const ended: string[] = [];
  return {
    runs,
    ended,
    open(name: string) {
      const run = runs.open({
        names: [name],
        question: '?',
        end(why) {
          ended.push(`${name} ${why}`);
          run.log.end();
        },
      });
      run.log.write({type: 'start'});
      return run;
    },
    /** Of some names those that are still found. */
    kept: (...names: string[]) => names.filter((name) => runs.find(name).length > 0),
  };
}

const signal = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('finds runs by their names, oldest first, under ids of their own', () => {
  const {runs, open} = create(10);
  const [one, two, other] = [open('a'), open('a'), open('b')];
  expect(runs.find('a').map(({id}) => id)).toEqual([one.id, two.id]);
  expect(runs.find('b').map(({id}) => id)).toEqual([other.id]);
  expect(runs.find('c')).toEqual([]);
  expect(new Set([one.id, two.id, other.id]).size).toBe(3);
  expect(one.id).toMatch(/^[0-9a-f]{20}$/);
});

it('forgets the oldest run that has ended when there are too many', () => {
  const {open, kept, ended} = create(3);
  const [one, two, three] = [open('1'), open('2'), open('3')];
  two.log.end();
  one.log.end();
  open('4');
  expect(kept('1', '2', '3', '4')).toEqual(['2', '3', '4']);
  open('5');
  expect(kept('2', '3', '4', '5')).toEqual(['3', '4', '5']);
  expect([ended, three.log.readerCount()]).toEqual([[], 0]);
});

it('gives up the oldest that nobody reads when all are being made, and never one that is read', () => {
  const {open, kept, ended} = create(2);
  for (const name of ['1', '2', '3']) {
    const run = open(name);
    if (name !== '2') run.log.read({signal});
  }
  open('4');
  expect(kept('1', '2', '3', '4')).toEqual(['1', '3', '4']);
  expect(ended).toEqual(['2 abandoned']);
});

it('gives up a run to which no reader ever came', async () => {
  const {open, kept, ended} = create(3);
  open('1');
  await vi.advanceTimersByTimeAsync(KEPT_MS);
  expect([ended, kept('1')]).toEqual([['1 abandoned'], ['1']]);
  await vi.advanceTimersByTimeAsync(KEPT_MS);
  expect([kept('1'), vi.getTimerCount()]).toEqual([[], 0]);
});

it('keeps a reader that is still reading when its run is forgotten', async () => {
  const {open, kept} = create(1);
  const run = open('1');
  const reader = run.log.read({signal})?.getReader();
  run.log.end();
  open('2');
  expect(kept('1')).toEqual([]);
  const {value} = (await reader?.read()) ?? {};
  expect(new TextDecoder().decode(value)).toBe(`id: ${run.id}-0\ndata: {"type":"start"}\n\ndata: [DONE]\n\n`);
});

it('has neither runs nor timers left when thousands have passed', async () => {
  const {open, kept, ended} = create(100);
  const names = Array.from({length: 5_000}, (_, at) => `${at}`);
  for (const name of names) {
    const run = open(name);
    const reader = run.log.read({signal});
    if (Number(name) % 3 === 0) await reader?.cancel();
    if (Number(name) % 2 === 0) run.log.end();
    else await reader?.cancel();
  }
  expect(kept(...names).length).toBe(100);
  await vi.advanceTimersByTimeAsync(KEPT_MS * 3);
  expect(kept(...names)).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
  expect(new Set(ended).size).toBe(ended.length);
});

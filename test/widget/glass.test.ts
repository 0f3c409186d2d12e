import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import type {TurnRecord} from '../../src/latency/index.ts';
import {openGlass} from '../../src/widget/glass.tsx';

const RECORD: TurnRecord = {id: 'ab'.repeat(16), rev: 1, final: false, age: 50, outcome: 'open', t: {sent: 1}};

let host: HTMLElement;

beforeEach(() => {
  vi.useFakeTimers();
  host = document.createElement('div');
  host.attachShadow({mode: 'open'});
  document.body.append(host);
});

afterEach(() => {
  vi.useRealTimers();
  host.remove();
});

/** Opens the glass over turns of which the test says what there is. */
async function start() {
  const life = new AbortController();
  const box = document.createElement('dialog');
  const live = vi.fn<() => TurnRecord | undefined>();
  const root = host.shadowRoot as ShadowRoot; // it has just been made
  root.append(box);
  const glass = openGlass({
    ...{root, box, version: '0.1.0', signal: life.signal},
    field: {box: undefined, take: () => undefined, write() {}, takeEarly: () => false},
    // it asks the options for nothing else
    options: {position: 'bottom-right', container: undefined} as unknown as Parameters<typeof openGlass>[0]['options'],
    measure: Promise.resolve({live, levers: () => []}),
  });
  await vi.advanceTimersByTimeAsync(1000);
  live.mockClear();
  const tell = (name: string, detail: object) => window.dispatchEvent(new CustomEvent(`firstword:${name}`, {detail}));
  return {glass, live, tell, root, life};
}

test('looks ten times a second while a turn is on its way, and never else', async () => {
  const {live, tell, root} = await start();
  await vi.advanceTimersByTimeAsync(5000);
  expect(live).not.toHaveBeenCalled();
  live.mockReturnValue(RECORD);
  tell('send', {});
  expect(live, 'not before the question is shown').not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1000);
  expect(live.mock.calls.length).toBeLessThanOrEqual(10);
  expect(live.mock.calls.length).toBeGreaterThanOrEqual(8);
  live.mockReturnValue(undefined);
  tell('turn', {...RECORD, final: true, outcome: 'complete'});
  live.mockClear();
  await vi.advanceTimersByTimeAsync(5000);
  expect(live.mock.calls.length).toBeLessThanOrEqual(1);
  expect([...root.querySelectorAll('h3')].map(({textContent}) => textContent)).toEqual(['Turn 0 · complete']);
});

test('leaves nothing behind when it is closed, or when the chat goes', async () => {
  for (const end of ['close', 'abort'] as const) {
    const {glass, live, tell, root, life} = await start();
    live.mockReturnValue(RECORD);
    tell('send', {});
    await vi.advanceTimersByTimeAsync(500);
    expect(root.querySelector('.glass')).not.toBeNull();
    if (end === 'close') glass.close();
    else life.abort();
    live.mockClear();
    tell('send', {});
    await vi.advanceTimersByTimeAsync(5000);
    expect(live).not.toHaveBeenCalled();
    expect(root.querySelector('.glass')).toBeNull();
    expect(root.adoptedStyleSheets).toEqual([]);
  }
});

test('keeps the newest turns only', async () => {
  const {tell, root} = await start();
  for (let n = 1; n <= 30; n++)
    tell('turn', {...RECORD, id: `${n}`.padStart(32, '0'), n, final: true, outcome: 'complete'});
  const names = [...root.querySelectorAll('h3')].map(({textContent}) => textContent);
  expect(names).toHaveLength(20);
  expect([names[0], names.at(-1)]).toEqual(['Turn 30 · complete', 'Turn 11 · complete']);
});

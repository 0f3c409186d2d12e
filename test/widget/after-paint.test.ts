import {afterEach, expect, test, vi} from 'vitest';
import {afterPaint} from '../../src/widget/after-paint.ts';
import {until} from '../stream/endpoint.ts';

/** Delivers a message when the test says so. */
type Deliver = () => void;

/** Lets the test say when which channel delivers: browsers promise no order among several. */
function holdChannels(): Deliver[] {
  const held: Deliver[] = [];
  vi.stubGlobal(
    'MessageChannel',
    class {
      port1 = {onmessage: () => {}, close() {}};
      port2 = {postMessage: () => void held.push(() => this.port1.onmessage())};
    },
  );
  return held;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('what is painted later is told later, whichever channel the browser reads first', async () => {
  const held = holdChannels();
  const told: string[] = [];
  afterPaint(() => told.push('first token'));
  afterPaint(() => told.push('complete'));
  await until(() => held.length).toBe(2);
  held[1]?.();
  expect(told).toEqual(['first token', 'complete']);
  held[0]?.();
  expect(told).toEqual(['first token', 'complete']);
});

test('what is asked for while something is told waits for a frame of its own', async () => {
  const held = holdChannels();
  const told: string[] = [];
  afterPaint(() => {
    told.push('one');
    afterPaint(() => told.push('two'));
  });
  await until(() => held.length).toBe(1);
  held[0]?.();
  expect(told).toEqual(['one']);
  await until(() => held.length).toBe(2);
  held[1]?.();
  expect(told).toEqual(['one', 'two']);
});

test('a page that is hidden tells all that waited, in their order and without an instant', () => {
  holdChannels();
  const told: unknown[] = [];
  afterPaint((nowMs) => told.push(['one', nowMs]));
  afterPaint((nowMs) => told.push(['two', nowMs]));
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  document.dispatchEvent(new Event('visibilitychange'));
  afterPaint((nowMs) => told.push(['three', nowMs]));
  expect(told).toEqual([
    ['one', undefined],
    ['two', undefined],
    ['three', undefined],
  ]);
});

test('what is on screen is told with the instant after it', async () => {
  const askedMs = performance.now();
  const nowMs = await new Promise<number | undefined>(afterPaint);
  expect(nowMs).toBeGreaterThan(askedMs);
});

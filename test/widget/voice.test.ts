import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {createVoice, GAP_MS} from '../../src/widget/voice.ts';

let region: HTMLElement;
let life: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  region = document.createElement('p');
  life = new AbortController();
});
afterEach(() => {
  life.abort();
  vi.useRealTimers();
});

test('texts are said one after the other, at least a second and a half apart', async () => {
  const voice = createVoice(region, life.signal);
  voice.say('Sent.');
  expect(region.textContent).toBe('Sent.');
  voice.say('It is.');
  voice.say('  ');
  voice.say('Thirty nights.\n');
  await vi.advanceTimersByTimeAsync(1499);
  expect(region.textContent).toBe('');
  await vi.advanceTimersByTimeAsync(1);
  expect(region.textContent).toBe('It is.');
  await vi.advanceTimersByTimeAsync(GAP_MS);
  expect(region.textContent).toBe('Thirty nights.');
});

test('what was said goes after one to two seconds, so that nobody comes upon it later', async () => {
  const voice = createVoice(region, life.signal);
  voice.say('Sent.');
  await vi.advanceTimersByTimeAsync(1000);
  expect(region.textContent).toBe('Sent.');
  await vi.advanceTimersByTimeAsync(1000);
  expect(region.textContent).toBe('');
  voice.say('Copied.');
  expect(region.textContent).toBe('Copied.');
});

test('what was not said yet can be forgotten, and nothing is said once the panel is gone', async () => {
  const voice = createVoice(region, life.signal);
  voice.say('Sent.');
  voice.say('An answer is on its way.');
  voice.hush();
  voice.say('Stopped.');
  await vi.advanceTimersByTimeAsync(GAP_MS);
  expect(region.textContent).toBe('Stopped.');
  voice.say('Never.');
  life.abort();
  await vi.advanceTimersByTimeAsync(10 * GAP_MS);
  expect(region.textContent).toBe('Stopped.');
});

import {describe, expect, it, vi} from 'vitest';
import {BURST_COUNT, createEventStream} from '../../src/server/event-stream.ts';

const create = (onCancel = () => {}) => createEventStream({run: 'r', sinceMs: () => 1.23, onCancel});
const decode = (chunk: {value?: Uint8Array | undefined}) => new TextDecoder().decode(chunk.value);

describe('an event stream', () => {
  it('hands over in one chunk what was written in one go', async () => {
    const events = create();
    events.write({type: 'a'});
    events.write({type: 'b'});
    events.end();
    const reader = events.body.getReader();
    expect(decode(await reader.read())).toBe(
      'id: r-0\ndata: {"type":"a","e":1.2}\n\nid: r-1\ndata: {"type":"b","e":1.2}\n\ndata: [DONE]\n\n',
    );
    expect((await reader.read()).done).toBe(true);
  });

  it('hands over what comes while a read waits', async () => {
    const events = create();
    const reader = events.body.getReader();
    const read = reader.read();
    events.write({type: 'a'});
    expect(decode(await read)).toContain('"a"');
    const last = reader.read();
    events.end();
    expect(decode(await last)).toBe('data: [DONE]\n\n');
    expect((await reader.read()).done).toBe(true);
  });

  it('hands over at most one burst at a time and lets its writer wait', async () => {
    const events = create();
    for (let at = 0; at <= BURST_COUNT; at++) events.write({type: 'x'});
    let ready = false;
    const waiting = events.ready().then(() => {
      ready = true;
    });
    await Promise.resolve();
    expect(ready).toBe(false);
    const reader = events.body.getReader();
    expect(decode(await reader.read()).match(/^id:/gm)).toHaveLength(BURST_COUNT);
    await waiting;
    await events.ready();
    await reader.cancel();
  });

  it('ends its comments, frees its writer and says so when the reader leaves', async () => {
    vi.useFakeTimers();
    try {
      const onCancel = vi.fn();
      const events = create(onCancel);
      for (let at = 0; at <= BURST_COUNT; at++) events.write({type: 'x'});
      const waiting = events.ready();
      await events.body.cancel();
      await vi.runAllTimersAsync();
      await waiting;
      events.write({type: 'late'});
      events.end();
      expect(onCancel).toHaveBeenCalledOnce();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

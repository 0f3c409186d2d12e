import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {HANG_MS, PING_MS} from '../../src/server/event-body.ts';
import {BURST_COUNT, createEventLog, HELD_BYTES, type RunState} from '../../src/server/event-log.ts';

const never = new AbortController().signal;

function create() {
  const states: RunState[] = [];
  const log = createEventLog({run: 'r', onState: (state) => states.push(state)});
  const open = (options: {afterId?: string; signal?: AbortSignal} = {}) => {
    const reader = log.read({signal: never, ...options})?.getReader();
    if (!reader) throw new Error('nothing to read');
    return {
      cancel: () => reader.cancel(),
      /** The next chunk; undefined at the end. */
      async read() {
        const {done, value} = await reader.read();
        return done ? undefined : new TextDecoder().decode(value);
      },
      async rest() {
        let text = '';
        for (let chunk = await this.read(); chunk !== undefined; chunk = await this.read()) text += chunk;
        return text;
      },
    };
  };
  const write = (count: number, part: object = {}) => {
    for (let at = 0; at < count; at++) log.write({type: 'x', ...part});
  };
  return {log, open, write, states};
}

/** Whether a promise has settled once everything that can go on has gone on. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(() => {
    done = true;
  });
  await vi.advanceTimersByTimeAsync(5);
  return done;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a reader', () => {
  it('gets in one chunk what was written in one go', async () => {
    const {log, open} = create();
    const reader = open();
    log.write({type: 'a', e: 1.2});
    log.write({type: 'b'});
    log.end();
    expect(await reader.read()).toBe(
      'id: r-0\ndata: {"type":"a","e":1.2}\n\nid: r-1\ndata: {"type":"b"}\n\ndata: [DONE]\n\n',
    );
    expect(await reader.read()).toBeUndefined();
  });

  it('gets what comes while a read waits', async () => {
    const {log, open, write} = create();
    const reader = open();
    const read = reader.read();
    write(1);
    expect(await read).toContain('"x"');
    const last = reader.read();
    log.end();
    expect(await last).toBe('data: [DONE]\n\n');
    expect(await reader.read()).toBeUndefined();
  });

  it('gets what follows the event that it has, with the same bytes as everybody', async () => {
    const {log, open, write} = create();
    write(30);
    log.end();
    const whole = await open().rest();
    for (let at = 0; at < 30; at++) {
      expect(await open({afterId: `r-${at}`}).rest()).toBe(
        whole.slice(whole.indexOf('\n\n', whole.indexOf(`r-${at}\n`)) + 2),
      );
    }
    expect(await open({afterId: 'r-29'}).rest()).toBe('data: [DONE]\n\n');
  });

  it.each(['r-30', 'r--1', 'r-', 'r', 'r-1.5', 'r-01', 'r-1e0', 'r-NaN', 's-1', '-1', '1', ''])(
    'is refused after "%s", which was never written',
    (afterId) => {
      const {log, write} = create();
      write(30);
      expect(log.read({afterId, signal: never})).toBeUndefined();
    },
  );

  it('gets at most one burst at a time', async () => {
    const {open, write} = create();
    write(BURST_COUNT + 1);
    expect((await open().read())?.match(/^id:/gm)).toHaveLength(BURST_COUNT);
  });

  it('gets a comment every ten seconds while it waits, each reader its own', async () => {
    const {open, write} = create();
    const one = open();
    const two = open();
    write(1);
    await Promise.all([one.read(), two.read()]);
    const comments = [one.read(), two.read()];
    await vi.advanceTimersByTimeAsync(PING_MS);
    expect(await Promise.all(comments)).toEqual([': ping\n\n', ': ping\n\n']);
  });

  it('is let go when its signal aborts, also when that was before it came', async () => {
    const {log, open, states} = create();
    const leaving = new AbortController();
    const before = open({signal: leaving.signal});
    const read = before.read();
    leaving.abort();
    expect(await read).toBeUndefined();
    expect(await open({signal: leaving.signal}).read()).toBeUndefined();
    expect([log.readerCount(), vi.getTimerCount()]).toEqual([0, 0]);
    expect(states).toEqual(['read', 'unread', 'read', 'unread']);
  });

  it('is given up when it takes nothing for a minute', async () => {
    const {log, open, states} = create();
    const reader = open();
    const read = reader.read();
    await vi.advanceTimersByTimeAsync(HANG_MS * 2);
    expect([await read, log.readerCount()]).toEqual([': ping\n\n', 0]);
    expect([states, vi.getTimerCount()]).toEqual([['read', 'unread'], 0]);
    expect(await reader.read()).toBeUndefined();
  });
});

describe('a writer', () => {
  it('waits for the reader that is ahead, not for one that hangs', async () => {
    const {log, open, write} = create();
    open();
    const ahead = open();
    write(BURST_COUNT - 1);
    await log.ready();
    write(1);
    const ready = log.ready();
    expect(await settled(ready)).toBe(false);
    await ahead.read();
    expect(await settled(ready)).toBe(true);
  });

  it.each(['leaves', 'is let go'])('goes on when its only reader %s', async (how) => {
    const {log, open, write} = create();
    const leaving = new AbortController();
    const reader = open({signal: leaving.signal});
    write(BURST_COUNT);
    const ready = log.ready();
    expect(await settled(ready)).toBe(false);
    if (how === 'leaves') await reader.cancel();
    else leaving.abort();
    expect(await settled(ready)).toBe(true);
  });

  it('goes on when another reader comes that is less behind', async () => {
    const {log, open, write} = create();
    open();
    write(BURST_COUNT);
    const ready = log.ready();
    expect(await settled(ready)).toBe(false);
    open({afterId: `r-${BURST_COUNT - 2}`});
    expect(await settled(ready)).toBe(true);
  });

  it('lets others run after each burst when nobody reads', async () => {
    const {log, write} = create();
    let othersRan = false;
    write(BURST_COUNT);
    vi.useRealTimers();
    setTimeout(() => {
      othersRan = true;
    });
    expect(await log.ready().then(() => othersRan)).toBe(true);
  });

  it('is told of the first reader, of the last and of the end, and of nothing after it', async () => {
    const {log, open, write, states} = create();
    const one = open();
    const two = open();
    await one.cancel();
    expect(states).toEqual(['read']);
    await two.cancel();
    log.end();
    log.end();
    write(1);
    expect(await open().rest()).toBe('data: [DONE]\n\n');
    expect(states).toEqual(['read', 'unread', 'ended']);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('what is held', () => {
  const part = {text: 'ü'.repeat(4_000)};
  const eventBytes = Buffer.byteLength(`id: r-10\ndata: ${JSON.stringify({type: 'x', ...part})}\n\n`);

  it('is the newest events, as bytes', async () => {
    const {log, open, write} = create();
    write(100, part);
    const oldest = [...Array(100).keys()].find((at) => log.read({afterId: `r-${at}`, signal: never})) ?? -1;
    const rest = open({afterId: `r-${oldest}`});
    log.end();
    const bytes = Buffer.byteLength(await rest.rest());
    expect(bytes).toBeLessThanOrEqual(HELD_BYTES + 'data: [DONE]\n\n'.length);
    expect(bytes).toBeGreaterThan(HELD_BYTES - eventBytes);
    expect(log.read({signal: never})).toBeUndefined();
  });

  it('is enough for a reader that keeps up, whatever is written', async () => {
    const {log, open} = create();
    const all = open().rest();
    for (let at = 0; at < 200; at++) {
      log.write({type: 'x', ...part});
      await log.ready();
    }
    log.end();
    expect((await all).match(/^id: r-\d+$/gm)).toEqual(Array.from({length: 200}, (_, at) => `id: r-${at}`));
  });

  it('does not hold the writer back for a reader that comes late and keeps up from there', async () => {
    const {log, open, write} = create();
    write(30, part);
    open({afterId: 'r-28'});
    expect(await settled(log.ready())).toBe(true);
  });

  it('is not kept back by a reader that hangs: that one is cut, without the end', async () => {
    const {log, open} = create();
    const hanging = open();
    const all = open().rest();
    for (let at = 0; at < 200; at++) {
      log.write({type: 'x', ...part});
      await log.ready();
    }
    log.end();
    expect((await all).match(/^id:/gm)).toHaveLength(200);
    expect(await hanging.rest()).toBe('');
    expect(log.readerCount()).toBe(0);
  });
});

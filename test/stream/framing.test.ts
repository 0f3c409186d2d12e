import {describe, expect, test} from 'vitest';
import type {WireEvent} from '../../src/protocol/index.ts';
import {StreamError} from '../../src/stream/failure.ts';
import {createFraming, type FramingOptions} from '../../src/stream/framing.ts';
import {MORE_CASES, WPT_CASES} from './wpt-cases.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Cuts a body into events that were told, and says how it ended. */
function read(chunks: Iterable<Uint8Array>, {framing = 'sse', maxLineBytes = 1_000_000}: Partial<FramingOptions> = {}) {
  const events: WireEvent[] = [];
  const body = createFraming({framing, maxLineBytes, onEvent: (event) => void events.push(event)});
  let ended = 'whole';
  try {
    for (const chunk of chunks) body.push(chunk);
    body.end();
  } catch (cause) {
    if (!(cause instanceof StreamError)) throw cause;
    ended = cause.kind;
  }
  return {events, ended};
}

const dataOf = (chunks: Iterable<Uint8Array>, options?: Partial<FramingOptions>) =>
  read(chunks, options).events.map(({data}) => data);

function* split(bytes: Uint8Array, everyBytes: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += everyBytes) yield bytes.subarray(at, at + everyBytes);
}

/** Says that a body gives the same however it is cut: in one, in two at every byte, and byte by byte. */
function expectAtEverySplit(bytes: Uint8Array, expected: unknown, options?: Partial<FramingOptions>): void {
  expect(read([bytes], options), 'in one').toEqual(expected);
  expect(read(split(bytes, 1), options), 'byte by byte').toEqual(expected);
  for (let at = 1; at < bytes.length; at++) {
    const two = read([bytes.subarray(0, at), bytes.subarray(at)], options);
    // a comparison of its own is slow, and there are thousands
    if (JSON.stringify(two) !== JSON.stringify(expected)) expect(two, `split at ${at}`).toEqual(expected);
  }
}

describe('server-sent events', () => {
  test.each([...WPT_CASES, ...MORE_CASES])('$name, however it is cut', ({wire, events}) => {
    expectAtEverySplit(bytesOf(wire), {events, ended: 'whole'});
  });

  test('bytes that are no UTF-8 become replacement characters, however they are cut', () => {
    // an octet that never stands alone, an unfinished character, an overlong slash, a surrogate half
    const wire = [
      ...bytesOf('data: a'),
      0xff,
      0xe2,
      0x82,
      0x62,
      0xc0,
      0xaf,
      0xed,
      0xa0,
      0x80,
      ...bytesOf('\n\ndata: b\n\n'),
    ];
    const bytes = Uint8Array.from(wire);
    const events = ['a\ufffd\ufffdb\ufffd\ufffd\ufffd\ufffd\ufffd', 'b'].map((data) => ({id: '', event: '', data}));
    expectAtEverySplit(bytes, {events, ended: 'whole'});
  });

  test.each(['\n', '\r', '\r\n'])('an event is told with the first byte of the line end %j after it', (line) => {
    const told: string[] = [];
    const body = createFraming({framing: 'sse', maxLineBytes: 100, onEvent: ({data}) => void told.push(data)});
    body.push(bytesOf(`data: a${line}`));
    expect(told).toEqual([]);
    body.push(bytesOf(line.slice(0, 1)));
    expect(told).toEqual(['a']);
    body.push(bytesOf(`${line.slice(1)}data: b${line}${line}`));
    expect(told).toEqual(['a', 'b']);
  });

  test('empty chunks between CR and LF make no line of their own', () => {
    const chunks = ['data: a\r', '', '\ndata: b\r', '', '\n\r', '', '\n'].map(bytesOf);
    expect(dataOf(chunks)).toEqual(['a\nb']);
  });

  test('what a callback throws comes out of the push', () => {
    const fault = new Error('no');
    const body = createFraming({
      framing: 'sse',
      maxLineBytes: 100,
      onEvent() {
        throw fault;
      },
    });
    body.push(bytesOf('data: a\n'));
    expect(() => body.push(bytesOf('\n'))).toThrow(fault);
  });
});

describe('lines', () => {
  const read = (text: string) => ({
    bytes: bytesOf(text),
    options: {framing: 'lines'} as const,
  });

  test('each is an event, blank ones are none, the last needs no end, however they are cut', () => {
    const {bytes, options} = read('\uFEFF{"a":"ü: 👋"}\n\n{"b":2}\r\n \t\n: c\rdata: d\n\nlast');
    const events = ['{"a":"ü: 👋"}', '{"b":2}', ': c', 'data: d', 'last'].map((data) => ({id: '', event: '', data}));
    expectAtEverySplit(bytes, {events, ended: 'whole'}, options);
  });

  test('an end after a line end brings no event', () => {
    for (const text of ['', '\n', 'a\n', 'a\r']) {
      const {bytes, options} = read(text);
      expect(dataOf([bytes], options), JSON.stringify(text)).toEqual(text.startsWith('a') ? ['a'] : []);
    }
  });
});

describe('text', () => {
  const options = {framing: 'text', maxLineBytes: 1} as const;

  test('is told as it comes, without a BOM, whatever its lines', () => {
    const chunks = ['\uFEFFHel', 'lo\r', '\n\n: a', '', 'b'].map(bytesOf);
    expect(dataOf(chunks, options)).toEqual(['Hel', 'lo\r', '\n\n: a', 'b']);
  });

  test('is never cut within a character', () => {
    const text = 'Grüße → 👋🏽\r\n';
    const bytes = bytesOf(text);
    for (let at = 0; at <= bytes.length; at++) {
      const pieces = dataOf([bytes.subarray(0, at), bytes.subarray(at)], options);
      expect(pieces.join(''), `split at ${at}`).toBe(text);
      expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    }
    expect(dataOf(split(bytes, 1), options).join('')).toBe(text);
  });

  test('a character that was not finished becomes a replacement at the end', () => {
    expect(dataOf([bytesOf('a👋').subarray(0, 3)], options)).toEqual(['a', '\ufffd']);
  });
});

describe('the limit', () => {
  const limit = (maxLineBytes: number, framing: 'sse' | 'lines' = 'sse') => ({maxLineBytes, framing});
  const at = (text: string, options: Partial<FramingOptions>) => {
    const whole = read([bytesOf(text)], options);
    expectAtEverySplit(bytesOf(text), whole, options);
    return {data: whole.events.map(({data}) => data), ended: whole.ended};
  };

  test.each(['x'.repeat(30), 'ü'.repeat(15), '→'.repeat(10), `x${'👋'.repeat(7)}x`])(
    'counts the bytes of a line, not its characters: %s',
    (line) => {
      expect(at(`data:\n\n: ${line}\ndata: b\n\n`, limit(32))).toEqual({data: ['', 'b'], ended: 'whole'});
      expect(at(`data:\n\n: ${line}\ndata: b\n\n`, limit(31))).toEqual({data: [''], ended: 'too-large'});
      expect(at(`a\n${line}\nb`, limit(30, 'lines'))).toEqual({data: ['a', line, 'b'], ended: 'whole'});
      expect(at(`a\n${line}\nb`, limit(29, 'lines'))).toEqual({data: ['a'], ended: 'too-large'});
    },
  );

  test('counts the data of one event together, and each event anew', () => {
    const event = `${'data:👋\n'.repeat(4)}data\n\n`; // 4 times 4 bytes and a line feed
    expect(at(event.repeat(3), limit(20)).ended).toBe('whole');
    expect(at(`data: a\n\n${event}`, limit(20)).ended).toBe('whole');
    expect(at(`data: a\n\n${event}`, limit(19))).toEqual({data: ['a'], ended: 'too-large'});
  });

  test('falls before a line has ended', () => {
    const body = createFraming({framing: 'sse', maxLineBytes: 100, onEvent: () => undefined});
    body.push(bytesOf('x'.repeat(100)));
    expect(() => body.push(bytesOf('x'))).toThrow(expect.objectContaining({kind: 'too-large'}));
  });
});

describe('the work', () => {
  /** The middle of three readings in ms, after one that does not count. */
  function timed(work: () => void): number {
    work();
    const took = [0, 1, 2].map(() => {
      const startedMs = performance.now();
      work();
      return performance.now() - startedMs;
    });
    return took.sort((a, b) => a - b)[1] ?? 0;
  }

  test.each([
    ['one event on one line', (size: number) => `data: ${'x'.repeat(size)}\n\n`],
    ['one event on many lines', (size: number) => `${'data: abcdefghi\n'.repeat(size / 10)}\n`],
    ['one event of characters beyond ASCII', (size: number) => `data: ${'ü'.repeat(size / 2)}\n\n`],
  ])('grows with the bytes and not faster: %s', (_, write) => {
    // the limit is just enough, so that the bytes have to be counted again and again
    const [small = 0, large = 0] = [125_000, 2_000_000].map((size) => {
      const chunks = [...split(bytesOf(write(size)), 1400)];
      return timed(() => {
        const {events, ended} = read(chunks, {maxLineBytes: size + 100});
        expect([events.length, ended]).toEqual([1, 'whole']);
      });
    });
    // 16 times the bytes; quadratic work would take 256 times as long
    expect(large, `${small} ms and ${large} ms`).toBeLessThan(130 * Math.max(small, 1));
  });
});

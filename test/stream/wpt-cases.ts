/**
 * What the web platform tests ask of a reader of server-sent events, as data: the bytes of their `eventsource/format-*`
 * and `event-data` tests with the events that must come of them.
 *
 * Source: web-platform-tests, https://github.com/web-platform-tests/wpt/tree/master/eventsource, 3-Clause BSD Licence,
 * copyright web-platform-tests contributors. Names are those of the files there. `format-mime-*` are about a header and
 * `eventsource-*` about the connection, so neither is here.
 */
import type {WireEvent} from '../../src/protocol/index.ts';

/** One body and the events that it is made of. */
export interface WireCase {
  name: string;
  wire: string;
  events: WireEvent[];
}

const X = 'x'.repeat(2048);

/** An event of which nothing but the data matters. */
const told = (data: string, more: Partial<WireEvent> = {}): WireEvent => ({id: '', event: '', data, ...more});

/** The cases of the web platform tests. */
export const WPT_CASES: readonly WireCase[] = [
  {
    name: 'event-data',
    wire: 'data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\ndata\n\ndata:end\n\n',
    events: [told('msg\nmsg'), told(''), told('end')],
  },
  {
    name: 'format-bom',
    wire: '\uFEFFdata:1\n\n\uFEFFdata:2\n\ndata:3\n\n\n',
    events: [told('1'), told('3')],
  },
  {
    name: 'format-bom-2',
    wire: '\uFEFF\uFEFFdata:1\n\ndata:2\n\ndata:3\n\n\n',
    events: [told('2'), told('3')],
  },
  {
    name: 'format-comments',
    wire: `data:1\r:\0\n:\r\ndata:2\n:${X}\rdata:3\n:data:fail\r:${X}\ndata:4\n\n`,
    events: [told('1\n2\n3\n4')],
  },
  {
    name: 'format-data-before-final-empty-line',
    wire: 'retry:1000\ndata:test1\n\nid:test\ndata:test2\n',
    events: [told('test1')],
  },
  {
    name: 'format-field-data',
    wire: 'data:\n\ndata\ndata\n\ndata:test\n\n\n',
    events: [told(''), told('\n'), told('test')],
  },
  {
    name: 'format-field-event',
    wire: 'event:test\ndata:x\n\ndata:x\n\n\n',
    events: [told('x', {event: 'test'}), told('x')],
  },
  {name: 'format-field-event-empty', wire: 'event: \ndata:data\n\n\n', events: [told('data')]},
  {name: 'format-field-id', wire: 'id: …\nretry: 200\ndata: hello\n\n', events: [told('hello', {id: '…'})]},
  {
    name: 'format-field-id-2, with the two answers that follow on one connection',
    wire: 'id: …\nretry: 200\ndata: hello\n\ndata: …\n\ndata: …\n\n',
    events: [told('hello', {id: '…'}), told('…', {id: '…'}), told('…', {id: '…'})],
  },
  {
    name: 'format-field-id-3, persists',
    wire: 'id: 1\ndata: 1\n\ndata:2\n\n',
    events: [told('1', {id: '1'}), told('2', {id: '1'})],
  },
  {
    name: 'format-field-id-3, changes and persists',
    wire: 'id: 1\ndata: 1\n\nid: 2\ndata:2\n\ndata:3\n\n',
    events: [told('1', {id: '1'}), told('2', {id: '2'}), told('3', {id: '2'})],
  },
  {
    name: 'format-field-id-3, resets',
    wire: 'id: 1\ndata: 1\n\nid:\ndata:2\n\ndata:3\n\n',
    events: [told('1', {id: '1'}), told('2'), told('3')],
  },
  {
    name: 'format-field-id-3, resets without a colon',
    wire: 'id: 1\ndata: 1\n\nid\ndata:2\n\ndata:3\n\n',
    events: [told('1', {id: '1'}), told('2'), told('3')],
  },
  ...['\0\0', 'x\0', '\0x', 'x\0x', ' \0'].map((id) => ({
    name: `format-field-id-null, ${JSON.stringify(id)}`,
    wire: `id: ${id}\nretry: 200\ndata: hello\n\n`,
    events: [told('hello')],
  })),
  {
    name: 'format-field-parsing',
    wire: 'data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n',
    events: [told('\0\n 2\n1\n3\n\n4')],
  },
  {name: 'format-field-retry', wire: 'retry:03000\ndata:x\n\n\n', events: [told('x')]},
  {name: 'format-field-retry-bogus', wire: 'retry:3000\nretry:1000x\ndata:x\n\n\n', events: [told('x')]},
  {name: 'format-field-retry-empty', wire: 'retry\ndata:test\n\n\n', events: [told('test')]},
  {
    name: 'format-field-unknown',
    wire: 'data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n\n',
    events: [told('test\n\ntest')],
  },
  {name: 'format-leading-space', wire: 'data:\ttest\rdata: \ndata:test\n\n\n', events: [told('\ttest\n\ntest')]},
  {name: 'format-newlines', wire: 'data:test\r\ndata\ndata:test\r\n\r\n', events: [told('test\n\ntest')]},
  {name: 'format-null-character', wire: 'data:\0\n\n\n\n', events: [told('\0')]},
  {name: 'format-utf-8', wire: 'data:ok…\n\n\n', events: [told('ok…')]},
];

/** What those tests leave open and our answers, proxies or other people's servers bring along. */
export const MORE_CASES: readonly WireCase[] = [
  {name: 'nothing', wire: '', events: []},
  {name: 'a BOM alone', wire: '\uFEFF', events: []},
  {name: 'a comment as an event of its own', wire: ': ping\n\ndata: x\n\n:\n\n', events: [told('x')]},
  {
    name: 'events without data',
    wire: 'event: a\n\nretry: 5\n\nevent: b\nid: 7\n\ndata: x\n\n',
    events: [told('x', {id: '7'})],
  },
  {name: 'an event that is not ended', wire: 'id: 1\ndata: a\n\nid: 2\ndata: b', events: [told('a', {id: '1'})]},
  {
    name: 'an id with a NUL after a good one',
    wire: 'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n',
    events: [told('a', {id: '1'}), told('b', {id: '1'})],
  },
  {name: 'two ids in one event', wire: 'id: 1\nid: 2\ndata: a\n\n', events: [told('a', {id: '2'})]},
  {name: 'two types in one event', wire: 'event: a\nevent: b\ndata: a\n\n', events: [told('a', {event: 'b'})]},
  {name: 'a type without a colon takes one away', wire: 'event: a\nevent\ndata: a\n\n', events: [told('a')]},
  {name: 'an empty first line', wire: 'data:\ndata: more\n\n', events: [told('\nmore')]},
  {name: 'CR only', wire: 'event: a\rdata: 1\rdata: 2\r\rdata: 3\r\r', events: [told('1\n2', {event: 'a'}), told('3')]},
  {name: 'CRLF only', wire: 'data: 1\r\ndata: 2\r\n\r\ndata: 3\r\n\r\n', events: [told('1\n2'), told('3')]},
  {
    name: 'all kinds of blank lines',
    wire: '\r\n\n\rdata: 1\n\r\ndata: 2\r\rdata: 3\r\n\n',
    events: ['1', '2', '3'].map((data) => told(data)),
  },
  {name: 'colons and spaces in a value', wire: 'data:  a: b : \n\n', events: [told(' a: b : ')]},
  {
    name: 'a separator of lines that is none here',
    wire: 'data: a\u2028b\u0085c\vd\n\n',
    events: [told('a\u2028b\u0085c\vd')],
  },
  {
    name: 'characters of two, three and four bytes',
    wire: 'id: ü-1\ndata: Grüße → 👋🏽\n\n',
    events: [told('Grüße → 👋🏽', {id: 'ü-1'})],
  },
  {
    name: 'an answer of ours',
    wire: 'id: r-0\ndata: {"type":"start"}\n\n: ping\n\nid: r-1\ndata: {"type":"text-delta","id":"t","delta":"a\\nb","e":41.5}\n\ndata: [DONE]\n\n',
    events: [
      told('{"type":"start"}', {id: 'r-0'}),
      told('{"type":"text-delta","id":"t","delta":"a\\nb","e":41.5}', {id: 'r-1'}),
      told('[DONE]', {id: 'r-1'}),
    ],
  },
];

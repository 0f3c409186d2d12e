import {fetchEventSource} from '@microsoft/fetch-event-source';
import {describe, expect, test} from 'vitest';
import type {WireEvent} from '../../src/protocol/index.ts';
import {createFraming} from '../../src/stream/framing.ts';
import {MORE_CASES, type WireCase, WPT_CASES} from './wpt-cases.ts';

const CASES = [...WPT_CASES, ...MORE_CASES];
const bytesOf = (text: string) => new TextEncoder().encode(text);

function readByFraming(bytes: Uint8Array): WireEvent[] {
  const events: WireEvent[] = [];
  const body = createFraming({framing: 'sse', maxLineBytes: 1_000_000, onEvent: (event) => void events.push(event)});
  body.push(bytes);
  body.end();
  return events;
}

/** Reads as the package tells its users; what has no data is left out on both sides, as a user of it would have to. */
async function readByFetchEventSource({wire}: WireCase): Promise<WireEvent[]> {
  const events: WireEvent[] = [];
  const headers = {'content-type': 'text/event-stream'};
  await fetchEventSource('', {
    openWhenHidden: true,
    fetch: async () => new Response(bytesOf(wire), {headers}),
    onmessage: ({id, event, data}) => void events.push({id, event, data}),
  });
  return events;
}

/** Hands bytes to the browser's own reader: from a blob, so that it gets just these, and once. */
async function readByBrowser({wire, events}: WireCase): Promise<WireEvent[]> {
  const url = URL.createObjectURL(new Blob([bytesOf(wire)], {type: 'text/event-stream'}));
  const source = new EventSource(url);
  const seen: WireEvent[] = [];
  // an event of a type is only heard by those who listen for that type
  for (const type of new Set(['message', 'a', 'b', 'test', ...events.map(({event}) => event || 'message')])) {
    source.addEventListener(type, ({lastEventId, data}: MessageEvent<string>) => {
      seen.push({id: lastEventId, event: type === 'message' ? '' : type, data});
    });
  }
  // the end of a body is an error to it, after which it would ask again
  await new Promise<void>((resolve) => {
    source.onerror = () => resolve();
  });
  source.close();
  URL.revokeObjectURL(url);
  return seen;
}

describe('the browser reads', () => {
  test.each(CASES)('$name as we do', async (each) => {
    const seen = await readByBrowser(each);
    expect(seen).toEqual(each.events);
    expect(readByFraming(bytesOf(each.wire))).toEqual(seen);
  });
});

describe('fetch-event-source', () => {
  /** Why its parser does not do for us: what it does, and the cases that it gets wrong for it. */
  const WRONG: Record<string, string[]> = {
    'takes a BOM away from every line': ['format-bom'],
    'passes over fields without a colon, so that lines are lost': [
      'format-field-data',
      'format-field-unknown',
      'format-newlines',
      'a type without a colon takes one away',
    ],
    'loses an empty first line': ['an empty first line'],
    'forgets the last event id with each event': [
      'format-field-id-2, with the two answers that follow on one connection',
      'format-field-id-3, persists',
      'format-field-id-3, changes and persists',
      'events without data',
      'an answer of ours',
    ],
    'takes ids with a NUL': [
      ...WPT_CASES.map(({name}) => name).filter((name) => name.startsWith('format-field-id-null')),
      'an id with a NUL after a good one',
    ],
  };
  const wrong = new Set(Object.values(WRONG).flat());
  const withData = (events: WireEvent[]) => events.filter(({data}) => data !== '');

  test.each(CASES.filter(({name}) => wrong.has(name)))('reads $name otherwise than the standard', async (each) => {
    expect(withData(await readByFetchEventSource(each))).not.toEqual(withData(each.events));
  });

  test('reads the others as we do, where empty events do not matter', async () => {
    const others = CASES.filter(({name}) => !wrong.has(name));
    for (const each of others) {
      expect(withData(await readByFetchEventSource(each)), each.name).toEqual(withData(each.events));
    }
    expect([others.length, wrong.size]).toEqual([CASES.length - 17, 17]);
  });

  test('tells comments as events, which nobody can tell from those with empty data', async () => {
    const wire = ': ping\n\ndata:\n\n';
    const empty = {id: '', event: '', data: ''};
    expect(await readByFetchEventSource({name: 'ping', wire, events: []})).toEqual([empty, empty]);
    expect(readByFraming(bytesOf(wire))).toEqual([empty]);
  });
});

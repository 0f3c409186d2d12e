import type {Protocol} from '../../src/latency/index.ts';
import {type AnswerEvent, createReader, type DeclaredProtocol} from '../../src/protocol/index.ts';
import {createFraming} from '../../src/stream/framing.ts';

/** What a visitor would get of an answer. */
export interface Answer {
  events: AnswerEvent[];
  text: string;
  /** Stages as `name state`. */
  stages: string[];
  sources: string[];
  protocol: Protocol | undefined;
}

/** The bytes of a response, to be read more than once. */
export interface Bytes {
  headers: Headers;
  body: string;
}

/** Where every question in these tests is posted. */
export const ENDPOINT = 'https://chat.example/v1/chat';

/** Makes bytes of a body that a test has written. */
export function bytesOf(body: string, contentType = 'text/event-stream'): Bytes {
  return {headers: new Headers({'content-type': contentType}), body};
}

/** Takes all bytes of a response. */
export async function takeBytes(response: Response): Promise<Bytes> {
  return {headers: response.headers, body: await response.text()};
}

/** Makes a response of bytes, for a vendor's own client; the body comes in small pieces. */
export function respond({headers, body}: Bytes): Response {
  const bytes = new TextEncoder().encode(body);
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, at + 97));
      at += 97;
    },
  });
  return new Response(stream, {headers});
}

/** Writes server-sent events; a name goes before the data when there is one. */
export function sse(...events: (object | string)[]): string {
  return events
    .map((event) => {
      if (typeof event === 'string') return `data: ${event}\n\n`;
      return 'data' in event && 'event' in event
        ? `event: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`
        : `data: ${JSON.stringify(event)}\n\n`;
    })
    .join('');
}

/** Reads an answer to its end, or to the body's. */
export function read({headers, body}: Bytes, protocol: DeclaredProtocol = 'auto'): Answer {
  const reader = createReader({protocol, headers, endpoint: ENDPOINT, conversationId: 'c1'});
  if (!reader) throw new Error(`no reader for ${headers.get('content-type')}`);
  const events: AnswerEvent[] = [];
  const ended = () => events.some(({kind}) => kind === 'end');
  const frames = createFraming({
    framing: reader.framing,
    maxLineBytes: 262_144,
    onEvent(event) {
      if (!ended()) events.push(...reader.read(event));
    },
  });
  frames.push(new TextEncoder().encode(body));
  frames.end();
  if (!ended()) events.push(...reader.close());
  return {
    events,
    text: events.map((event) => (event.kind === 'text' ? event.text : '')).join(''),
    stages: events.flatMap((event) => (event.kind === 'stage' ? [`${event.stage} ${event.state}`] : [])),
    sources: events.flatMap((event) => (event.kind === 'source' ? [event.url] : [])),
    protocol: reader.protocol(),
  };
}

/** Cuts a body after each of its events, and in the middle of each; the whole one is not among them. */
export function cuts({headers, body}: Bytes, separator = '\n\n'): Bytes[] {
  const parts = body.split(separator).slice(0, -1);
  return parts.flatMap((part, at) => {
    const before = parts.slice(0, at).map((each) => each + separator);
    return [
      {headers, body: before.join('')},
      {headers, body: before.join('') + part.slice(0, part.length / 2)},
    ];
  });
}

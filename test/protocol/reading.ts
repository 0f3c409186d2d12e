import {
  type AnswerEvent,
  type AnswerReader,
  createReader,
  type DeclaredProtocol,
  type WireEvent,
} from '../../src/protocol/index.ts';

/** Makes a reader as the chat would; the headers hold a content type and what a test adds. */
export function makeReader(
  protocol: DeclaredProtocol,
  {contentType = 'text/event-stream', headers = {}}: {contentType?: string; headers?: Record<string, string>} = {},
) {
  return createReader({
    protocol,
    headers: new Headers({'content-type': contentType, ...headers}),
    endpoint: 'https://chat.example/v1/chat?key=1',
    conversationId: 'c/1',
  });
}

/** Makes an event with a name of its own; its data is written as JSON. */
export const named = (event: string, data: unknown, id = ''): WireEvent => ({id, event, data: JSON.stringify(data)});

/** Makes an event of nothing but data; a text stands for itself. */
export const bare = (data: object | string): WireEvent =>
  typeof data === 'string' ? {id: '', event: '', data} : named('', data);

/** Reads events until one of them is the end; a body that closes before is closed. */
export function readAll(reader: AnswerReader | undefined, events: readonly WireEvent[]): AnswerEvent[] {
  if (!reader) throw new Error('there is no reader');
  const read: AnswerEvent[] = [];
  const ended = () => read.some(({kind}) => kind === 'end');
  for (const event of events) if (!ended()) read.push(...reader.read(event));
  if (!ended()) read.push(...reader.close());
  return read;
}

/** Joins the text of events. */
export const textOf = (events: readonly AnswerEvent[]): string =>
  events.map((event) => (event.kind === 'text' ? event.text : '')).join('');

/** Lists stages as `name state`. */
export const stagesOf = (events: readonly AnswerEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'stage' ? [`${event.stage} ${event.state}`] : []));

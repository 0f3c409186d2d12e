import {createGate} from '../../gate.ts';
import {FINISH, START, sse, word} from '../../stream/endpoint.ts';
import type {Way} from './fault-server.ts';
import {events, HALF, WORDS} from './reply.ts';

/** Answers whole, or gives the whole rest of what was begun. */
export const whole: Way = (reply, {fw}) => reply.end(events(Number(fw.lastEventId?.split('-').at(-1) ?? -1) + 1));

/** Refuses with a status. */
export const refuse =
  (status: number, headers: Record<string, string> = {}): Way =>
  (reply) => {
    reply.head(status, {'content-type': 'text/plain', ...headers});
    reply.end('no');
  };

/** Says nothing at all. */
export const silent: Way = () => undefined;

/** Breaks in the middle of the headers. */
export const resetInHeaders: Way = (reply) => reply.reset('HTTP/1.1 200 OK\r\ncontent-ty');

/** Sends headers and pings, and never a word. */
export const wordless: Way = (reply) => reply.repeat(() => ': ping\n\n');

/** Says half of it and then nothing. */
export const stalled: Way = (reply) => reply.write(events(0, HALF));

/** Says half of it and closes. */
export const closedEarly: Way = (reply) => reply.end(events(0, HALF));

/** Says half of it and closes in the middle of a character of several bytes. */
export const cutInCharacter: Way = (reply) => {
  const bytes = new TextEncoder().encode(events(0, HALF + 1));
  const at = bytes.findLastIndex((byte) => byte >= 0xc0);
  reply.end(bytes.slice(0, at + 1));
};

/** Goes on as the first way says, and with what is asked after that as the second one does. */
export const firstThen =
  (first: Way, then: Way): Way =>
  (reply, post) =>
    (post.fw.attempt === 0 && !post.fw.lastEventId ? first : then)(reply, post);

/** Answers questions one way, and the wish for a rest another. */
export const restBy =
  (question: Way, rest: Way): Way =>
  (reply, post) =>
    (post.fw.lastEventId ? rest : question)(reply, post);

/** Shows a page, as a login does. */
export const htmlPage: Way = (reply) => {
  reply.head(200, {'content-type': 'text/html'});
  reply.end('<!doctype html><title>Login</title>');
};

/** Says half of it, and then what is no part. */
export const malformed: Way = (reply) => reply.end(`${events(0, HALF)}data: {"type":"text-del\n\n`);

/** Says words for ever. */
export const endless: Way = (reply) => {
  reply.write(sse(START));
  reply.repeat(() => sse(word('and ')));
};

/** Sends every event twice, and the first half of all again at the end. */
export const repeated: Way = (reply) => {
  for (let at = 0; at <= WORDS.length; at++) reply.write(events(at, at + 1) + events(at, at + 1));
  reply.end(events(0, HALF) + events(WORDS.length + 1));
};

/** Numbers its events in another order than it sends them. */
export const shuffled: Way = (reply) => {
  const parts = [START, ...WORDS.map(word), FINISH];
  reply.end(parts.map((part, at) => `id: run-1-${at ^ 1}\n${sse(part)}`).join(''));
};

/** Holds an answer where the test wants. */
export type Hold = ReturnType<typeof createHold>;

/** Holds an answer where the test wants, once for each question. */
export function createHold() {
  const gate = createGate();
  return {
    open: gate.open,
    /** Says half of it, and the rest when the hold is opened. */
    middle: ((reply) => {
      reply.write(events(0, HALF));
      void gate.opened.then(() => reply.end(events(HALF)));
    }) satisfies Way as Way,
    /** Says all of it when the hold is opened. */
    start: ((reply) => void gate.opened.then(() => reply.end(events(0)))) satisfies Way as Way,
    /** Says half of it, and breaks when the hold is opened. */
    breaking: ((reply) => {
      reply.write(events(0, HALF));
      void gate.opened.then(() => reply.reset());
    }) satisfies Way as Way,
  };
}

import {expect, inject} from 'vitest';
import type {Answer, Seen, Step} from './answer-server.ts';

/** An endpoint of the real server that answers as the test says. */
export interface TestEndpoint {
  url: string;
  /** Lets the answer go on where it waits for this gate. */
  open(gate: string): Promise<void>;
  seen(): Promise<Seen>;
  /** Waits until the server sees nobody listening any more. */
  closed(): Promise<void>;
}

/** Waits until what is read is what is expected, also on a machine with little to spare. */
export const until = <T>(read: () => T) => expect.poll(read, {timeout: 30_000});

/** Makes an endpoint of its own for a test; each POST gets the next answer, the last one repeats. */
export const createEndpoint = (...answers: Answer[]): Promise<TestEndpoint> =>
  createEndpointAt(`${inject('answerServer')}/${crypto.randomUUID()}`, ...answers);

/** Makes an endpoint at an address of the real server; one that ends in `/stream` answers GET. */
export async function createEndpointAt(url: string, ...answers: Answer[]): Promise<TestEndpoint> {
  await fetch(url, {method: 'PUT', body: JSON.stringify(answers)});
  const seen = async (): Promise<Seen> => (await fetch(`${url}?seen`)).json();
  return {
    url,
    seen,
    async open(gate) {
      await fetch(`${url}?gate=${gate}`, {method: 'PUT'});
    },
    closed: () => until(async () => (await seen()).open).toBe(0),
  };
}

/** Gives what was posted to an endpoint as JSON. */
export const bodies = async ({seen}: TestEndpoint) => (await seen()).posts.map(({body}) => JSON.parse(body));

/** Writes parts of an answer as server-sent events. */
export const sse = (...parts: object[]): string => parts.map((part) => `data: ${JSON.stringify(part)}\n\n`).join('');

/**
 * Numbers the parts of an answer as the server kit does.
 *
 * @returns a writer of the parts `from` one of them `to` another as events with ids, `run-1-0` the first.
 */
export const numberEvents =
  (parts: readonly object[]) =>
  (from: number, to?: number): string =>
    parts
      .map((part, at) => `id: run-1-${at}\n${sse(part)}`)
      .slice(from, to)
      .join('');

/** Headers by which the server kit names its protocol. */
export const NATIVE = {
  'content-type': 'text/event-stream',
  'x-firstword': '1',
  'x-vercel-ai-ui-message-stream': 'v1',
};

/** A step that writes parts of an answer. */
export const write = (...parts: object[]): Step => ({kind: 'write', text: sse(...parts)});

/** A step that waits until the test opens the gate. */
export const gate = (name: string): Step => ({kind: 'gate', name});

/** The parts of a short, whole answer, one word a part. */
export const START = {type: 'start', messageMetadata: {fw: {run: 'run-1', route: 'fast', model: 'small'}}};
export const FINISH = {type: 'finish', finishReason: 'stop'};
export const word = (text: string) => ({type: 'text-delta', id: 't', delta: text});

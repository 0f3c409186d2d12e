import {expect, onTestFinished} from 'vitest';
import {
  type Answer,
  type Answering,
  type Chat,
  type ChatEvent,
  type ChatOptions,
  createAnswering,
  createChat,
  createMeasure,
  createOthers,
  getVendors,
  type Instant,
  type Measure,
  type MeasureOptions,
  type Vendors,
} from '../../src/chat/index.ts';
import type {TurnRecord} from '../../src/latency/index.ts';
import {createEndpoint, until} from '../stream/endpoint.ts';

/** A chat as the panel makes one, with what it told. */
export interface StartedChat {
  chat: Chat;
  events: ChatEvent[];
  /** What was said to the site's developer. */
  lines: string[];
  /** Texts of the answers as they arrived, by answer. */
  arrived: Map<string, string>;
  records(): TurnRecord[];
  answers(): Answer[];
  lastAnswer(): Answer;
  kinds(): ChatEvent['kind'][];
  /** Waits until this many turns have ended and were told. */
  ended(count?: number): Promise<TurnRecord>;
}

/** How the measure is set up where a test says nothing else. */
export const MEASURE: MeasureOptions = {
  budget: undefined,
  preset: undefined,
  deadline: undefined,
  fallback: ['faq', 'contact'],
  hasContact: false,
  hedge: 'off',
  hedgeEndpoint: undefined,
  protocol: 'auto',
  language: 'de',
  rum: 'off',
  rumSample: 1,
  site: 'shop.example',
  route: '/checkout',
  consent: 'auto',
  gpc: 'off',
  sdk: '0.1.0',
  onLine: () => undefined,
};

/** Gives at once what reads answers, and what measures them unless a test says when. */
export function answering(
  measure: Partial<MeasureOptions> | Promise<Measure> = {},
  more: {loadVendors?: () => Promise<Vendors>; instant?: Promise<Instant>} = {},
): Answering {
  return createAnswering({
    loadVendors: async () => getVendors(),
    meet: createOthers,
    measure: measure instanceof Promise ? measure : Promise.resolve(createMeasure({...MEASURE, ...measure})),
    ...more,
  });
}

/** Starts a chat; it is destroyed when the test has finished. What is drawn is painted in the next task. */
export function startChat(
  endpoint: string,
  more: Partial<ChatOptions> = {},
  measure: Partial<MeasureOptions> = {},
): StartedChat {
  const events: ChatEvent[] = [];
  const lines: string[] = [];
  const arrived = new Map<string, string>();
  const chat = createChat({
    endpoint,
    protocol: 'auto',
    credentials: 'same-origin',
    model: undefined,
    language: 'de',
    userToken: undefined,
    context: undefined,
    persist: 'session',
    consent: 'auto',
    name: endpoint,
    warm: false,
    afterPaint: (done) => void setTimeout(() => done(performance.now())),
    loadAnswering: async () => answering({onLine: (line) => lines.push(line), ...measure}),
    emit: (event) => void events.push(event),
    ...more,
  });
  chat.onText((id, text) => arrived.set(id, (arrived.get(id) ?? '') + text));
  onTestFinished(() => chat.destroy());
  const records = () => events.flatMap((event) => (event.kind === 'turn' ? [event.record] : []));
  const answers = () => chat.state().messages.filter((message) => message.kind === 'answer');
  return {
    chat,
    events,
    lines,
    arrived,
    records,
    answers,
    lastAnswer() {
      const answer = answers().at(-1);
      if (!answer) throw new Error('no answer yet');
      return answer;
    },
    kinds: () => events.map(({kind}) => kind),
    async ended(count = 1) {
      await until(() => records().length).toBe(count);
      const record = records().at(-1);
      if (!record) throw new Error('no record');
      return record;
    },
  };
}

/** Holds records against the schema, on the server. */
export async function expectValid(...turns: TurnRecord[]): Promise<void> {
  const collector = await createEndpoint({status: 204, headers: {}});
  const batch = {v: 1, site: 'shop.example', page: {id: 'ab'.repeat(8)}, turns};
  await fetch(collector.url, {method: 'POST', body: JSON.stringify(batch)});
  expect((await collector.seen()).posts[0]?.faults).toBe('');
}

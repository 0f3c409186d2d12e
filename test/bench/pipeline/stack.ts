import {createAnswerHandler, type RouteName} from '../../../src/server/index.ts';
import {ask} from '../../server/ask.ts';
import {inside, readEvents} from '../../server/events.ts';
import {takeMs} from '../../server/take-ms.ts';
import {CONNECTION, type Documented, FAST, GENERAL, POWERFUL, SCALE, type Turn, takeTime} from './draws.ts';
import {createTimedModel, createTimedTools, type Manner} from './simulated.ts';

/** A backend as it is measured. */
export interface Stack extends Manner {
  tools: readonly Documented[];
  /** What retrieval takes for a turn. */
  retrieval: (turn: Turn) => Documented;
  /** Whether easy questions go to the fast model and the others to the powerful one; otherwise one answers all. */
  isRouted: boolean;
  /** Which questions the fast model hands over; default none. */
  handsOver?: (turn: Turn) => boolean;
  /** Whether an answer is given again to the turns that repeat a question. */
  isCached: boolean;
  /** Whether a visitor's hello opens the provider's connection, and not the first question to a process. */
  isWarmed: boolean;
  /** Whether every stage takes its median. */
  isEven: boolean;
}

/** What was seen of a turn, in ms as they were waited. */
export interface SeenTurn {
  turn: Turn;
  firstMs: number;
  wholeMs: number;
  /** The route that it began on. */
  route: RouteName;
  /** Exclusive times by stage, as the answer's end says them. */
  stages: Record<string, number>;
}

/** How many turns are answered at the same time. */
const CONCURRENT_COUNT = 32;

/** How long before their question visitors open the chat, in ms: one in a hundred types for less, at a desk. */
const LEAD_MS = 3_700;

const MANY = 1_000_000;

/** Answers turns by a stack, each in the process that it is said to be in, as the handler itself does. */
export async function answerTurns(stack: Stack, turns: readonly Turn[]): Promise<SeenTurn[]> {
  const byQuestion = new Map(turns.map((turn) => [turn.question, turn]));
  const find = (question: string): Turn => {
    const turn = byQuestion.get(question);
    if (!turn) throw new TypeError('a question that nobody asked');
    return turn;
  };
  const running = createProcess(stack, {find});
  if (stack.isCached) {
    await running.inNoTime(async () => {
      for (const turn of turns) if (turn.isRepeat) await running.answer(turn);
    });
  }
  const seen: SeenTurn[] = [];
  let next = 0;
  const answerOn = async () => {
    for (let turn = turns[next++]; turn; turn = turns[next++]) {
      const process = turn.isFirst ? createProcess(stack, {find, connection: turn.luck.connection}) : running;
      if (turn.isFirst && stack.isWarmed) {
        await process.hello();
        await takeMs(LEAD_MS * SCALE);
      }
      seen.push(await process.answer(turn));
    }
  };
  await Promise.all(Array.from({length: CONCURRENT_COUNT}, answerOn));
  return seen;
}

/**
 * A handler with a provider's connection of its own.
 *
 * @param options.connection - The luck of the first who opens it; absent when it is open.
 */
function createProcess(stack: Stack, options: {find: (question: string) => Turn; connection?: number}) {
  const {find, connection} = options;
  let isTimeless = false;
  let opened = connection === undefined ? Promise.resolve() : undefined;
  const luckOf = (luck: number) => (isTimeless ? Number.NEGATIVE_INFINITY : stack.isEven ? 0 : luck); // no time at all
  const connect = () => {
    opened ??= takeMs(takeTime(CONNECTION, luckOf(connection ?? 0)));
    return opened;
  };
  const model = (modelId: string, speed: typeof GENERAL) =>
    createTimedModel({
      ...{modelId, speed, find, luckOf, connect, manner: stack},
      handsOver: stack.handsOver ?? (() => false),
    });
  const handler = createAnswerHandler({
    model: stack.isRouted ? {fast: model('fast', FAST), powerful: model('powerful', POWERFUL)} : model('all', GENERAL),
    classify: (question) => ({promptClass: 'bench', route: find(question).isComplex ? 'powerful' : 'fast'}),
    async retrieve(question) {
      const turn = find(question ?? '');
      await takeMs(takeTime(stack.retrieval(turn), luckOf(turn.luck.retrieval)));
      return [];
    },
    tools: createTimedTools(stack.tools, {find, luckOf}),
    ...(stack.isCached ? {cache: {isPublic: ({question}) => find(question).isRepeat}} : {}),
    ...(stack.isWarmed ? {warm: connect} : {}),
    observe: () => {},
    limits: {conversationMinuteCount: MANY, minuteCount: MANY, runCount: 50},
  });
  return {
    async hello(): Promise<void> {
      await handler(new Request('http://shop.test/chat?fw=hello'));
    },
    /** Does something for which nothing that is simulated takes time. */
    async inNoTime(work: () => Promise<void>): Promise<void> {
      isTimeless = true;
      await work();
      isTimeless = false;
    },
    async answer(turn: Turn): Promise<SeenTurn> {
      const key = crypto.randomUUID();
      const startedMs = performance.now();
      const events = readEvents(await handler(ask(turn.question, {fw: {key}, body: {id: key}})));
      const {route} = inside(await events.until('start'), 'messageMetadata', 'fw');
      await events.until('text-delta');
      const firstMs = performance.now() - startedMs;
      const finish = await events.until('finish');
      const wholeMs = performance.now() - startedMs;
      await events.rest();
      const stages = inside(finish, 'messageMetadata', 'fw', 'stages') as Record<string, number>; // as wire.md says
      return {turn, firstMs, wholeMs, route: route === 'powerful' ? 'powerful' : 'fast', stages};
    },
  };
}

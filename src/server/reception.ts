import type {createClassifyStep} from './classify.ts';
import type {Contexts} from './contexts.ts';
import type {Guard} from './guard.ts';
import type {Question} from './read-question.ts';
import type {Slots} from './slots.ts';
import type {Started, Turns} from './turns.ts';

/** A question that came in. */
export interface Asked {
  visitor: string;
  request: Request;
  question: Question;
  /** Reads the time since the request was got, in ms. */
  sinceMs: () => number;
}

/**
 * Creates what receives questions: each is held against the limits, waits in line for its place, is classified, and then
 * begins to be answered.
 *
 * @returns Receives one. It throws a Refusal: 429 above a limit, 503 when the line is full or too long, and those of
 *   `turns`.
 */
export function createReception(options: {
  guard: Guard;
  slots: Slots;
  contexts: Contexts;
  classify: ReturnType<typeof createClassifyStep>;
  /** Whether a question's class is a topic of the FAQ pack. */
  isTopic: (promptClass: string) => boolean;
  turns: Turns;
}): (asked: Asked) => Promise<Started> {
  const {guard, slots, contexts, classify, isTopic, turns} = options;
  return async ({visitor, request, question, sinceMs}) => {
    const {text, history, page, conversationId, contextId, topics, deadlineMs} = question;
    await guard.admit({visitor, request, conversationId});
    const fromMs = sinceMs();
    const wasFull = slots.isFull();
    const waitMs = deadlineMs === undefined ? undefined : Math.max(0, deadlineMs - fromMs);
    const leave = await slots.take({signal: request.signal, waitMs});
    try {
      const queued = wasFull ? {fromMs, toMs: sinceMs()} : undefined;
      const classified = await classify(text, {history, page, sinceMs, deadlineMs});
      const topic = classified && isTopic(classified.promptClass) ? classified.promptClass : undefined;
      const prepared = await contexts.find({request, visitor, conversationId, contextId, topics, topic});
      return turns.start({visitor, question, request, sinceMs, prepared, queued, classified, onEnd: leave});
    } catch (error) {
      leave();
      throw error;
    }
  };
}

import type {Budget} from '../latency/index.ts';
import {type AnswerJob, startAnswer} from './answer.ts';
import {type ChosenModel, readProblem} from './model.ts';
import {logTurn, type TurnSpan} from './observe.ts';
import type {AnswerOptions} from './options.ts';
import {Refusal} from './refusal.ts';
import {createRuns} from './runs.ts';

/** An answer's events, for one reader. */
export type Events = ReadableStream<Uint8Array<ArrayBuffer>>;

/** The turns that a handler is answering, and those that it answered a moment ago. */
export interface Turns {
  /**
   * Starts an answer.
   *
   * @throws Refusal 503 when the model is not configured, 409 when the key stands for another question.
   */
  start(job: Pick<AnswerJob, 'question' | 'request' | 'sinceMs'> & {visitor: string}): Events;
  /**
   * Goes on with an answer after an event.
   *
   * @param wanted.signal - Ends this reader.
   * @throws Refusal 410 when the key has no such run, or what follows the event is no longer held.
   */
  resume(wanted: {visitor: string; key: string; lastEventId: string; signal: AbortSignal}): Events;
  /** Gives the newest run of a conversation from its beginning; undefined when that is no longer held. */
  replay(wanted: {visitor: string; conversationId: string; signal: AbortSignal}): Events | undefined;
  /** Stops every attempt under a key; whether one was being made. */
  stop(wanted: {visitor: string; key: string}): boolean;
}

/**
 * Creates the book of turns: which key stands for what, which turn was the first, and who is told of the end. A visitor
 * finds nobody else's.
 *
 * @param options.runCount - How many runs are kept at most.
 * @param options.note - Is given each turn's span before the observer is.
 * @param options.warn - Says a line once.
 */
export function createTurns(options: {
  answering: AnswerOptions;
  budget: Budget;
  choose: (wanted: string | undefined) => ChosenModel;
  runCount: number;
  note: (span: TurnSpan) => void;
  warn: (line: string) => void;
}): Turns {
  const {answering, budget, choose, note, warn} = options;
  const {observe = logTurn} = answering;
  const runs = createRuns(options);
  let cold = true;

  const tell = (span: TurnSpan) => {
    note(span);
    try {
      observe(span);
    } catch {
      warn('observe threw; what it was told is lost'); // an observer must not cost a visitor the answer
    }
  };

  return {
    start({visitor, ...job}) {
      const {key, text, route, conversationId} = job.question;
      const chosen = choose(route);
      const problem = readProblem(chosen.model);
      if (problem !== undefined) {
        warn(problem);
        throw new Refusal('not-configured', problem);
      }
      const names: string[] = [];
      if (key !== undefined) {
        const name = nameKey(visitor, key);
        if (runs.find(name).some(({question}) => question !== text)) {
          throw new Refusal('key-reused', 'fw.key already stands for another question');
        }
        names.push(name);
      }
      if (conversationId !== '') names.push(nameConversation(visitor, conversationId));
      const openRun: AnswerJob['openRun'] = (end) => runs.open({names, question: text, end});
      const {run, ended} = startAnswer({...job, openRun, chosen, cold, budget, options: answering});
      cold = false;
      ended.then(tell);
      const events = run.log.read({signal: job.request.signal});
      if (!events) throw new TypeError('a run without its beginning'); // nothing can have been dropped yet
      return events;
    },
    resume({visitor, key, lastEventId, signal}) {
      for (const {log} of runs.find(nameKey(visitor, key))) {
        const events = log.read({afterId: lastEventId, signal});
        if (events) return events;
      }
      throw new Refusal('gone', 'this answer can no longer be resumed');
    },
    replay({visitor, conversationId, signal}) {
      return runs.find(nameConversation(visitor, conversationId)).at(-1)?.log.read({signal});
    },
    stop({visitor, key}) {
      const ends = runs.find(nameKey(visitor, key)).flatMap(({end}) => end ?? []);
      for (const end of ends) end('stopped');
      return ends.length > 0;
    },
  };
}

function nameKey(visitor: string, key: string): string {
  return JSON.stringify(['key', visitor, key]);
}

function nameConversation(visitor: string, conversationId: string): string {
  return JSON.stringify(['conversation', visitor, conversationId]);
}

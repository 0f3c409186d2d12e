import type {Budget} from '../latency/index.ts';
import {type Answer, type AnswerJob, startAnswer} from './answer.ts';
import {type ChosenModel, readProblem} from './model.ts';
import {logTurn, type TurnSpan} from './observe.ts';
import type {AnswerOptions} from './options.ts';
import {Refusal} from './refusal.ts';

/** The turns that a handler is answering. */
export interface Turns {
  /**
   * Starts an answer and remembers it under its key until it ends.
   *
   * @throws Refusal 503 when the model is not configured, 409 when the key is answering another question.
   */
  start(job: Pick<AnswerJob, 'question' | 'request' | 'sinceMs'>): Answer;
  /** Stops every attempt under a key; whether there was one. */
  stop(key: string): boolean;
}

/**
 * Creates the book of turns: which key is answering what, which turn was the first, and who is told of the end.
 *
 * @param options.note - Is given each turn's span before the observer is.
 * @param options.warn - Says a line once.
 */
export function createTurns(options: {
  answering: AnswerOptions;
  budget: Budget;
  choose: (wanted: string | undefined) => ChosenModel;
  note: (span: TurnSpan) => void;
  warn: (line: string) => void;
}): Turns {
  const {answering, budget, choose, note, warn} = options;
  const {observe = logTurn} = answering;
  const running = new Map<string, Set<{answer: Answer; text: string}>>();
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
    start(job) {
      const {key, text, route} = job.question;
      const chosen = choose(route);
      const problem = readProblem(chosen.model);
      if (problem !== undefined) {
        warn(problem);
        throw new Refusal('not-configured', problem);
      }
      const attempts = (key === undefined ? undefined : running.get(key)) ?? new Set();
      if ([...attempts].some((attempt) => attempt.text !== text)) {
        throw new Refusal('key-reused', 'fw.key already stands for another question');
      }
      const answer = startAnswer({...job, chosen, cold, budget, options: answering});
      cold = false;
      const attempt = {answer, text};
      if (key !== undefined) running.set(key, attempts.add(attempt));
      answer.ended.then((span) => {
        attempts.delete(attempt);
        if (key !== undefined && attempts.size === 0) running.delete(key);
        tell(span);
      });
      return answer;
    },
    stop(key) {
      const attempts = [...(running.get(key) ?? [])];
      for (const {answer} of attempts) answer.stop();
      return attempts.length > 0;
    },
  };
}

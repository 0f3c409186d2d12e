import type {Budget} from '../latency/index.ts';
import type {AnswerCache} from './answer-cache.ts';
import type {Breakers} from './breakers.ts';
import type {ClassifyStage} from './classify.ts';
import type {FoundContext} from './contexts.ts';
import type {ChosenModel} from './model.ts';
import type {AnswerOptions} from './options.ts';
import type {Question} from './read-question.ts';
import type {Run} from './runs.ts';
import type {StageHedge} from './stage-hedge.ts';
import type {ReadTool} from './tools.ts';
import type {TurnMemory} from './turn-memory.ts';

/** What an answer is made from. */
export interface AnswerJob {
  question: Question;
  request: Request;
  chosen: ChosenModel;
  /** What was looked up while the question was written; absent when nothing was. */
  prepared?: FoundContext | undefined;
  /** When it waited in line; absent when it did not. */
  queued?: {fromMs: number; toMs: number} | undefined;
  /** What the question is; absent when nobody said. */
  classified?: ClassifyStage;
  /** The model that the chosen one may hand over to before its first text. */
  stronger?: ChosenModel | undefined;
  /** The route that is taken where the chosen one's model is left alone; absent where there is none. */
  other?: ChosenModel | undefined;
  breakers: Breakers;
  retrievalHedge: StageHedge;
  /** How often a call of the model may be made again. */
  retryCount: number;
  /** The answers that are kept; absent where none are. */
  cache?: AnswerCache | undefined;
  /** Whether a stale answer is made anew, for nobody in particular. */
  isRenewal?: boolean;
  /** Makes the answer to a question anew that was given as stale. */
  renew?: (text: string) => void;
  cold: boolean;
  /** Whether it is a second attempt beside one that is read. */
  hedge: boolean;
  /** Whether pages may make a second attempt. */
  mayHedge: boolean;
  /** What all attempts at its turn have in common; absent where the turn has no key. */
  turn: string | undefined;
  /** What the attempts at a turn share. */
  memory: TurnMemory;
  tools: readonly ReadTool[];
  budget: Budget;
  /** How long stages may take that the budget names, in ms. */
  stageLimits: Readonly<Record<string, number>>;
  options: AnswerOptions;
  /** Opens the run that its events go to; `end` ends it, and the model with it, before it is complete. */
  openRun: (ways: Pick<Run, 'end' | 'prolong'>) => Run;
  /** Reads the time since the request was got, in ms. */
  sinceMs: () => number;
}

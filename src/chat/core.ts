import type {TurnRecord} from '../latency/index.ts';
import type {Taken} from '../prefetch/index.ts';
import type {KeptConversation} from '../storage/index.ts';
import type {Contract} from './contract.ts';
import type {ConversationOptions} from './conversation-options.ts';
import type {Talk} from './endpoint.ts';
import type {Instant} from './instant.ts';
import type {Keeper} from './keeper.ts';
import type {Again} from './run-turn.ts';
import type {Left, Running} from './running.ts';
import type {Answer, Question, Stored} from './state.ts';
import type {Store} from './store.ts';

/** A conversation as far as it goes before an answer can be read, for what reads answers. */
export interface Core extends Store {
  readonly options: ConversationOptions;
  readonly talk: Talk;
  readonly keeper: Keeper;
  /** Ends with the chat. */
  readonly signal: AbortSignal;
  /** Empty before the chat is opened. */
  conversationId: string;
  /** The turn that is on its way. */
  running: Running | undefined;
  /**
   * Passes text of an answer on to whoever draws it, an empty text when no more comes; says whether anything of the
   * answer can be seen by then.
   */
  tell(answerId: string, text: string): boolean;
  /** Shows what was kept. */
  show(kept: KeptConversation): void;
  /** Makes what posts the question of a turn, the first time or another. */
  createPost(turn: Running, question: Question): Post;
  /** Asks a question whose messages stand already. */
  ask(asking: {
    question: Question;
    answer: Answer;
    startedMs: number;
    again?: Repeats | undefined;
    /** Declared for this turn alone. */
    budget?: string | undefined;
    /** What was looked up ahead of it. */
    ahead?: Taken | undefined;
  }): void;
  /** Page facts that the site chose to send. */
  context: unknown;
  /** Looks again at what the draft may become. */
  foresee(): void;
  /** What answers without the network, once that is loaded. */
  instant: Instant | undefined;
  /** What turns are held to, once that is loaded. */
  contract: Contract | undefined;
}

/** Why a turn repeats the one before it. */
export type Repeats = NonNullable<TurnRecord['again']>;

/** Posts a question. */
export type Post = (again: Again) => Promise<Response>;

/** A question that is on its way. */
export interface Posted {
  post: Post;
  /** Undefined where the answer began earlier, or where the endpoint may not be asked now. */
  response: Promise<Response> | undefined;
  /** Whether it went in the form that needs no preflight. */
  preflightFree: boolean;
}

/** The turns of a conversation, from when a question was posted. */
export interface Turns {
  /** Has the answer to a question read, and the turn measured. */
  begin(turn: Running, posted: Posted): void;
  /** Tells of a turn that ended as it began, with a stored answer. */
  give(turn: Running, answer: Answer, hit: Stored['hit']): void;
  /** Reads on where an earlier page had to leave an answer, or where this one was stopped by its deadline. */
  goOn(stoppedId?: string): void;
  /** Ends a turn that is on its way; nothing where there is none. */
  leave(turn: Running | undefined, left: Left): void;
  retry(answerId: string, startedMs: number, again: Repeats): void;
  visibility(state: 'hidden' | 'visible' | 'leaving' | 'gone'): void;
  consent(answer: 'granted' | 'denied'): void;
}

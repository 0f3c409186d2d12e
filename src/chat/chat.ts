import type {ConversationOptions} from './conversation-options.ts';
import type {Core, Turns} from './core.ts';
import type {ChatState} from './state.ts';
import type {Vendors} from './vendors.ts';

/** What a chat needs once a question has been posted, and not before. */
export interface Answering {
  loadVendors: () => Promise<Vendors>;
  createTurns: (core: Core) => Turns;
}

/** What a chat is made of. */
export interface ChatOptions extends ConversationOptions {
  /** Loads what reads answers; called at the first key or answer, again after it failed. */
  loadAnswering: () => Promise<Answering>;
}

/** What a question is asked with beside its text. */
export interface SendOptions {
  /** It was offered as what may be meant. */
  repeats?: 'rephrase';
  /** Declared for this turn alone, as `data-budget` writes it. */
  budget?: string | undefined;
}

/** One conversation with one endpoint. */
export interface Chat {
  state(): ChatState;
  /** Calls back after every change of state. */
  subscribe(listener: () => void): void;
  /**
   * Calls back with answer text as it arrives, before any state holds it, and with an empty text when no more comes.
   * Whoever draws it gives false while nothing of the answer can be seen. Returns the way to stop that.
   */
  onText(listener: (answerId: string, text: string) => unknown): () => void;
  /** Says hello to the endpoint, once. */
  hello(): void;
  /** Reads what was kept, once, says hello, and reads on where an answer was on its way. */
  open(): void;
  /** Loads what reads and shows answers, once. Rejects when that fails; the next call tries again. */
  load(): Promise<Answering>;
  /** Asks; `startedMs` is when the visitor's own event happened. Blank text does nothing. */
  send(text: string, startedMs?: number, options?: SendOptions): void;
  /** Lets the next question take the place of this one and of all that followed; an empty id takes that back. */
  revise(questionId: string): void;
  stop(): void;
  /** Reads on in an answer that was stopped by its deadline. */
  goOn(answerId: string): void;
  /** Puts the model's answer, which came late, in the place of what had answered. */
  showLate(answerId: string): void;
  /**
   * Asks the model the question above an answer again; the new answer takes its place. One that is `rejected` was stored
   * and not what was asked: its question goes to the model whenever it is asked again.
   */
  retry(answerId: string, startedMs?: number, again?: 'regenerate' | 'rejected'): void;
  draft(text: string): void;
  setUser(token: string): void;
  setContext(context: unknown): void;
  consent(answer: 'granted' | 'denied'): void;
  /** The page was hidden or shown, may be about to go (`leaving`), or goes for good (`gone`). */
  visibility(state: 'hidden' | 'visible' | 'leaving' | 'gone'): void;
  /** Erases the conversation, here and where it was kept. */
  forget(): void;
  /** Ends whatever runs; nothing is called back afterwards. */
  destroy(): void;
}

import type {Source, TurnRecord} from '../latency/index.ts';
import type {Resume} from '../protocol/index.ts';

/** How an answer stands, as the page shows it. */
export type AnswerState = 'waiting' | 'streaming' | 'complete' | 'stopped' | 'cut' | 'failed';

/** What went wrong, as a kind; the words for it are the widget's. */
export type Problem =
  | 'offline'
  | 'network'
  | 'blocked'
  | 'refused'
  | 'not-found'
  | 'busy'
  | 'server'
  | 'not-a-stream'
  | 'empty'
  | 'unreadable'
  | 'too-large'
  | 'cut';

/** The visitor's own message. `at` is wall clock in epoch ms. */
export interface Question {
  kind: 'question';
  id: string;
  text: string;
  at: number;
}

/** A source that an answer names. */
export interface AnswerSource {
  id: string;
  url: string;
  title?: string | undefined;
}

/** A stage of a backend's work that a visitor is told of. */
export type Doing = 'retrieval' | 'tools' | 'model' | 'generate';

/** Where an answer that was not asked for anew comes from. */
export interface Stored {
  /** When it was written or learned, in epoch ms. */
  at: number;
  /** Whether the question is one of the pack's word for word, means the same, or was asked by somebody before. */
  hit: 'exact' | 'semantic' | 'learned';
}

/** A question that a FAQ pack answers, as the site wrote it. */
export interface Offer {
  id: string;
  question: string;
}

/** An answer, whole or on its way. While it streams its text grows by `onText`, not by a new state. */
export interface Answer {
  kind: 'answer';
  id: string;
  /** The turn that it is the answer of, as records and events name it. */
  turnId: string;
  text: string;
  at: number;
  state: AnswerState;
  source: Source;
  sources: readonly AnswerSource[];
  problem?: Problem;
  /** Present for an answer that was there already: one of the FAQ pack's, or one that another visitor got. */
  stored?: Stored | undefined;
  /** Questions of the FAQ pack that may be meant. */
  offers?: readonly Offer[] | undefined;
  /** What its backend does while it waits: a stage that has words of ours, or the backend's own words. */
  doing?: {stage: Doing | undefined; label: string | undefined};
  /** Kept only while it is on its way: the turn's key, and how the next page asks for what follows its text, if it can. */
  open?: {key: string; rest?: Resume | undefined} | undefined;
}

/** One message of a conversation. */
export type Message = Question | Answer;

/** What the widget draws. Every change is a new object; unchanged messages keep theirs. */
export interface ChatState {
  messages: readonly Message[];
  /** An answer is on its way. */
  busy: boolean;
  draft: string;
  /** Questions of the FAQ pack that the draft may become, likeliest first. */
  foreseen: readonly Offer[];
}

/** What happened, for the page and for whoever keeps the endpoint. Carries no text of question or answer. */
export type ChatEvent =
  | {kind: 'send'; turnId: string}
  | {kind: 'firsttoken'; turnId: string; ms: number}
  | {kind: 'complete'; turnId: string}
  | {kind: 'stop'; turnId: string}
  /** A stored answer was given at once. */
  | {kind: 'faq'; turnId: string; hit: Stored['hit']}
  | {kind: 'error'; turnId: string; problem: Problem}
  | {kind: 'turn'; record: TurnRecord}
  /** For the site's developer: what the endpoint did, with a status or the first characters of what was wrong. */
  | {
      kind: 'trouble';
      problem: Problem;
      status?: number;
      value?: string;
      redirectedTo?: string;
      words?: string;
    };

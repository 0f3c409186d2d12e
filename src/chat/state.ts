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
  | 'cut'
  /** No first word came before its deadline. */
  | 'late'
  /** It was not whole before its deadline, and is shown as far as it came. */
  | 'unfinished';

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

/** What a visitor is told while an answer is on its way; `waitedS` once the wait is longer than anybody likes, in s. */
export interface Words {
  /** A stage of the backend's work that there are words for. */
  stage?: Doing | undefined;
  /** The backend's own words for it. */
  label?: string | undefined;
  waitedS?: number | undefined;
}

/** What answered instead of the model, by the words of the record. */
export interface Fallback {
  why: NonNullable<TurnRecord['fallback']>['why'];
  step: NonNullable<TurnRecord['fallback']>['kind'];
  /** Of an answer of the FAQ pack the question that it belongs to, which is not quite the one that was asked. */
  question?: string | undefined;
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
  problem?: Problem | undefined;
  /** Present for an answer that was there already: one of the FAQ pack's, or one that another visitor got. */
  stored?: Stored | undefined;
  /** Questions of the FAQ pack that may be meant. */
  offers?: readonly Offer[] | undefined;
  /** What is said while it is on its way and nothing of it came for a while. */
  words?: Words | undefined;
  fallback?: Fallback | undefined;
  /** The model's own answer, where it came after all when something else had answered. */
  late?: Pick<Answer, 'text' | 'sources'> | undefined;
  /** How the rest of one that was stopped by its deadline can be asked for. */
  goesOn?: Answer['open'];
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
  /** Something else answered than the model, or the model's answer was stopped by its deadline. */
  | {kind: 'fallback'; turnId: string; why: Fallback['why']; step: Fallback['step']; problem?: Problem | undefined}
  /** A second attempt was due: who gave the first word, and when the attempt began. */
  | {kind: 'hedge'; turnId: string; won: NonNullable<TurnRecord['hedge']>['won']; atMs: number}
  /** A turn took longer than the site declared. */
  | {kind: 'budget'; turnId: string; name: string; budgetMs: number; actualMs: number}
  /** For the panel alone: words changed, or a late answer has come. */
  | {kind: 'sign'; turnId: string; words?: Words | undefined}
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

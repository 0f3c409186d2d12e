import type {Budget, Deadlines, Ending} from '../latency/index.ts';
import type {DeclaredProtocol, HedgeTerms} from '../protocol/index.ts';
import type {Endpoint} from '../stream/index.ts';
import type {Others} from './others.ts';
import type {Again, Finished, Sink, TurnRun} from './run-turn.ts';
import type {Running} from './running.ts';
import type {Answer, ChatEvent} from './state.ts';
import type {Store} from './store.ts';
import type {Vendors} from './vendors.ts';

/** How a turn ends: for the record, on screen, and as an event. */
export type Settling = Ending & {next: Partial<Answer>; kind?: 'complete' | 'stop' | 'error'};

/** A question that was asked, and the chat that it was asked in. */
export interface Asking extends Pick<Store, 'changeAnswer'> {
  protocol: DeclaredProtocol;
  emit: (event: ChatEvent) => void;
  /** Calls back once what was drawn is on screen, with the instant; with undefined when nobody can see it. */
  afterPaint: (done: (nowMs: number | undefined) => void) => void;
  mine: Running;
  conversationId: string;
  endpoint: Endpoint;
  /** The response, already on its way; undefined where the answer began earlier, or where nothing was asked. */
  response: Promise<Response> | undefined;
  others: Others;
  /** Keeps the conversation, where other tabs have it too. */
  share: () => void;
  /** Posts the question another time. */
  post: (again: Again) => Promise<Response>;
  preflightFree: boolean;
  /** What the endpoint's turns are held to; undefined where it did not load in time. */
  contract: () => Promise<Contract | undefined>;
  now: () => number;
  /** Passes text on to whoever draws it; says whether anything of the answer can be seen by then. */
  onText: (text: string) => boolean;
  /** Waits while the page may be going: a browser that leaves a page ends its requests first. */
  stay: () => Promise<void>;
  loadVendors: () => Promise<Vendors>;
  /** Ends the turn, if it has not ended yet. */
  settle: (how: Settling) => void;
}

/** A turn whose answer is being read. */
export interface Attempting extends Asking {
  /** Reads one attempt at the answer, the first unless something else is said. */
  read: (more?: Partial<TurnRun>) => Promise<Finished>;
  sink: Sink;
  /** Shows text as part of the answer, whoever says it. */
  show: (text: string, nowMs: number) => void;
}

/** What the turns of one endpoint are held to: nobody waits in silence, nor for ever. */
export interface Contract {
  /** Whether the endpoint may be asked now; where not, `refuse` answers instead. */
  admit(): boolean;
  /** Answers a turn that was not admitted. */
  refuse(attempting: Attempting): Promise<void>;
  /** How long anybody still waits for the whole answer of a turn that began then, in ms. */
  leftMs(startedMs: number): number;
  /** Whether work ahead of a question is welcome: to the endpoint, and on this connection. */
  maySpeculate(): boolean;
  /** Holds a turn to its deadlines, and has a second attempt made where one is due; gives how its answer ends. */
  hold(attempting: Attempting, first: Promise<Finished>): Promise<Finished>;
  /** Finds out more about why an attempt failed. */
  explain(cause: unknown): Promise<unknown>;
  /** How long to wait before a question is asked again, in ms; undefined where it is not. */
  retryMs(cause: unknown, tried: {mine: Running; retries: number}): number | undefined;
  /** Ends a turn whose answer failed. */
  fail(attempting: Attempting, cause: unknown): Promise<void>;
  /** Puts the model's own answer, which came late, in the place of what had answered. */
  showLate(answerId: string): void;
  /** Nobody waits for a late answer any more. */
  dropLate(): void;
  /** Takes what the endpoint says of second attempts, and of work ahead of questions. */
  learn(told: {hedge?: HedgeTerms | undefined; speculate?: boolean | undefined}): void;
}

/** What a contract is made of, read anew for every turn. */
export interface Terms {
  budget: () => Budget;
  deadlines: () => Deadlines;
  /** What answers when a deadline falls, in order, as `data-fallback` writes it. */
  fallback: readonly string[];
  /** Whether a visitor can be led to a person. */
  hasContact: boolean;
  /** As `data-hedge` writes it. */
  hedge: string;
  /** Where second attempts go, if not to the endpoint. */
  hedgeEndpoint: string | undefined;
  /** What is switched off for now, for whoever looks for what a part is worth. */
  isOff: (lever: Lever['name']) => boolean;
}

/** A part of the contract that can be switched off. */
export interface Lever {
  name: 'hedge' | 'deadlines' | 'breaker';
  on: boolean;
  set(on: boolean): void;
}

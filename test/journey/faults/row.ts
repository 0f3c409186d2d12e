import type {TurnRecord} from '../../../src/latency/index.ts';
import type {EngineName, Page} from '../drive/index.ts';
import type {Way} from './fault-server.ts';
import type {Meeting, Scene} from './scene.ts';

/** One fault, and what must become of a question that meets it. */
export interface Row extends Wanted {
  /** What is asked; by default what the endpoint knows. */
  question?: string;
  /** What the endpoint does with questions while the fault lasts; by default it answers them. */
  way?: Way;
  /** Questions go to another origin. */
  away?: boolean;
  /** What the page meets from the beginning; then no question is answered well before. */
  meets?: Meeting;
  /** More attributes of the tag. */
  attributes?: string;
  /** Which deadlines the page has; by default ones that nothing here reaches. */
  deadlines?: 'quick' | 'slow';
  /** What stands in the page's head. */
  head?: string;
  /** More files of the page's server. */
  pages?: Record<string, string>;
  /** Changes the page before the chat is opened. */
  start?: (page: Page) => Promise<void>;
  /** Brings the fault about before the question is asked. */
  before?: (scene: Scene) => Promise<void>;
  /** Brings it about after that. */
  during?: (scene: Scene) => Promise<void>;
  /** Looks closer at how it stands then; throws where that is wrong. */
  check?: (scene: Scene) => Promise<void>;
  /** Ends it; the endpoint answers whole from then on. */
  mend?: (scene: Scene) => Promise<void>;
  /** How the visitor has the answer in the end: by itself, by a try, or by another button. */
  recovery: 'itself' | 'retry' | 'Show it' | 'Continue';
  /** Only one engine plays it: what is read of it is read by the same code everywhere, and another of its kind shows that. */
  once?: boolean;
  /** Why an engine cannot play it. */
  unless?: Partial<Record<EngineName, string>>;
  /** What is different in an engine. */
  otherwise?: Partial<Record<EngineName, Partial<Wanted>>>;
}

/** What must become of a question. */
export interface Wanted {
  /** How the answer stands once it is over. */
  state: 'complete' | 'cut' | 'failed' | 'stopped';
  source?: 'model' | 'fallback';
  /** The answer's own words; by default none. */
  text?: string | RegExp;
  /** The words below it; by default none. */
  notice?: RegExp | undefined;
  /** What the record says, beside its times; undefined where no record of it is made on this page. */
  record: Partial<TurnRecord> | undefined;
  /** Instants that the record must have, and must not have. */
  marks?: Partial<Record<keyof TurnRecord['t'], boolean>>;
  /** How often the question reached the endpoint. */
  posts: number;
  /** How many of these asked for the rest of an answer. */
  rests?: number;
  /** The attempts at it as they count themselves, without those for a rest; by default from 0 on. */
  attempts?: readonly number[];
}

import type {Doing, Problem} from '../../chat/index.ts';

/** The words that are there before anything was asked. */
export interface PanelWords {
  /** Which way the language is written. */
  dir: 'ltr' | 'rtl';
  title: string;
  open: string;
  close: string;
  log: string;
  greeting: string;
  placeholder: string;
  send: string;
  stop: string;
  retry: string;
  you: string;
  answer: string;
  waiting: string;
  suggestions: string;
  /** Of why there is no whole answer, what can be said before anything more is loaded: `network`. */
  problems: Partial<Record<Problem, string>> & {network: string};
}

/** The words inside answers and about their ends, which are loaded with what draws them. `{host}` is filled in. */
export interface AnswerWords {
  copy: string;
  leave: string;
  follow: string;
  stay: string;
  stopped: string;
}

/** The words of what people do beside asking. `{count}` is filled in; which form is taken is what Intl says. */
export interface MoreWords {
  /** What a backend is doing, by stage. */
  stages: Record<Doing, string>;
  problems: Record<Problem, string>;
  sources: string;
  menu: string;
  startOver: string;
  forget: string;
  forgotten: string;
  contact: string;
  copyAll: string;
  copied: string;
  again: string;
  edit: string;
  editing: string;
  cancel: string;
  good: string;
  bad: string;
  why: string;
  /** Reasons why an answer was no good, by the kind that is told. */
  reasons: Record<Reason, string>;
  thanks: string;
  newest: string;
  unread: Partial<Record<Intl.LDMLPluralRule, string>> & {other: string};
  offline: string;
  /** What a screen reader is told while an answer comes. */
  sent: string;
  answering: string;
  code: string;
  table: string;
  /** Where a stored answer comes from: the site's FAQ, or one that another visitor got. `{date}` is filled in. */
  stored: string;
  learned: string;
  /** Has the model answer after all. */
  askAnyway: string;
  /** What stands above questions that may be meant. */
  meant: string;
  /** Follows the text of a link. */
  link: string;
  /** Says that it is still being done, and for how long: `{doing}` and `{time}` are filled in. */
  still: string;
  /** Stands at an answer of the FAQ that is near to what was asked: `{question}` is filled in. */
  near: string;
  /** Stands at an answer of a faster model. */
  quick: string;
  /** The model's answer has come late; `show` puts it in its place. */
  came: string;
  show: string;
  /** Has an answer go on that was stopped for its length. */
  goOn: string;
}

/** Why an answer was no good; a kind, never the visitor's own words. */
export type Reason = 'untrue' | 'off-topic' | 'unclear' | 'slow';

/** All words that the widget says, in one language: data, nothing that runs. */
export type Words = PanelWords & AnswerWords & MoreWords;

/** The words that are there so far. */
export type WordsSoFar = PanelWords & Partial<AnswerWords>;

/** Fills the gaps of a text by their names. */
export const fill = (text: string, gaps: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)}/g, (gap, name: string) => String(gaps[name] ?? gap));

import type {Chat, ChatEvent, Handover, Measure, Message, Words as Waited} from '../chat/index.ts';
import type {Options} from '../options/index.ts';
import type {Decided} from './experiment.ts';
import type {View} from './jsx-runtime.ts';
import type {Painting} from './painting.ts';
import type {Words, WordsSoFar} from './words/words.ts';

/** Where a question is written. */
export interface Field {
  /** Undefined until it is drawn. */
  box: HTMLTextAreaElement | undefined;
  /** Takes it when it is drawn. */
  take: (box: HTMLTextAreaElement) => undefined;
  /** Puts a draft into it, and keeps that. */
  write: (draft: string) => void;
  /** Takes what was typed, and perhaps asked, before the panel was there; tells whether somebody was typing. */
  takeEarly: () => boolean;
}

/** Where a message stands: among the newest two, pointed at or with the focus, or neither. */
export type Place = 'newest' | 'chosen' | 'rest';

/** What the panel hands to the files that come after it, with much of what the loader handed to it. */
export interface PanelParts extends Handover {
  root: ShadowRoot;
  /** Null where the site draws its own. */
  launcher: HTMLElement | null;
  chat: Chat;
  options: Options & Partial<Decided>;
  /** The words of the page's language; undefined where that is English, or has no words of ours. */
  foreign: Words | undefined;
  /** The words that are there by now. */
  words: () => WordsSoFar;
  /** BCP 47; undefined where the page names none. */
  language: string | undefined;
  /** What holds the panel. */
  box: HTMLDialogElement;
  field: Field;
  /** The region that screen readers speak, which is there before anything is opened. */
  status: HTMLElement;
  painting: Painting;
  isOpen: () => boolean;
  close: () => void;
  /** Draws the panel again. */
  draw: () => void;
  /** Tells the page: `firstword:<name>`. */
  dispatch: (name: string, detail: object) => void;
  /** Prints a line for the site's developer, once. */
  print: (line: string) => void;
  /** Is given what draws the rest, once it is loaded. */
  onMore: (more: More) => void;
  signal: AbortSignal;
}

/**
 * What people do beside asking: it is drawn by a file of its own, so that nobody waits for it before a question can be
 * asked.
 */
export interface More {
  /** All words. */
  words: Words;
  /** Draws what stands in the header before the button that closes. */
  header(): View;
  /** Draws what stands below a message. */
  below(message: Message, place: Place): View;
  /** The id of the message that is pointed at or has the focus. */
  chosenId(): string;
  /** Says what is said while an answer is on its way. */
  sayWait(waited: Waited): string;
  /** What the visitor thinks of an answer, as far as it is drawn; undefined without a verdict. */
  verdict(answerId: string): string | undefined;
  /** Draws what stands between the conversation and the composer. */
  above(): View;
  /** Takes a key that was pressed where a question is written, but the one that sends it. */
  keyDown(event: KeyboardEvent): void;
  /** Takes what happened in the chat. */
  hear(event: ChatEvent): void;
  /** The panel was opened or closed. */
  seen(): void;
}

/** What is handed on to those who draw one part of the rest. */
export type MoreParts = Omit<PanelParts, 'words' | 'language'> & {
  words: Words;
  /** In which numbers and dates are written. */
  language: string;
  measure: Promise<Measure>;
};

/** What the panel is drawn from, beside the chat's state. */
export interface PanelProps {
  chat: Chat;
  painting: Painting;
  options: Options;
  words: WordsSoFar;
  more: More | undefined;
  field: Field;
  onClose: () => void;
}

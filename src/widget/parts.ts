import type {RefObject, VNode} from 'preact';
import type {Chat, ChatEvent, Handover, Measure, Message} from '../chat/index.ts';
import type {Options} from '../options/index.ts';
import type {Drawing} from './handed.ts';
import type {Painting} from './painting.ts';
import type {Words, WordsSoFar} from './words/words.ts';

/** What the panel hands to the files that come after it, with much of what the loader handed to it. */
export interface PanelParts extends Handover {
  preact: Drawing;
  chat: Chat;
  options: Options;
  /** The words of the page's language; undefined where that is English, or has no words of ours. */
  foreign: Words | undefined;
  /** The words that are there by now. */
  words: () => WordsSoFar;
  /** BCP 47; undefined where the page names none. */
  language: string | undefined;
  /** What holds the panel. */
  box: HTMLDialogElement;
  /** Where a question is written, once that is drawn. */
  input: RefObject<HTMLTextAreaElement | null>;
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
  /** Draws what stands in the header before the button that closes. */
  header(): VNode;
  /** Draws what stands below a message; `chosen` is the newest, or the one that is pointed at or has the focus. */
  below(message: Message, chosen: boolean): VNode | null;
  /** The id of the message that is pointed at or has the focus. */
  chosenId(): string;
  /** Draws what stands between the conversation and the composer. */
  above(): VNode | null;
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
  input: RefObject<HTMLTextAreaElement | null>;
  onClose: () => void;
}

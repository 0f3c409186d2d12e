import type {Resume} from '../protocol/index.ts';
import type {KeptConversation} from '../storage/index.ts';
import {randomHex} from './random-hex.ts';
import type {Running} from './running.ts';
import type {Answer} from './state.ts';

/** The other pages that show the same conversation: tabs beside this one, and the page that was here before it. */
export interface Others {
  /**
   * Waits until no other tab reads an answer, and then holds that place until the turn ends; meanwhile gives what the
   * other tab reads. Rejects when the turn ends first.
   */
  claim(turn: Running, onText: (text: string) => void): Promise<void>;
  /** Passes on text of a turn that this tab reads, before it is part of the turn. */
  tell(turn: Running, text: string): void;
  /** Has the tab that reads an answer stop it. */
  stop(turnId: string): void;
  /**
   * Takes over what others made of the conversation, unless an answer is read here; a turn that is over elsewhere ends.
   *
   * @returns How to ask for the rest of an answer that is still on its way.
   */
  catchUp(): Resume | undefined;
}

/** What of a chat is needed to meet the others. */
export interface Meeting {
  /** Tells conversations of one origin apart. */
  name: string;
  persist: 'session' | 'local' | 'none';
  /** The turn that is on its way here. */
  running: () => Running | undefined;
  /** Ends that turn without a word: it is told elsewhere. */
  drop: () => void;
  /** Reads what is kept. */
  read: () => KeptConversation | undefined;
  /** Shows what was kept. */
  show: (kept: KeptConversation) => void;
  /** Passes text of an answer on to whoever draws it; an empty text when no more comes. */
  onText: (answerId: string, text: string) => void;
  /** Another tab wants the answer stopped. */
  onStop: () => void;
  signal: AbortSignal;
}

/** How long browsers may need to show one tab what another has stored, in ms. */
const STORAGE_MS = 100;

/** What tabs tell each other; `at` is where in the answer the text stands. */
type Message = {kind: 'text'; id: string; at: number; text: string} | {kind: 'ask' | 'stop'; id: string};

/**
 * Meets the others without a server: storage says what was kept, a channel carries words as they come, and a lock says
 * who reads; it falls to the next tab even where a tab was killed. Where a conversation is one tab's, or a page is not
 * secure, nobody is met.
 */
export function createOthers(meeting: Meeting): Others {
  const {persist, running, drop, read, show, onText, onStop, signal} = meeting;
  const name = `firstword:${meeting.name}`;
  const {locks} = navigator as {locks?: LockManager};
  const channel = persist === 'local' && locks ? new BroadcastChannel(name) : undefined;
  let follow: ((text: string) => void) | undefined;
  const post = (message: Message) => channel?.postMessage(message);

  function hear({data}: MessageEvent<Message>): void {
    const turn = running();
    if (turn?.id !== data.id) return;
    if (data.kind === 'text') {
      const isNext = data.at <= turn.text.length;
      if (isNext) follow?.(data.text.slice(turn.text.length - data.at));
    } else if (turn.follows) return;
    else if (data.kind === 'stop') onStop();
    else post({kind: 'text', id: turn.id, at: 0, text: turn.text});
  }

  function catchUp(): Resume | undefined {
    const mine = running();
    if (mine && !mine.follows) return mine.rest();
    const kept = read();
    if (mine) {
      const answer = kept?.messages.find(({id}) => id === mine.answerId) as Answer | undefined; // it is one there too
      const missing = answer?.text.slice(mine.text.length) ?? '';
      mine.text += missing;
      if (missing) onText(mine.answerId, missing);
      if (answer?.open) return answer.open.rest;
      drop();
    }
    show(kept ?? {id: randomHex(32), messages: [], draft: ''});
    return undefined;
  }

  if (channel) {
    channel.onmessage = hear;
    window.addEventListener('storage', ({key}) => key === name && catchUp(), {signal});
    signal.addEventListener('abort', () => channel.close());
  }
  return {
    async claim(turn, onFollowed) {
      if (!channel) return;
      const ended = turn.abort.signal;
      follow = (text) => text && onFollowed(text);
      if (turn.follows) post({kind: 'ask', id: turn.id});
      await new Promise<void>((resolve, reject) => {
        const hold = () => {
          resolve();
          return new Promise<void>((free) => ended.addEventListener('abort', () => free()));
        };
        locks?.request(name, {signal: ended}, hold).catch(reject);
      });
      // what the other tab kept last may be on its way from one process to another
      if (turn.follows) await new Promise((resolve) => setTimeout(resolve, STORAGE_MS));
      follow = undefined;
    },
    tell: (turn, text) => post({kind: 'text', id: turn.id, at: turn.text.length, text}),
    stop: (id) => post({kind: 'stop', id}),
    catchUp,
  };
}

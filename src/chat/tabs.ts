import type {Running} from './running.ts';

/** The other tabs that show the same conversation: one reads an answer, the others show what it reads. */
export interface Tabs {
  /**
   * Waits until no other tab reads an answer, and then holds that place until the turn ends; meanwhile gives what the
   * other tab reads. Rejects when the turn ends first.
   */
  claim(turn: Running, onText: (text: string) => void): Promise<void>;
  /** Passes on text of a turn that this tab reads, before it is part of the turn. */
  tell(turn: Running, text: string): void;
  /** Has the tab that reads an answer stop it. */
  stop(turnId: string): void;
}

/** What tabs tell each other; `at` is where in the answer the text stands. */
type Message = {kind: 'text'; id: string; at: number; text: string} | {kind: 'ask' | 'stop'; id: string};

/**
 * Meets the other tabs, without a server: storage says what was kept, a channel carries words as they come, and a lock
 * says who reads; it falls to the next tab even where a tab was killed. Undefined where a browser has neither.
 *
 * @param options.name - Tells conversations of one origin apart.
 * @param options.running - The turn that is on its way here.
 * @param options.onKept - Is called when another tab has kept the conversation, or erased it.
 * @param options.onStop - Is called when another tab wants the answer stopped.
 */
export function createTabs(options: {
  name: string;
  running: () => Running | undefined;
  onKept: () => void;
  onStop: () => void;
  signal: AbortSignal;
}): Tabs | undefined {
  const {running, onKept, onStop, signal} = options;
  const name = `firstword:${options.name}`;
  const {locks} = navigator;
  if (!locks || !('BroadcastChannel' in window)) return undefined; // no secure context
  const channel = new BroadcastChannel(name);
  let follow: ((text: string) => void) | undefined;
  const post = (message: Message) => channel.postMessage(message);

  channel.onmessage = ({data}: MessageEvent<Message>) => {
    const turn = running();
    if (turn?.id !== data.id) return;
    if (data.kind === 'text') {
      const isNext = data.at <= turn.text.length;
      if (isNext) follow?.(data.text.slice(turn.text.length - data.at));
    } else if (turn.follows) return;
    else if (data.kind === 'stop') onStop();
    else post({kind: 'text', id: turn.id, at: 0, text: turn.text});
  };
  window.addEventListener('storage', ({key}) => key === name && onKept(), {signal});
  signal.addEventListener('abort', () => channel.close());

  return {
    async claim(turn, onText) {
      const ended = turn.abort.signal;
      follow = (text) => text && onText(text);
      if (turn.follows) post({kind: 'ask', id: turn.id});
      await new Promise<void>((resolve, reject) => {
        const hold = () => {
          resolve();
          return new Promise<void>((free) => ended.addEventListener('abort', () => free()));
        };
        locks.request(name, {signal: ended}, hold).catch(reject);
      });
      follow = undefined;
    },
    tell: (turn, text) => post({kind: 'text', id: turn.id, at: turn.text.length, text}),
    stop: (id) => post({kind: 'stop', id}),
  };
}

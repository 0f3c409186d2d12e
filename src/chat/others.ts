import type {Resume} from '../protocol/index.ts';
import type {KeptConversation} from '../storage/index.ts';
import {randomHex} from './random-hex.ts';
import type {Left, Running} from './running.ts';
import type {Answer, Message as Said} from './state.ts';
import type {Store} from './store.ts';
import {fromKept} from './transcript.ts';

/** Why a tab has another one stop. */
type Stopped = Exclude<Left, 'pagehide'>;

/** The other pages that show the same conversation: tabs beside this one, and the page that was here before it. */
export interface Others {
  /**
   * Waits until no other tab reads an answer, and then holds that place until the turn ends; meanwhile gives what the
   * other tab reads. Rejects when the turn ends first, or where no place can be held.
   */
  claim(turn: Running, onText: (text: string) => void): Promise<void>;
  /**
   * Passes on a part of the answer that this tab reads, all of it by default, before it is part of the turn. `over` says
   * that it ended, and how; or that the page goes, so that another tab reads on.
   */
  tell(turn: Running, part: {at?: number; text?: string; over?: Partial<Answer> | 'gone'}): void;
  /** Has the tab that reads an answer stop it, or forget the conversation. */
  stop(turnId: string, left: Stopped): void;
  /**
   * Takes over what others made of the conversation, unless an answer is read here; a turn that is over elsewhere ends.
   *
   * @returns How to ask for the rest of an answer that is still on its way.
   */
  catchUp(): Resume | undefined;
}

/** What of a chat is needed to meet the others. */
export interface Meeting extends Pick<Store, 'state' | 'change'> {
  /** Draws text of an answer; an empty text when no more comes. */
  tell: (answerId: string, text: string) => unknown;
  /** Tells conversations of one origin apart. */
  name: string;
  persist: 'session' | 'local' | 'none';
  /** The turn that is on its way here. */
  running: () => Running | undefined;
  /** Ends a turn without a word, because it is told elsewhere; `next` says how it ended, where that is known. */
  drop: (followed: Running, next?: Partial<Answer>) => void;
  /** Reads what is kept. */
  read: () => KeptConversation | undefined;
  /** Keeps what is shown. */
  keep: () => void;
  /** Shows what was kept. */
  show: (kept: KeptConversation) => void;
  /** Another tab wants the answer stopped, or all of it forgotten. */
  onStop: (left: Stopped) => void;
  signal: AbortSignal;
}

/** Meets the others of a conversation. */
export type Meet = (meeting: Meeting) => Others;

/**
 * How long a tab that was followed has to say how its answer ended before it is taken for killed, in ms: what one tab
 * keeps and tells is on its way from one process to another, and may come after the lock that it let go.
 */
const WORD_MS = 1000;

/** What the tab that reads an answer tells; `at` is where in it the text stands, `rest` how to ask for what follows it. */
interface Part {
  at: number;
  text: string;
  rest: Resume | undefined;
  over?: Partial<Answer> | 'gone';
}

/** What the others want of that tab. */
type Want = 'ask' | Stopped;

type Message = {id: string} & ((Part & {want?: never}) | {want: Want});

/**
 * Meets the others without a server: storage says what was kept, a channel carries words as they come, and a lock says
 * who reads; it falls to the next tab even where a tab was killed. Where a conversation is one tab's, or a page is not
 * secure, nobody is met.
 */
export const createOthers: Meet = (meeting) => {
  const {persist, running, drop, read, keep, show, onStop, state, change, signal} = meeting;
  const name = `firstword:${meeting.name}`;
  const {locks} = navigator as {locks?: LockManager};
  const channel = persist === 'local' && locks ? openChannel(name) : undefined;
  let follow: (text: string) => void;
  let goOn: (() => void) | undefined;
  /** Whether another tab may be alive that reads what is followed here. */
  let isRead = false;
  /** Whether this tab holds the place of whoever reads: by then it has kept its question. */
  let isHeld = false;
  /** The answer that was read here last, and until when another tab may not have heard of it. */
  let last: {id: string; untilMs: number} | undefined;
  const post = (message: Message) => channel?.postMessage(message);
  const want = (id: string, what: Want) => post({id, want: what});

  /** Takes what is new in a part of the answer that is followed; asks for the whole where something is missing before it. */
  function take(turn: Running, {at, text, rest}: Part): void {
    const known = turn.text.length - at;
    if (known < 0) want(turn.id, 'ask');
    else {
      if (text.length >= known) turn.rest = () => rest;
      if (text.length > known) follow(text.slice(known));
    }
  }

  function hear({data}: MessageEvent<Message>): void {
    const turn = running();
    if (turn?.id !== data.id || turn.follows === Boolean(data.want)) return;
    if (data.want === 'ask') tell(turn, {});
    else if (data.want) onStop(data.want);
    else {
      const {over} = data;
      isRead = over !== 'gone';
      take(turn, data);
      if (over === 'gone') goOn?.();
      else if (over) drop(turn, over);
    }
  }

  const tell: Others['tell'] = (turn, part) => {
    if (part.over) last = {id: turn.answerId, untilMs: performance.now() + WORD_MS};
    post({id: turn.id, at: 0, text: turn.text, rest: turn.rest(), ...part});
  };

  /** Whether an answer grows here that is read elsewhere. */
  const isForeign = (said: Said): said is Answer =>
    said.kind === 'answer' &&
    (said.state === 'waiting' || said.state === 'streaming') &&
    said.id !== running()?.answerId;

  /** Draws what has come of answers that are read elsewhere. */
  function grow(messages: readonly Said[]): void {
    for (const {id, text} of state().messages.filter(isForeign)) {
      const now = messages.find((each) => each.id === id);
      if (now && now.text.length > text.length) meeting.tell(id, now.text.slice(text.length));
      if (now && !isForeign(now)) meeting.tell(id, '');
    }
  }

  /** Takes in what another tab asked while an answer is read here: both asked at the same time. */
  function join({answerId}: Running, theirs: readonly Said[]): void {
    const {messages} = state();
    const own = messages.findIndex(({id}) => id === answerId);
    const sinceAt = (messages[own]?.at ?? 0) - WORD_MS;
    const isNew = ({id, at}: Said) => at > sinceAt && messages.every((each) => each.id !== id);
    const now = messages.map((each) => (isForeign(each) ? theirs.find(({id}) => id === each.id) : undefined) ?? each);
    // what is read here stays last
    if (own > 0) change({messages: now.toSpliced(own - 1, 0, ...theirs.filter(isNew))});
    // what one tab keeps as it lets go of the place may come after what the next one kept, and take it away
    if (isHeld && theirs.every(({id}) => id !== answerId)) keep();
  }

  /** The question and the answer of which the tab that kept the rest had not heard. */
  function findMissed(theirs: readonly Said[]): readonly Said[] {
    const {messages} = state();
    const at = messages.findIndex(({id}) => id === last?.id);
    const missed = messages.slice(at - 1, at + 1);
    return at > 0 && performance.now() < (last?.untilMs ?? 0) && theirs.every(({id}) => id !== missed[0]?.id)
      ? missed
      : [];
  }

  function catchUp(): Resume | undefined {
    const mine = running();
    const kept = read();
    const theirs = kept ? fromKept(kept) : [];
    grow(theirs);
    if (mine && !mine.follows) {
      join(mine, theirs);
      return mine.rest();
    }
    if (mine) {
      // it is an answer there too
      const {text = '', open} = (kept?.messages.find(({id}) => id === mine.answerId) ?? {}) as Partial<Answer>;
      take(mine, {at: 0, text, rest: open?.rest});
      if (open) return mine.rest();
      drop(mine);
    }
    const missed = kept ? findMissed(theirs) : [];
    show(kept ? {...kept, messages: [...kept.messages, ...missed]} : {id: randomHex(32), messages: [], draft: ''});
    if (missed.length > 0) keep();
    return undefined;
  }

  if (channel) {
    channel.onmessage = hear;
    const onKept = (event: Event) => {
      const {key, newValue} = event as Partial<StorageEvent>; // none where all of it was cleared, and of a page
      if ((key ?? name) !== name) return;
      isRead ||= key !== undefined;
      // erased by a tab that may not have heard of the answer that is read here
      if (key && newValue === null && running()?.follows === false) onStop('forget');
      else catchUp();
    };
    // a page that was kept for going back has heard nothing meanwhile
    for (const type of ['storage', 'pageshow']) window.addEventListener(type, onKept, {signal});
    signal.addEventListener('abort', () => channel.close());
  }
  return {
    async claim(turn, onText) {
      follow = onText;
      if (!channel) return;
      const {signal: ended} = turn.abort;
      if (turn.follows) want(turn.id, 'ask');
      await new Promise<void>((resolve, reject) => {
        const hold = () => {
          isHeld = true;
          resolve();
          return new Promise<void>((give) => {
            const free = () => {
              isHeld = false;
              give();
            };
            if (ended.aborted) free(); // it was given while the request was taken back
            ended.addEventListener('abort', free);
          });
        };
        locks?.request(name, {signal: ended}, hold).catch(reject);
      });
      if (turn.follows && isRead)
        await new Promise<void>((resolve) => {
          goOn = resolve;
          setTimeout(resolve, WORD_MS);
        });
    },
    tell,
    stop: want,
    catchUp,
  };
};

/** Opens a channel; browsers that let a page keep nothing refuse that too. */
function openChannel(name: string): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(name);
  } catch {
    return undefined; // then nothing is kept for other tabs either
  }
}

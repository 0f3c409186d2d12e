import {createConversationStore, type KeptConversation} from '../storage/index.ts';
import {writeJson} from '../stream/index.ts';
import type {Consent} from './api.ts';

/** Keeps a conversation where the visitor allows it. */
export interface Keeper {
  /** Reads what was kept; where the visitor had refused before the page came, it is erased instead. */
  read(): KeptConversation | undefined;
  /** Keeps it as it is now; one without a message or a draft is not kept at all. */
  keep(): void;
  /** Keeps it within KEPT_AFTER_MS, for what changes with every key. */
  keepSoon(): void;
  forget(): void;
  /** The visitor agreed or refused: a refusal erases what was kept and leaves the rest in memory. */
  consent(answer: Consent): void;
  stop(): void;
}

/** How long a draft may stay unkept, in ms. */
export const KEPT_AFTER_MS = 400;

/**
 * Makes a keeper; nothing is touched before the first call.
 *
 * @param write - Gives the conversation as it is now, or undefined while there is none.
 */
export function createKeeper(
  options: {name: string; persist: 'session' | 'local' | 'none'; consent: Consent},
  write: () => KeptConversation | undefined,
): Keeper {
  const {name, persist} = options;
  const open = (consent: Consent) =>
    createConversationStore({name, persist: consent === 'denied' ? 'none' : persist, toText: writeJson});
  let store = open(options.consent);
  let timer: ReturnType<typeof setTimeout> | undefined;

  function stop(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  function keep(): void {
    stop();
    const conversation = write();
    if (conversation) store.write(conversation);
  }

  function forget(): void {
    stop();
    store.forget();
  }

  return {
    read() {
      if (options.consent === 'denied') store.forget(); // what an earlier page kept, before the visitor refused
      return store.read();
    },
    keep,
    keepSoon() {
      timer ??= setTimeout(keep, KEPT_AFTER_MS);
    },
    forget,
    consent(answer) {
      if (answer === 'denied') store.forget();
      store = open(answer);
      keep();
    },
    stop,
  };
}

/** What every kept message has; whatever else it holds is kept with it. */
export interface KeptMessage {
  kind: string;
  id: string;
  text: string;
}

/** A conversation as it is kept. */
export interface KeptConversation {
  id: string;
  messages: readonly KeptMessage[];
  draft: string;
}

/** Where one conversation is kept. Nothing here throws: a browser that refuses storage keeps it in memory. */
export interface ConversationStore {
  read(): KeptConversation | undefined;
  /** Keeps the last MAX_MESSAGES messages that fit MAX_KEPT_BYTES; nothing at all where there is neither one nor a draft. */
  write(conversation: KeptConversation): void;
  /** Erases it wherever a page of this origin may have kept it, whatever that page's `persist`. */
  forget(): void;
}

/** The most messages that are kept. */
export const MAX_MESSAGES = 200;

/** The most that is kept, in bytes of JSON (two a character, as browsers count). */
export const MAX_KEPT_BYTES = 262_144;

/** The longest draft that is kept, in characters: with its line breaks escaped it fits MAX_KEPT_BYTES. */
const MAX_DRAFT = 65_000;

/** The databases of what answers at once. */
const DATABASES = ['faq', 'learned', 'decoys'].map((each) => `firstword-${each}`);

const VERSION = 1;

/**
 * Opens the place where a conversation is kept; touches nothing before the first call.
 *
 * @param options.persist - One tab's (`session`), all tabs' (`local`), or until the page goes (`none`).
 * @param options.name - Tells conversations of one origin apart, such as the endpoint's address.
 * @param options.toText - Writes JSON; the browser's own by default.
 */
export function createConversationStore(options: {
  persist: 'session' | 'local' | 'none';
  name: string;
  toText?: (conversation: object) => string;
}): ConversationStore {
  const {toText = JSON.stringify} = options;
  const key = `firstword:${options.name}`;
  let memory: string | undefined;

  /** Runs on the browser's storage, or not at all where it is refused or full. */
  function attempt<T>(work: (storage: Storage) => T, persist = options.persist): T | undefined {
    if (persist === 'none') return undefined;
    try {
      return work(persist === 'local' ? localStorage : sessionStorage);
    } catch {
      return undefined; // blocked, sandboxed or full: memory serves until the page goes
    }
  }

  const erase = (storage: Storage) => storage.removeItem(key);

  return {
    read() {
      const kept = memory ?? attempt((storage) => storage.getItem(key));
      return kept ? parse(kept) : undefined;
    },
    write({id, messages, draft}) {
      memory = undefined;
      if (messages.length === 0 && !draft) return attempt(erase);
      // newest first, one by one: of a long conversation no more is written out than is kept
      const kept: string[] = [];
      const head = `${toText({v: VERSION, id, draft: draft.slice(0, MAX_DRAFT)}).slice(0, -1)},"messages":[`;
      let room = MAX_KEPT_BYTES / 2 - head.length - 2;
      for (let at = messages.length - 1; at >= 0 && kept.length < MAX_MESSAGES; at--) {
        const message = toText(messages[at] as KeptMessage); // counted down from its end
        room -= message.length + 1;
        if (room < 0) break;
        kept.push(message);
      }
      const text = `${head}${kept.reverse().join()}]}`;
      memory = attempt((storage) => storage.setItem(key, text) ?? true) ? undefined : text;
    },
    forget() {
      memory = undefined;
      attempt(erase, 'session');
      attempt(erase, 'local');
      // with what answers at once, whether or not that was loaded on this page
      attempt(() => DATABASES.map((each) => indexedDB.deleteDatabase(each)), 'local');
    },
  };
}

function parse(text: string): KeptConversation | undefined {
  try {
    const kept: unknown = JSON.parse(text);
    if (!isRecord(kept) || kept['v'] !== VERSION) return undefined;
    const {id, messages, draft} = kept;
    return {
      id: String(id),
      messages: Array.isArray(messages) ? messages.filter(isMessage) : [],
      draft: String(draft ?? ''),
    };
  } catch {
    return undefined; // not ours, or damaged: a new conversation begins
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isMessage = (value: unknown): value is KeptMessage =>
  isRecord(value) && typeof value['id'] === 'string' && typeof value['text'] === 'string';

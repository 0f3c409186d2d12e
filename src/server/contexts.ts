import type {Guard} from './guard.ts';
import type {Chunk} from './instructions.ts';
import type {AnswerOptions} from './options.ts';
import {orAborted} from './or-aborted.ts';
import type {Slots} from './slots.ts';
import type {Speculation} from './speculation.ts';
import type {Store} from './store.ts';

/** How long the context id of hello is good for, in ms. */
export const CONTEXT_TTL_MS = 120_000;

/** How long work ahead of a question may take, in ms. */
export const AHEAD_MS = 10_000;

/** What was found ahead of a question; absent is what was not looked for, or failed. */
export interface Ahead {
  facts?: {known: unknown};
  passages?: readonly Chunk[];
}

/** A context that a question may use: it is known at once, what it holds may still be on its way. */
export interface FoundContext {
  readonly ahead: Promise<Ahead>;
  /**
   * Whether what it was opened for serves the question, as far as that is known by now: facts always do, passages where
   * they are on what it is about.
   */
  readonly fits: boolean;
  /** Whether its passages may serve an answer that is for everybody: the server itself is sure of what the question is about. */
  readonly isForAll: boolean;
  /** Its passages are used. */
  use(): void;
}

/** What a question is about: by what its page says, and by what the server makes of its words. */
interface AskedTopics {
  /** Where none is named, nothing that was looked up for topics serves it. */
  topics: readonly string[];
  /** A topic that the server is sure of; absent where it is not. */
  topic?: string | undefined;
}

/** Contexts: what is looked up while a visitor still writes. */
export interface Contexts {
  /**
   * Opens a context and starts to fill it, when the handler is not busy and whoever asks has not asked for too many.
   *
   * @param wanted.visitor - Undefined when it is not known who asks: the id is then good for nothing.
   * @param wanted.topics - What to find passages on.
   * @returns Its id, at once.
   */
  open(wanted: {request: Request; visitor: string | undefined; topics: readonly string[]}): string;
  /** Finds a context of the same visitor with the same cookies, in the first conversation that used it; else undefined. */
  find(
    wanted: {
      request: Request;
      visitor: string;
      conversationId: string;
      contextId: string | undefined;
    } & AskedTopics,
  ): Promise<FoundContext | undefined>;
}

/** A context that is to be filled. */
interface Wanted {
  id: string;
  request: Request;
  visitor: string;
  topics: readonly string[];
}

interface Kept {
  owner: string;
  /** What passages were looked up for; none where only facts were. */
  topics: readonly string[];
  ahead: Ahead;
}

/** Creates the contexts of a handler. They live in the store; what is on its way, in this process. */
export function createContexts(options: {
  store: Store;
  guard: Guard;
  slots: Slots;
  answering: Pick<AnswerOptions, 'context' | 'retrieve'>;
  speculation: Pick<Speculation, 'issue' | 'use'>;
  /** Whether a word is a topic of the handler's FAQ pack. */
  isTopic: (word: string) => boolean;
}): Contexts {
  const {store, guard, slots, answering, speculation, isTopic} = options;
  const {context, retrieve} = answering;
  const onWay = new Map<string, Omit<Kept, 'ahead'> & {ahead: Promise<Ahead>}>();

  const fill = async ({id, request, visitor, topics}: Wanted) => {
    if (slots.isBusy() || !(await guard.admitAhead({visitor, request}))) return {};
    if (topics.length > 0) speculation.issue(id);
    const signal = AbortSignal.timeout(AHEAD_MS);
    const [facts, chunks] = await Promise.all([
      quietly(context && (() => context(request)), signal),
      quietly(topics.length > 0 && retrieve ? () => retrieve(null, {topics, signal}) : undefined, signal),
    ]);
    const ahead: Ahead = {
      ...(facts ? {facts: {known: facts.value}} : {}),
      ...(chunks && chunks.value.length > 0 ? {passages: [...chunks.value]} : {}), // of none the question may know more
    };
    return ahead;
  };

  return {
    open({request, visitor, topics: wanted}) {
      const id = crypto.randomUUID();
      const topics = retrieve ? wanted : [];
      if (visitor === undefined || !(context || topics.length > 0)) return id;
      const start = async () => {
        const owner = await nameOwner(visitor, request);
        const ahead = fill({id, request, visitor, topics});
        onWay.set(id, {owner, topics, ahead});
        try {
          await store.set(nameContext(id), {owner, topics, ahead: await ahead} satisfies Kept, CONTEXT_TTL_MS);
        } finally {
          onWay.delete(id);
        }
      };
      start().catch(() => {}); // what is not there when it is wanted is looked up then
      return id;
    },
    async find({request, visitor, conversationId, contextId, topics, topic}) {
      if (contextId === undefined) return undefined;
      try {
        const owner = await nameOwner(visitor, request);
        const found = onWay.get(contextId) ?? readKept(await store.get(nameContext(contextId)));
        if (found?.owner !== owner) return undefined;
        const user = nameUser(contextId);
        const isFirst = await store.setIfAbsent(user, conversationId, CONTEXT_TTL_MS);
        if (!isFirst && (await store.get(user)) !== conversationId) return undefined;
        const wanted = topic === undefined ? topics : [...topics, topic];
        const isOn = topics.length > 0 && wanted.every((each) => found.topics.includes(each));
        const ahead = Promise.resolve(found.ahead).catch((): Ahead => ({}));
        const isOfFacts = found.topics.length === 0;
        return {
          ahead: isOn ? ahead : ahead.then(({facts}) => (facts ? {facts} : {})),
          fits: (isOn || isOfFacts) && isReady(found.ahead, isOfFacts ? 'facts' : 'passages'),
          isForAll: isOfFacts || (topic !== undefined && found.topics.every(isTopic)),
          use: () => speculation.use(contextId),
        };
      } catch {
        return undefined; // a store that fails has nothing ready
      }
    },
  };
}

/** Whether something was found; what is still on its way is taken for it. */
const isReady = (ahead: Ahead | Promise<Ahead>, kind: keyof Ahead) => ahead instanceof Promise || kind in ahead;

/** What is looked up ahead and fails is looked up again when it is wanted: its words go nowhere. */
async function quietly<T>(
  work: (() => T | Promise<T>) | undefined,
  signal: AbortSignal,
): Promise<{value: T} | undefined> {
  if (!work) return undefined;
  try {
    return {value: await orAborted(Promise.resolve().then(work), signal)};
  } catch {
    return undefined;
  }
}

/** Facts belong to who was signed in: another cookie or token is another owner. */
async function nameOwner(visitor: string, {headers}: Request): Promise<string> {
  const said = JSON.stringify([visitor, headers.get('cookie'), headers.get('authorization')]);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(said)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function nameContext(id: string): string {
  return `context ${id}`;
}

function nameUser(id: string): string {
  return `context-user ${id}`;
}

/** The store is the shop's own and holds what we put there. */
function readKept(value: unknown): Kept | undefined {
  return typeof value === 'object' && value !== null && 'owner' in value ? (value as Kept) : undefined;
}

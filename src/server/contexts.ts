import type {Guard} from './guard.ts';
import type {Chunk} from './instructions.ts';
import type {AnswerOptions} from './options.ts';
import {orAborted} from './or-aborted.ts';
import type {Slots} from './slots.ts';
import type {Store} from './store.ts';

/** How long the context id of hello is good for, in ms. */
export const CONTEXT_TTL_MS = 120_000;

/** How long work ahead of a question may take, in ms. */
export const AHEAD_MS = 10_000;

/** What was found ahead of a question; absent is what was not looked for, or failed. */
export interface Ahead {
  facts?: {known: unknown};
  passages?: {topics: readonly string[]; chunks: readonly Chunk[]};
}

/** A context that a question may use: it is known at once, what it holds may still be on its way. */
export interface FoundContext {
  readonly ahead: Promise<Ahead>;
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
  find(wanted: {
    request: Request;
    visitor: string;
    conversationId: string;
    contextId: string | undefined;
  }): Promise<FoundContext | undefined>;
}

interface Kept {
  owner: string;
  ahead: Ahead;
}

/** Creates the contexts of a handler. They live in the store; what is on its way, in this process. */
export function createContexts(options: {
  store: Store;
  guard: Guard;
  slots: Slots;
  answering: Pick<AnswerOptions, 'context' | 'retrieve'>;
}): Contexts {
  const {store, guard, slots, answering} = options;
  const {context, retrieve} = answering;
  const onWay = new Map<string, {owner: string; ahead: Promise<Ahead>}>();

  const fill = async ({request, visitor, topics}: {request: Request; visitor: string; topics: readonly string[]}) => {
    if (slots.isBusy() || !(await guard.admitAhead({visitor, request}))) return {};
    const signal = AbortSignal.timeout(AHEAD_MS);
    const [facts, chunks] = await Promise.all([
      quietly(context && (() => context(request)), signal),
      quietly(topics.length > 0 && retrieve ? () => retrieve(null, {topics, signal}) : undefined, signal),
    ]);
    const ahead: Ahead = {
      ...(facts ? {facts: {known: facts.value}} : {}),
      ...(chunks ? {passages: {topics, chunks: [...chunks.value]}} : {}),
    };
    return ahead;
  };

  return {
    open({request, visitor, topics}) {
      const id = crypto.randomUUID();
      if (visitor === undefined || !(context || (retrieve && topics.length > 0))) return id;
      const start = async () => {
        const owner = await nameOwner(visitor, request);
        const ahead = fill({request, visitor, topics});
        onWay.set(id, {owner, ahead});
        try {
          await store.set(nameContext(id), {owner, ahead: await ahead} satisfies Kept, CONTEXT_TTL_MS);
        } finally {
          onWay.delete(id);
        }
      };
      start().catch(() => {}); // what is not there when it is wanted is looked up then
      return id;
    },
    async find({request, visitor, conversationId, contextId}) {
      if (contextId === undefined) return undefined;
      try {
        const owner = await nameOwner(visitor, request);
        const found = onWay.get(contextId) ?? readKept(await store.get(nameContext(contextId)));
        if (found?.owner !== owner) return undefined;
        const user = nameUser(contextId);
        const isFirst = await store.setIfAbsent(user, conversationId, CONTEXT_TTL_MS);
        if (!isFirst && (await store.get(user)) !== conversationId) return undefined;
        return {ahead: Promise.resolve(found.ahead).catch(() => ({}))};
      } catch {
        return undefined; // a store that fails has nothing ready
      }
    },
  };
}

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

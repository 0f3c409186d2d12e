import {type EmbeddingModel, embed} from 'ai';
import type {CompiledPack, PlainPack} from '../faq/index.ts';
import type {Breakers} from './breakers.ts';
import {type CacheOptions, type PublicTurn, readCacheNumbers} from './cache-option.ts';
import {isRejection} from './failure.ts';
import {createFlights, type Seat} from './flights.ts';
import {createLimit} from './limit.ts';
import {orAborted} from './or-aborted.ts';
import {createIdentityReader} from './question-identity.ts';
import type {Question} from './read-question.ts';
import {type CacheFound, createSemanticCache, type StoredAnswer} from './semantic-cache.ts';

/** An embedding model object of the AI SDK; never a bare name. */
export type AnswerEmbedding = Exclude<EmbeddingModel, string>;

/** On which terms a page may give an answer again, as `data-fw-cache` says them. */
export interface PublicTerms {
  cacheable: true;
  ttlMs: number;
  version?: string;
  scope: 'public';
  tags: readonly string[];
}

/** A question that may have a kept answer, or get one. */
export interface CacheTurn {
  /** Finds a kept answer by the question's words. */
  find(): CacheFound | undefined;
  /** Finds one by what the question means; absent without an embedding model. Rejects when the model fails or is late. */
  findByMeaning?(signal: AbortSignal): Promise<CacheFound | undefined>;
  /** Takes its seat among identical questions; undefined where it must be answered by itself. */
  take(): Seat | undefined;
  /** Keeps its answer when that is for everybody; the terms, or undefined when it was not kept. */
  keep(answer: StoredAnswer): PublicTerms | undefined;
  /** Says the terms of a kept answer for the rest of its time; undefined for a stale one. */
  termsOf(found: CacheFound): PublicTerms | undefined;
  /** Whether a stale answer is to be made anew: nobody does yet. */
  isRenewable(found: CacheFound): boolean;
}

/** The answers that a handler keeps. */
export interface AnswerCache {
  /**
   * Opens it for a question; undefined for one whose answer is not for everybody.
   *
   * @param asked.isRenewal - A stale answer is made anew: nothing is looked for.
   */
  open(asked: {question: Question; request: Request; promptClass: string; isRenewal?: boolean}): CacheTurn | undefined;
  /** Forgets the answers with one of the tags, also those that are being made; how many were kept. */
  drop(tags: readonly string[]): number;
}

/** How long an embedding is waited for, in ms; then the question is answered without. */
export const EMBED_WAIT_MS = 300;

/** Longer questions are no questions of many, and are compared by their beginning only. */
const MAX_CHARS = 300;

/** Addresses and long numbers: a visitor's own affair. */
const PERSONAL = /@|\d{4,}/;

/** The most tags of one answer, and the most characters of one. */
const MAX_TAG_COUNT = 16;
const MAX_TAG_CHARS = 64;

/** Answers beyond this many characters are not kept. */
const MAX_ANSWER_CHARS = 32_000;

/**
 * Creates the cache of a handler, in this process.
 *
 * @param options.pack - With it, or with an embedding model, other phrasings of a question find its answer.
 * @param options.breakers - Say when the embedding model is left alone: then the question's words alone find answers.
 * @param options.warn - Says a line once.
 */
export function createAnswerCache(options: {
  cache: CacheOptions;
  pack: PlainPack | CompiledPack | undefined;
  embedding: AnswerEmbedding | undefined;
  breakers: Breakers;
  warn: (line: string) => void;
}): AnswerCache {
  const {cache, pack, embedding, breakers, warn} = options;
  const numbers = readCacheNumbers(cache, warn);
  const kept = createSemanticCache({...numbers, isLoose: pack !== undefined || embedding !== undefined});
  const identify = createIdentityReader(pack);
  const flights = createFlights();
  const droppedAt = new Map<string, number>(); // by tag, the count of drops so far
  let dropCount = 0;

  const versionNow = () => String(typeof cache.version === 'function' ? cache.version() : (cache.version ?? ''));
  const judge = (turn: PublicTurn): readonly string[] | undefined => {
    try {
      if (cache.isPublic(turn) !== true) return undefined;
      const tags = cache.tags ? cache.tags(turn) : [turn.promptClass];
      return tags.slice(0, MAX_TAG_COUNT).map((tag) => tag.slice(0, MAX_TAG_CHARS));
    } catch {
      warn('cache: isPublic or tags threw; the answer is taken for a personal one'); // its words may quote the question
      return undefined;
    }
  };
  const readScope = (question: Question, request: Request): string | undefined => {
    try {
      const tenant = cache.tenant ? cache.tenant(request) : new URL(request.url).host;
      return JSON.stringify([tenant, question.language?.toLowerCase() ?? '', question.page ?? null]);
    } catch {
      warn('cache: tenant threw; the answer is neither looked for nor kept'); // as above
      return undefined;
    }
  };

  return {
    open({question, request, promptClass, isRenewal = false}) {
      const {text, history, language, page} = question;
      if (text.length > MAX_CHARS || PERSONAL.test(text)) return undefined;
      const turn: PublicTurn = {question: text, promptClass, ...some({language}), ...some({page})};
      const early = judge(turn);
      const scope = readScope(question, request);
      if (!early || scope === undefined) return undefined;
      const identity = identify(text);
      if (identity.words === '') return undefined;
      // what was said before may change what is meant, unless the question is one of the pack's
      const isAlone = history.length === 0;
      if (!isAlone && identity.entry === undefined) return undefined;
      const version = versionNow();
      const openedCount = dropCount;
      const isSought = !isRenewal && !question.again;
      // a second attempt and another route are asked for because the first is not enough
      const isJoinable = isAlone && !question.again && question.attempt === 0 && question.route === undefined;
      const key = JSON.stringify([scope, version, identity.words]);
      const place = () => ({scope, version, nowAt: Date.now()});
      let vector: readonly number[] | undefined;
      const terms = (ttlMs: number, tags: readonly string[]): PublicTerms => ({
        ...{cacheable: true, ttlMs, scope: 'public', tags},
        ...(version === '' ? {} : {version}),
      });
      const findByMeaning = async (model: AnswerEmbedding, signal: AbortSignal) => {
        const end = breakers.of(model, 'the embedding model').admit(EMBED_WAIT_MS);
        if (!end) throw new TypeError('left alone');
        const limit = createLimit({ms: EMBED_WAIT_MS, signal, reason: () => new TypeError('late')});
        try {
          // the model need not listen to the signal
          const embedded = embed({model, value: text, maxRetries: 0, abortSignal: limit.signal});
          vector = (await orAborted(embedded, limit.signal)).embedding;
          end('answered');
        } catch (error) {
          if (signal.aborted) end('left');
          else end(isRejection(error) ? 'answered' : 'failed');
          throw error;
        } finally {
          limit.stop();
        }
        return kept.findByMeaning({identity, vector}, place());
      };
      return {
        find: () => (isSought ? kept.find(identity, place()) : undefined),
        ...(embedding && isSought && isAlone
          ? {findByMeaning: (signal: AbortSignal) => findByMeaning(embedding, signal)}
          : {}),
        take: () => (isJoinable ? flights.take(key) : undefined),
        keep(answer) {
          if (!isAlone || answer.text.length > MAX_ANSWER_CHARS) return undefined;
          const tags = judge({...turn, answer: answer.text});
          if (!tags || version !== versionNow()) return undefined;
          const isDropped = [...early, ...tags].some((tag) => (droppedAt.get(tag) ?? 0) > openedCount);
          if (isDropped) return undefined; // it was made from what is no longer true
          kept.keep({scope, identity, answer, tags, version, storedAt: Date.now(), ...some({vector})});
          return terms(numbers.ttlMs, tags);
        },
        termsOf: ({hit, ageMs, entry}) =>
          hit === 'stale' ? undefined : terms(Math.max(1, Math.round(numbers.ttlMs - ageMs)), entry.tags),
        isRenewable: ({entry}) => !flights.has(JSON.stringify([scope, version, entry.identity.words])),
      };
    },
    drop(tags) {
      dropCount++;
      for (const tag of tags) droppedAt.set(tag, dropCount);
      flights.close();
      return kept.drop(tags);
    },
  };
}

function some<T extends object>(fields: T): {[K in keyof T]?: NonNullable<T[K]>} {
  // what is undefined is left out, and so are its types
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

import {createPrefetch, type OpenedContext, type Prefetch, type PrefetchOptions} from '../prefetch/index.ts';
import type {Hello} from '../protocol/index.ts';
import {writeContext} from '../protocol/index.ts';
import type {Contract} from './contract.ts';
import type {Talk} from './endpoint.ts';
import {randomHex} from './random-hex.ts';

/** The longest context id that is sent back, in characters. */
const MAX_ID_CHARS = 64;

/** What of a chat is needed to ask ahead in it. */
export interface Asker {
  readonly talk: Pick<Talk, 'post' | 'isFirstword'>;
  readonly options: {language: string | undefined};
  readonly signal: AbortSignal;
  conversationId: string;
  /** Page facts that the site chose to send. */
  context: unknown;
  contract: Pick<Contract, 'maySpeculate' | 'learn'> | undefined;
}

/**
 * Has a chat's endpoint look up what a question may need while it is written. What leaves the page are topic ids of the
 * pack and the page facts that the site chose to send: never a word of what is written.
 *
 * @param options.mayAsk - Whether the visitor's consent covers it now.
 */
export function createSpeculation(
  chat: Asker,
  {guess, isKnown, mayAsk}: Pick<PrefetchOptions, 'guess' | 'isKnown'> & {mayAsk: () => boolean},
): Prefetch {
  const {talk, options, signal: life} = chat;

  async function request(topics: readonly string[], signal: AbortSignal): Promise<OpenedContext | undefined> {
    const key = randomHex(32);
    const {conversationId, context} = chat;
    const body = writeContext({conversationId, key, topics: [...topics], context, language: options.language});
    const head = await talk.post({body, fw: {key}, priority: 'low', signal});
    const text = await head.text(); // an unread one would keep its connection busy
    if (!head.ok) return undefined;
    const {contextId, ttlMs, speculate} = JSON.parse(text) as Hello; // whatever it is, what is used of it is checked
    chat.contract?.learn({speculate: speculate !== false});
    if (typeof contextId !== 'string' || contextId.length > MAX_ID_CHARS) return undefined;
    return {contextId, ttlMs: typeof ttlMs === 'number' ? ttlMs : undefined};
  }

  const prefetch = createPrefetch({
    ...{guess, isKnown, request},
    isAllowed: () => mayAsk() && !document.hidden && talk.isFirstword() && chat.contract?.maySpeculate() === true,
    now: () => performance.now(),
  });
  life.addEventListener('abort', prefetch.drop);
  return prefetch;
}

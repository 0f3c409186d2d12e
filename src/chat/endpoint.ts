import {helloUrl, isVendor, type Said, WIRE_VERSION, writeNative} from '../protocol/index.ts';
import {type Endpoint, isSameOrigin, type Post, postQuestion} from '../stream/index.ts';
import type {ConversationOptions} from './conversation-options.ts';
import type {Vendors} from './vendors.ts';

/** What is asked. */
export interface Asked {
  conversationId: string;
  /** The question last. */
  said: readonly Said[];
  /** The turn's idempotency key. */
  key: string;
  /** Which attempt at the turn it is, from 0. */
  attempt: number;
  /** The last event that was read, where the rest of an answer is asked for. */
  lastEventId?: string;
  /** Page facts that the site chose to send. */
  context: unknown;
}

/** The endpoint as a conversation talks to it. */
export interface Talk {
  /** Says hello, once. */
  hello(): Promise<void>;
  setUser(token: string): void;
  /** Where requests go now, and who asks. */
  endpoint(): Endpoint;
  /** Whether a question goes in the form that needs no preflight. */
  preflightFree(): boolean;
  /** Posts a question once; `json` in the form that every backend reads. Rejects as `fetch` does. */
  ask(asked: Asked, options: {json: boolean; signal: AbortSignal}): Promise<Response>;
  /** Whether it turned out to be a Firstword server. */
  isFirstword(): boolean;
  /** Posts a body of whoever made it. Rejects as `fetch` does. */
  post(post: Omit<Post, keyof Endpoint | 'preflightFree'> & {json?: boolean}): Promise<Response>;
}

/** Starts talking to an endpoint; nothing is sent before the first call. The signal ends saying hello. */
export function createTalk(
  options: Pick<ConversationOptions, 'endpoint' | 'protocol' | 'credentials' | 'userToken' | 'model' | 'language'>,
  {signal, load}: {signal: AbortSignal; load: () => Promise<{loadVendors: () => Promise<Vendors>}>},
): Talk {
  const {endpoint: url, protocol, credentials, model, language} = options;
  let {userToken} = options;
  let isFirstword = protocol === 'firstword';
  let greeting: Promise<void> | undefined;

  const endpoint = () => ({endpoint: url, credentials, userToken});
  const preflightFree = () => isFirstword && !userToken && !isSameOrigin(url);

  async function greet(): Promise<void> {
    try {
      const head = await fetch(helloUrl(url), {credentials, signal});
      isFirstword ||= head.ok && head.headers.get('x-firstword') === '1';
      await head.text(); // an unread body would keep the warm connection busy
    } catch {
      // no Firstword server, or out of reach: the question will tell
    }
  }

  async function post({json = false, ...rest}: Parameters<Talk['post']>[0]): Promise<Response> {
    const head = await postQuestion({...rest, ...endpoint(), preflightFree: preflightFree() && !json});
    isFirstword ||= head.headers.get('x-firstword') === '1';
    return head;
  }

  function hello(): Promise<void> {
    greeting ??= greet();
    return greeting;
  }

  return {
    hello,
    setUser(token) {
      userToken = token;
    },
    endpoint,
    preflightFree,
    async ask({conversationId, said, ...facts}, {json, signal}) {
      const fw = {v: WIRE_VERSION, model, language, ...facts};
      const question = {conversationId, said, fw};
      const body = isVendor(protocol)
        ? (await (await load()).loadVendors()).writeQuestion({protocol, ...question})
        : writeNative(question);
      return post({body, fw, json, signal});
    },
    isFirstword: () => isFirstword,
    post,
  };
}

import {type Hello, helloUrl, isVendor, type Said, WIRE_VERSION, writeNative} from '../protocol/index.ts';
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
  /** The route that is wanted, where it is not the backend's to choose. */
  route?: string;
  /** How long anybody waits for the whole answer, in ms; absent where that is not known yet. */
  deadlineMs?: number;
  /** What the server looked up ahead of the question; by default what hello had it look up. */
  contextId?: string;
  /** What the question is about, where something was looked up for that. */
  topics?: string[];
  /** Page facts that the site chose to send. */
  context: unknown;
}

/** The endpoint as a conversation talks to it. */
export interface Talk {
  /** Says hello, once. */
  hello(): Promise<void>;
  /** Calls back with what the endpoint says of itself, where it does. */
  onHello(listener: (hello: Hello) => void): void;
  setUser(token: string): void;
  /** Where requests go now, and who asks. */
  endpoint(): Endpoint;
  /** Whether a question goes in the form that needs no preflight. */
  preflightFree(): boolean;
  /** Posts a question once; `json` in the form that every backend reads. Rejects as `fetch` does. */
  ask(asked: Asked, options: {json: boolean; url?: string | undefined; signal: AbortSignal}): Promise<Response>;
  /** Whether it turned out to be a Firstword server. */
  isFirstword(): boolean;
  /** Posts a body of whoever made it. Rejects as `fetch` does. */
  post(
    post: Omit<Post, keyof Endpoint | 'preflightFree'> & {json?: boolean; url?: string | undefined},
  ): Promise<Response>;
}

/** Starts talking to an endpoint; nothing is sent before the first call. The signal ends saying hello. */
export function createTalk(
  options: Pick<
    ConversationOptions,
    'endpoint' | 'protocol' | 'credentials' | 'userToken' | 'model' | 'language' | 'arms'
  >,
  {signal, load}: {signal: AbortSignal; load: () => Promise<{loadVendors: () => Promise<Vendors>}>},
): Talk {
  const {endpoint: url, protocol, credentials, model, language, arms} = options;
  let {userToken} = options;
  let isFirstword = protocol === 'firstword';
  let greeting: Promise<void> | undefined;
  let told: Hello | undefined;
  let listen = (_: Hello) => {};

  const endpoint = () => ({endpoint: url, credentials, userToken});
  const preflightFree = () => isFirstword && !userToken && !isSameOrigin(url);

  async function greet(): Promise<void> {
    try {
      const head = await fetch(helloUrl(url), {credentials, signal, priority: 'low'});
      isFirstword ||= head.ok && head.headers.get('x-firstword') === '1';
      const body = await head.text(); // an unread one would keep the warm connection busy
      if (!isFirstword) return;
      told = JSON.parse(body) as Hello; // it says that it speaks so
      listen(told);
    } catch {
      // no Firstword server, or out of reach: the question will tell
    }
  }

  async function post({json = false, url: other, ...rest}: Parameters<Talk['post']>[0]): Promise<Response> {
    const to = other ? {...endpoint(), endpoint: other} : endpoint();
    const head = await postQuestion({...rest, ...to, preflightFree: preflightFree() && !json && !other});
    isFirstword ||= head.headers.get('x-firstword') === '1';
    return head;
  }

  function hello(): Promise<void> {
    greeting ??= greet();
    return greeting;
  }

  return {
    hello,
    onHello(listener) {
      listen = listener;
      if (told) listen(told);
    },
    setUser(token) {
      userToken = token;
    },
    endpoint,
    preflightFree,
    async ask({conversationId, said, ...facts}, {signal, ...how}) {
      const fw = {v: WIRE_VERSION, model, language, arms, contextId: told?.contextId, ...facts};
      const question = {conversationId, said, fw};
      const body = isVendor(protocol)
        ? (await (await load()).loadVendors()).writeQuestion({protocol, ...question})
        : writeNative(question);
      return post({body, fw, signal, ...how});
    },
    isFirstword: () => isFirstword,
    post,
  };
}

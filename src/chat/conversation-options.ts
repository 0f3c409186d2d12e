import type {DeclaredProtocol} from '../protocol/index.ts';
import type {Consent} from './api.ts';
import type {ChatEvent} from './state.ts';

/** What a conversation is made of. */
export interface ConversationOptions {
  /** Absolute URL. */
  endpoint: string;
  protocol: DeclaredProtocol;
  credentials: RequestCredentials;
  model: string | undefined;
  language: string | undefined;
  userToken: string | undefined;
  context: unknown;
  /** The arms of the site's experiments by their names. */
  arms?: Record<string, string> | undefined;
  /** Where the conversation is kept unless the visitor refuses, and the name that tells it from others of the origin. */
  persist: 'session' | 'local' | 'none';
  consent: Consent;
  name: string;
  /** Whether to say hello to the endpoint when the chat opens. */
  warm: boolean;
  /** Calls back once what was drawn is on screen, with the instant; with undefined when nobody can see it. */
  afterPaint: (done: (nowMs: number | undefined) => void) => void;
  emit: (event: ChatEvent) => void;
}

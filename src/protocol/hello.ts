import type {HedgeTerms} from './attempts.ts';

/** What a Firstword server says of itself to `GET {endpoint}?fw=hello`. Times in ms. */
export interface Hello {
  /** Session context that the server has prepared; opaque, bound to one conversation. */
  contextId?: string;
  ttlMs?: number;
  /** Whether a second attempt is welcome, and after how long. */
  hedge?: HedgeTerms;
  /** Version of the FAQ pack that the server answers from. */
  faqVersion?: string;
  /** Declared budgets in ms, by the names of `data-budget`. */
  budget?: Record<string, number>;
  /** Whether the server welcomes speculation. */
  speculate?: boolean;
}

/**
 * Writes the address of hello: `fw=hello` appended to whatever query the endpoint has.
 *
 * @param endpoint - Absolute URL of the endpoint.
 */
export function helloUrl(endpoint: string): string {
  return `${endpoint}${endpoint.includes('?') ? '&' : '?'}fw=hello`;
}

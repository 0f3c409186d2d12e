/** What a Firstword server says of itself to `GET {endpoint}?fw=hello`. Times in ms. */
export interface Hello {
  contextId?: string;
  ttlMs?: number;
  hedge?: {allowed: boolean; afterMs?: number};
  faqVersion?: string;
  budget?: Record<string, number>;
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

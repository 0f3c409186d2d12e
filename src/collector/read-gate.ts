/** The fewest characters of a token. */
export const TOKEN_MIN_CHARS = 16;

/** Why figures are not told: no token came, a wrong one, or nobody set one and the reader is not on this machine. */
export type GateCode = 'no-token' | 'wrong-token' | 'not-local';

/** What proxies add to what they pass on: a request with one of these is not from where its connection is from. */
const PASSED_ON = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/**
 * Builds the judge of who may read.
 *
 * With tokens, whoever sends one (`Authorization: Bearer …`) may. Without, only this machine may: the address in the
 * request must be a loopback one, which a page that had its own name point here (DNS rebinding) does not have, and no
 * proxy may have passed it on.
 *
 * @param options.tokens - At least TOKEN_MIN_CHARS printable characters each. Default: none.
 * @param options.isLocal - Whether a request came from this machine, as far as the server knows. Default: it did, when the
 *   rest says so.
 * @returns A function that gives why somebody may not read; undefined where they may.
 * @throws TypeError when a token cannot be one; it is not in the words.
 */
export function createReadGate(options: {
  tokens: readonly string[];
  isLocal?: ((request: Request) => boolean) | undefined;
}): (request: Request) => Promise<GateCode | undefined> {
  const {tokens, isLocal = () => true} = options;
  for (const token of tokens) {
    if (token.length < TOKEN_MIN_CHARS || !/^[\x21-\x7e]+$/.test(token)) {
      throw new TypeError(`a reading token has at least ${TOKEN_MIN_CHARS} characters, none of them a space`);
    }
  }
  let known: Promise<Uint8Array[]> | undefined;
  return async (request) => {
    if (tokens.length === 0) return isFromHere(request) && isLocal(request) ? undefined : 'not-local';
    const given = /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
    if (given === undefined) return 'no-token';
    known ??= Promise.all(tokens.map(digest));
    const sent = await digest(given);
    // all of them, to the end: how long it takes tells nothing
    const matchCount = (await known).filter((token) => isSame(token, sent)).length;
    return matchCount > 0 ? undefined : 'wrong-token';
  };
}

/** Tells whether a host name means this machine wherever it is looked up. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

function isFromHere(request: Request): boolean {
  return isLoopback(new URL(request.url).hostname) && !PASSED_ON.some((name) => request.headers.has(name));
}

async function digest(token: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (const [at, byte] of a.entries()) difference |= byte ^ (b[at] ?? 0);
  return difference === 0;
}

/** Signs and reads the tokens by which a shop's own server names a visitor. */
export interface VisitorTokens {
  /** Writes a token for a visitor, which is good from now for the time that was set. */
  signVisitor(id: string): Promise<string>;
  /** Reads whom a token names; undefined when it was not signed with a secret of ours, was changed, or is too old. */
  verifyVisitor(token: string): Promise<string | undefined>;
  /** Reads `authorization: Bearer <token>`: the handler's option. Without a token that holds it gives null. */
  authorize(request: Request): Promise<{id: string} | null>;
}

/** How long a visitor's token is good unless told otherwise, in ms. */
export const VISITOR_TOKEN_TTL_MS = 900_000;

/** The shortest secret, in UTF-8 bytes: as long as the hash. */
const SECRET_BYTES = 32;

/** The longest token that is looked at. */
const TOKEN_CHARS = 1_024;

const MAC = {name: 'HMAC', hash: 'SHA-256'} as const;

/**
 * Creates a shop's visitor tokens: who it is and until when, with an HMAC-SHA256 over both. The shop's page server, which
 * knows who is signed in, signs one; the page sends it; the handler's `authorize` reads it.
 *
 * @param options.secret - At least 32 bytes. A list lets it be changed: the first signs, all are good for reading.
 * @param options.ttlMs - How long a token is good, in ms; default VISITOR_TOKEN_TTL_MS.
 * @param options.now - Wall clock in epoch ms; default `Date.now`.
 * @throws TypeError for no secret, or one that is too short to be one.
 */
export function createVisitorTokens(options: {
  secret: string | readonly string[];
  ttlMs?: number;
  now?: () => number;
}): VisitorTokens {
  const {secret, ttlMs = VISITOR_TOKEN_TTL_MS, now = Date.now} = options;
  const encoder = new TextEncoder();
  const secrets = (typeof secret === 'string' ? [secret] : [...secret]).map((text) => encoder.encode(text));
  if (secrets.length === 0 || secrets.some(({byteLength}) => byteLength < SECRET_BYTES)) {
    throw new TypeError(`a visitor token's secret has at least ${SECRET_BYTES} bytes`);
  }
  const keys = secrets.map((bytes) => crypto.subtle.importKey('raw', bytes, MAC, false, ['sign', 'verify']));
  for (const key of keys) key.catch(() => {}); // whoever waits for it hears of it

  const isOurs = async (said: string, mac: Uint8Array<ArrayBuffer>): Promise<boolean> => {
    for (const key of keys) {
      // compares in constant time
      if (await crypto.subtle.verify(MAC, await key, mac, encoder.encode(said))) return true;
    }
    return false;
  };

  const verifyVisitor = async (token: string): Promise<string | undefined> => {
    const [said = '', mac = '', ...rest] = token.length > TOKEN_CHARS ? [] : token.split('.');
    const macBytes = readBytes(mac);
    if (rest.length > 0 || !macBytes || !(await isOurs(said, macBytes))) return undefined;
    const bytes = readBytes(said);
    const [id, untilAt] = readSaid(bytes ? new TextDecoder().decode(bytes) : '');
    return typeof id === 'string' && typeof untilAt === 'number' && now() < untilAt ? id : undefined;
  };

  return {
    async signVisitor(id) {
      const said = writeBytes(encoder.encode(JSON.stringify([id, now() + ttlMs])));
      const [key] = keys;
      if (!key) throw new TypeError('a visitor token needs a secret');
      const mac = await crypto.subtle.sign(MAC, await key, encoder.encode(said));
      return `${said}.${writeBytes(new Uint8Array(mac))}`;
    },
    verifyVisitor,
    async authorize(request) {
      const [, token] = /^Bearer ([\w.-]+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
      const id = token === undefined ? undefined : await verifyVisitor(token);
      return id === undefined ? null : {id};
    },
  };
}

/** In the alphabet that headers and addresses take as it is (RFC 4648, section 5). */
function writeBytes(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (sign) => ({'+': '-', '/': '_'})[sign] ?? '');
}

function readBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined;
  try {
    const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(bytes, (sign) => sign.charCodeAt(0));
  } catch {
    return undefined; // a length that no bytes have
  }
}

/** Only of what we signed: it is the JSON of a list. */
function readSaid(json: string): readonly unknown[] {
  const said: unknown = JSON.parse(json);
  return Array.isArray(said) ? said : [];
}

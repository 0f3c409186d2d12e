import {Refusal} from './refusal.ts';

/**
 * Reads the shop's check of who asks.
 *
 * @param authorize - The handler's option; without it everybody is the same visitor.
 * @param warn - Is told when visitors cannot be told apart.
 * @returns Checks a request: the shop's own refusal, or a text that only the same visitor gets again. It throws a Refusal,
 *   401 when the shop knows no such visitor and 503 when its check fails.
 */
export function readAuthorize(
  authorize: ((request: Request) => unknown) | undefined,
  warn: (line: string) => void,
): (request: Request) => Promise<Response | string> {
  return async (request) => {
    if (!authorize) return '';
    const visitor = await Promise.resolve(request)
      .then(authorize)
      .catch(() => {
        // its words are the shop's own and may name what it checked
        throw new Refusal('unavailable', 'who asks could not be checked', {'retry-after': '1'});
      });
    if (isResponse(visitor)) return visitor;
    if (visitor === null) throw new Refusal('unauthorized', 'this endpoint needs a visitor who is known');
    const name = nameVisitor(visitor);
    if (name !== undefined) return name;
    warn('authorize gave a visitor without `id` (a text or a number), whose answers cannot be resumed or stopped');
    return `nobody ${crypto.randomUUID()}`;
  };
}

/** With the type, so that 1 and '1' are two. */
function nameVisitor(visitor: unknown): string | undefined {
  if (typeof visitor !== 'object' || visitor === null) return `${typeof visitor} ${String(visitor)}`;
  const id = 'id' in visitor ? visitor.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? `${typeof id} ${id}` : undefined;
}

/** Tells a Response by its tag: a Node adapter replaces the global class, so that instanceof misses one of the other. */
export function isResponse(value: unknown): value is Response {
  return Object.prototype.toString.call(value) === '[object Response]';
}

import type {Buckets} from './buckets.ts';
import type {Limits} from './limits.ts';
import {Refusal} from './refusal.ts';

/** Who asks, as far as it is known. */
export interface Asker {
  /** As `authorize` tells visitors apart; empty where everybody is the same. */
  visitor: string;
  request: Request;
  /** Empty where the client names none. */
  conversationId: string;
}

/** Holds what visitors may ask. */
export interface Guard {
  /**
   * Counts a question.
   *
   * @throws Refusal 429 with the time to wait, when somebody asked too often.
   */
  admit(asker: Asker): Promise<void>;
  /** Counts work that is done ahead of a question; whether it may be done. */
  admitAhead(asker: Pick<Asker, 'visitor' | 'request'>): Promise<boolean>;
}

/**
 * Creates the guard of a handler: buckets by conversation, visitor, address and for all together, the narrowest first, so
 * that who is refused takes nothing from others.
 *
 * @param options.address - Names where a request comes from; without it there is no bucket by address. Headers such as
 *   `x-forwarded-for` are never read: only the shop knows which of its proxies to believe.
 * @param options.warn - Is told when `address` fails; all those requests share a bucket.
 */
export function createGuard(options: {
  buckets: Buckets;
  limits: Limits;
  address: ((request: Request) => string) | undefined;
  warn: (line: string) => void;
}): Guard {
  const {buckets, limits, address, warn} = options;

  const findAddress = (request: Request): string => {
    try {
      const found: unknown = address?.(request);
      if (typeof found === 'string') return found;
    } catch {
      // as any other value that is no address; its words may hold one
    }
    warn('address gave no text; such requests are counted together');
    return '';
  };
  const ofVisitor = ({visitor, request}: Pick<Asker, 'visitor' | 'request'>): [name: string, count: number][] => [
    ...(visitor === '' ? [] : [[write('visitor', visitor), limits.visitorMinuteCount] as [string, number]]),
    ...(address ? [[write('address', findAddress(request)), limits.addressMinuteCount] as [string, number]] : []),
  ];
  const takeAll = async (wanted: [name: string, count: number][]): Promise<number | undefined> => {
    for (const [name, minuteCount] of wanted) {
      const waitMs = await buckets.take(name, minuteCount);
      if (waitMs !== undefined) return waitMs;
    }
    return undefined;
  };

  return {
    async admit({conversationId, ...asker}) {
      const conversation = write('conversation', asker.visitor, conversationId);
      const waitMs = await takeAll([
        ...(conversationId === '' ? [] : [[conversation, limits.conversationMinuteCount] as [string, number]]),
        ...ofVisitor(asker),
        [write('all'), limits.minuteCount],
      ]);
      if (waitMs === undefined) return;
      const seconds = String(Math.ceil(waitMs / 1000));
      throw new Refusal('rate-limited', 'too many questions in a short time', {'retry-after': seconds});
    },
    async admitAhead(asker) {
      const ahead = ofVisitor(asker).map(([name, count]): [string, number] => [`ahead ${name}`, count]);
      return (await takeAll([...ahead, [write('ahead all'), limits.minuteCount]])) === undefined;
    },
  };
}

function write(...words: string[]): string {
  return `bucket ${JSON.stringify(words)}`;
}

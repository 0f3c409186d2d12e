import type {Chunk} from './instructions.ts';
import {type Reply, shareReply} from './reply.ts';

/** A reply that several questions share. */
export interface SharedReply {
  /** The passages that it was made from. */
  chunks: readonly Chunk[];
  /** Whether nothing failed that it was to be made from. */
  isWhole: boolean;
  /** Opens a reader from its beginning; undefined when it is over. */
  join(): Reply | undefined;
}

/** What the first of several identical questions does: it opens the reply, or says that it is not for the others. */
export interface LeadSeat {
  kind: 'lead';
  /** Shares a reply and gives its first reader. */
  share(reply: Reply, from: Pick<SharedReply, 'chunks' | 'isWhole'>): Reply;
  /** Lets the others go on without it; nothing happens once it was shared. */
  withdraw(): void;
}

/** Where an identical question stands: the first, or behind it. The wait resolves with undefined when it withdrew. */
export type Seat = LeadSeat | {kind: 'follow'; shared: Promise<SharedReply | undefined>};

/** The replies that are being made, by what was asked. */
export interface Flights {
  /** Takes the seat of a question: one leads, until its reply is over. */
  take(key: string): Seat;
  /** Whether a question is being answered. */
  has(key: string): boolean;
  /** Lets no further question join those that are being made. */
  close(): void;
}

/** Creates the book of replies that identical questions share: one model is asked, each reader has a stream of its own. */
export function createFlights(): Flights {
  const flights = new Map<string, Promise<SharedReply | undefined>>();
  return {
    take(key) {
      const shared = flights.get(key);
      if (shared) return {kind: 'follow', shared};
      let settle: (shared: SharedReply | undefined) => void = () => {};
      const opened = new Promise<SharedReply | undefined>((resolve) => {
        settle = resolve;
      });
      flights.set(key, opened);
      const land = () => {
        if (flights.get(key) === opened) flights.delete(key);
      };
      let isShared = false;
      return {
        kind: 'lead',
        share(reply, from) {
          isShared = true;
          let isLeft = false;
          const join = shareReply({
            async read() {
              try {
                const step = await reply.read();
                if (step.done || step.value.type === 'finish') land();
                return step;
              } catch (error) {
                land();
                throw error;
              }
            },
            cancel() {
              isLeft = true;
              land();
              reply.cancel();
            },
          });
          const own = join();
          settle({...from, join: () => (isLeft ? undefined : join())});
          return own;
        },
        withdraw() {
          if (isShared) return;
          land();
          settle(undefined);
        },
      };
    },
    has: (key) => flights.has(key),
    close: () => flights.clear(),
  };
}

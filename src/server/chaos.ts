import {pause} from './pause.ts';
import {createRandom} from './random.ts';
import {Refusal, writeRefusal} from './refusal.ts';

/** What can go wrong with an answer on purpose. */
export type Fault =
  | {kind: 'delay'; ms: number}
  | {kind: 'stall' | 'cut' | 'malformed'; afterCount: number}
  | {kind: 'buffer'}
  | {kind: '429'; retryAfterS: number}
  | {kind: '503'; retryAfterS: number};

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Wraps a handler so that its POSTs fail on purpose, for tests and demonstrations; never for visitors.
 *
 * `delay` holds the response back, `stall` says nothing more after so many chunks, `cut` ends there, `malformed` puts
 * bytes there that are no event, `buffer` gives everything at once at the end, `429` and `503` refuse.
 *
 * @param handler - Answers what does not fail.
 * @param options.faults - One is drawn for each POST that fails.
 * @param options.share - How many of the POSTs fail, 0 to 1; default 1.
 * @param options.seed - Determines which; default 1.
 */
export function withChaos(
  handler: (request: Request) => Promise<Response>,
  options: {faults: readonly Fault[]; share?: number; seed?: number},
): (request: Request) => Promise<Response> {
  const {faults, share = 1, seed = 1} = options;
  const random = createRandom(`chaos ${seed}`);
  return async (request) => {
    const isSpared = request.method !== 'POST' || random.even() >= share;
    const fault = isSpared ? undefined : faults[Math.floor(random.even() * faults.length)];
    if (!fault) return handler(request);
    if (fault.kind === '429' || fault.kind === '503') {
      const kind = fault.kind === '429' ? 'rate-limited' : 'busy';
      const headers = {'retry-after': String(fault.retryAfterS)};
      return writeRefusal(new Refusal(kind, 'refused on purpose', headers), {'x-firstword': '1'});
    }
    if (fault.kind === 'delay') await pause(fault.ms, request.signal).catch(() => {}); // nobody is there any more
    const response = await handler(request);
    if (fault.kind === 'delay' || !response.body) return response;
    const {status, headers} = response;
    return new Response(response.body.pipeThrough(spoil(fault)), {status, headers});
  };
}

function spoil(fault: Exclude<Fault, {kind: 'delay' | '429' | '503'}>): TransformStream<Bytes, Bytes> {
  const held: Bytes[] = [];
  let count = 0;
  return new TransformStream({
    transform(chunk, controller) {
      if (fault.kind === 'buffer') {
        held.push(chunk);
        return undefined;
      }
      if (count++ !== fault.afterCount) {
        controller.enqueue(chunk);
        return undefined;
      }
      if (fault.kind === 'cut') return controller.terminate();
      if (fault.kind === 'stall') return new Promise<void>(() => {}); // until its reader leaves
      controller.enqueue(new TextEncoder().encode('data: {"type":"text-delta","delta":\n\n'));
      controller.enqueue(chunk);
      return undefined;
    },
    flush(controller) {
      for (const chunk of held) controller.enqueue(chunk);
    },
  });
}

import {type Breaker, type BreakerState, createBreaker} from '../latency/index.ts';

/**
 * Creates a breaker whose state all tabs of the origin share that talk to the same endpoint; nothing of it is kept. Where
 * a browser has no channel between tabs each has its own.
 *
 * @param name - Tells endpoints apart.
 */
export function createSharedBreaker(name: string, signal: AbortSignal): Breaker {
  let channel: BroadcastChannel | undefined;
  const breaker = createBreaker({
    now: () => performance.now(),
    onChange: (state) => signal.aborted || channel?.postMessage(state),
  });
  try {
    channel = new BroadcastChannel(`firstword-breaker:${name}`);
  } catch {
    return breaker; // refused where a page may keep nothing
  }
  channel.onmessage = ({data}: MessageEvent<BreakerState | 'ask'>) => {
    if (data !== 'ask') breaker.adopt(data);
    else if (breaker.state().openMs) channel?.postMessage(breaker.state());
  };
  channel.postMessage('ask');
  signal.addEventListener('abort', () => channel?.close());
  return breaker;
}

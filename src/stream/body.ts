import {StreamError} from './failure.ts';

/** The longest line that is read, in bytes. The server kit sends at most a quarter of it. */
export const MAX_LINE_BYTES = 262_144;

/**
 * Wraps a response so that each chunk of its body is seen before it is parsed: counted, and held against the longest
 * line that a parser should have to hold in memory.
 *
 * @throws StreamError from the body's reader: `too-large`, or `network` when the connection broke.
 */
export function tapBody(response: Response, onChunk: () => void): Response {
  const {body} = response;
  if (!body) return response;
  const tapped = {
    getReader() {
      const reader = body.getReader();
      let openBytes = 0;
      return {
        async read() {
          const part = await reader.read().catch((cause: unknown) => {
            throw new StreamError('network', {cause});
          });
          if (part.value) {
            onChunk();
            openBytes = longestLine(part.value, openBytes);
          }
          return part;
        },
      };
    },
  };
  // the parser asks a body for nothing but its reader
  return Object.defineProperty(response, 'body', {value: tapped});
}

/** Returns the bytes of the line still open after the chunk. */
function longestLine(chunk: Uint8Array, openBytes: number): number {
  let start = -openBytes;
  for (let end = chunk.indexOf(LF); ; end = chunk.indexOf(LF, end + 1)) {
    const stop = end < 0 ? chunk.length : end;
    if (stop - start > MAX_LINE_BYTES) throw new StreamError('too-large');
    if (end < 0) return stop - start;
    start = end + 1;
  }
}

const LF = 10;

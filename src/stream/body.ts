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
      let tooLarge = false;
      return {
        async read() {
          if (tooLarge) throw new StreamError('too-large');
          const part = await reader.read().catch((cause: unknown) => {
            throw new StreamError('network', {cause});
          });
          if (!part.value) return part;
          onChunk();
          const lines = measureLines(part.value, openBytes);
          ({openBytes, tooLarge} = lines);
          // what came before a line that is too long is read all the same
          return tooLarge ? {done: false, value: part.value.subarray(0, lines.wholeBytes)} : part;
        },
      };
    },
  };
  // the parser asks a body for nothing but its reader
  return Object.defineProperty(response, 'body', {value: tapped});
}

/** Says how many bytes of a chunk end in whole lines, how long its last line is by now, and whether one is too long. */
function measureLines(chunk: Uint8Array, before: number) {
  let start = -before;
  for (let end = chunk.indexOf(LF); ; end = chunk.indexOf(LF, end + 1)) {
    const openBytes = (end < 0 ? chunk.length : end) - start;
    const tooLarge = openBytes > MAX_LINE_BYTES;
    if (end < 0 || tooLarge) return {wholeBytes: Math.max(0, start), openBytes, tooLarge};
    start = end + 1;
  }
}

const LF = 10;

/** One part of an answer as it crossed the wire, with its event's id. */
export type WirePart = {sseId: string; type: string} & Record<string, unknown>;

/** Reads an answer's events one by one, as they arrive. */
export function readEvents(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) throw new TypeError('a response without a body');
  let buffered = '';
  const blocks: string[] = [];
  const next = async (): Promise<string | undefined> => {
    for (;;) {
      const end = buffered.indexOf('\n\n');
      if (end >= 0) {
        const block = buffered.slice(0, end);
        buffered = buffered.slice(end + 2);
        blocks.push(block);
        return block;
      }
      const {done, value} = await reader.read();
      if (done) return undefined;
      buffered += value;
    }
  };
  const part = async (): Promise<WirePart | undefined> => {
    for (;;) {
      const block = await next();
      if (block === undefined) return undefined;
      if (block.startsWith(':') || block.endsWith('[DONE]')) continue;
      return parse(block);
    }
  };
  return {
    /** What has been read so far, comments and [DONE] included. */
    blocks,
    part,
    /** Reads until a part of that type has come. */
    async until(type: string): Promise<WirePart> {
      for (;;) {
        const found = await part();
        if (!found) throw new Error(`the answer ended without ${type}`);
        if (found.type === type) return found;
      }
    },
    /** Reads to the end and gives every block, comments and [DONE] included. */
    async rest(): Promise<string[]> {
      while ((await next()) !== undefined);
      return blocks;
    },
    cancel: () => reader.cancel(),
  };
}

/** Reads a whole answer. */
export async function readAnswer(response: Response) {
  const blocks = await readEvents(response).rest();
  const parts = blocks.filter((block) => block.startsWith('id:')).map(parse);
  const text = parts.map((part) => (part.type === 'text-delta' ? String(part['delta']) : '')).join('');
  return {blocks, parts, text, types: parts.map(({type}) => type)};
}

/** A part's field as an object, for tests that look into it. */
export function inside(part: unknown, ...path: string[]): Record<string, unknown> {
  let value = part as Record<string, unknown>; // the test that looks inside says what is there
  for (const name of path) value = value[name] as Record<string, unknown>;
  return value;
}

function parse(block: string): WirePart {
  const [id = '', data = ''] = block.split('\n');
  return {...JSON.parse(data.slice('data: '.length)), sseId: id.slice('id: '.length)};
}

import {quote, Refusal} from './refusal.ts';

/**
 * Reads a POST's JSON, whether it says `application/json` or, to spare the visitor a preflight, `text/plain`.
 *
 * @param maxBytes - What is read at most; a body is counted as it comes, whatever its `content-length` says.
 * @throws Refusal 415 for another content type, 413 above the limit, 400 for what is not JSON or broke off.
 */
export async function readBody(request: Request, maxBytes: number): Promise<unknown> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^(application\/json|text\/plain)\s*(;|$)/i.test(type)) {
    throw new Refusal('content-type', `content-type ${quote(type)} is neither application/json nor text/plain`);
  }
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const text = await readText(request, maxBytes);
  try {
    return JSON.parse(text);
  } catch {
    // the parser's own words quote the body at length
    throw new Refusal('bad-request', text === '' ? 'the body is empty' : `the body ${quote(text)} is not JSON`);
  }
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  const reader = request.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  let readBytes = 0;
  for (;;) {
    const chunk = await reader.read().catch(() => {
      // the reader's reason is the connection's, not something to tell
      throw new Refusal('bad-request', 'the body broke off');
    });
    if (chunk.done) return text + decoder.decode();
    readBytes += chunk.value.byteLength;
    if (readBytes > maxBytes) {
      reader.cancel().catch(() => {}); // the rest is unwanted either way
      throw tooLarge(maxBytes);
    }
    text += decoder.decode(chunk.value, {stream: true});
  }
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal('too-large', `the body is larger than ${maxBytes} bytes`);
}

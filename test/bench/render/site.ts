import type {ServerResponse} from 'node:http';
import {bundle} from '../../bundle.ts';
import {tokens} from '../../markdown/suite/cut.ts';
import {serve} from '../serve.ts';

/** The words that every streamed answer ends with, as its last token. */
export const LAST_WORDS = 'Finished.';

/** An answer as the server gives it. */
export interface Answer {
  text: string;
  /** How many tokens a second; all at once when absent. */
  tokensPerSecond?: number;
}

/** The page of the bench and the server of its answers, on one loopback address. */
export interface Site {
  url: string;
  /** Makes an answer ready under an address of its own. Its last words are added. */
  put(answer: Answer): {url: string; lastSentMs(): number};
  close(): Promise<void>;
}

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Bench</title>
<style>
body{margin:0;font:16px/1.5 sans-serif}
#log{width:360px;height:520px;overflow:auto;display:flex;flex-direction:column-reverse}
p{margin:0 0 .5em;min-height:.5em}pre{overflow:auto}.line{display:block}
</style><div id="log"></div><script type="module" src="/bench.js"></script></html>`;

/** Bundles the page's script and serves it. */
export async function openSite(): Promise<Site> {
  const script = await bundle('test/bench/render/in-page.ts');
  const answers = new Map<string, {answer: Answer; lastSentMs: number}>();
  const {origin, close} = await serve((request, response) => {
    const path = request.url ?? '/';
    const known = answers.get(path);
    if (known) {
      send(known.answer, response).then((lastSentMs) => {
        known.lastSentMs = lastSentMs;
      });
    } else if (path === '/bench.js') response.writeHead(200, {'content-type': 'text/javascript'}).end(script);
    else if (path === '/') response.writeHead(200, {'content-type': 'text/html'}).end(PAGE);
    else response.writeHead(404).end();
  });
  return {
    url: origin,
    put(answer) {
      const path = `/answer/${answers.size}`;
      const known = {answer, lastSentMs: Number.NaN};
      answers.set(path, known);
      return {url: origin + path, lastSentMs: () => known.lastSentMs};
    },
    close,
  };
}

/**
 * Sends an answer and says when the last piece went out, in ms of the system's monotonic clock. The stream stays open
 * until that piece had time to be drawn, so that it is not the end that draws it.
 */
async function send({text, tokensPerSecond}: Answer, response: ServerResponse): Promise<number> {
  const whole = `${text}\n\n${LAST_WORDS}`;
  response.writeHead(200, {'content-type': 'text/plain; charset=utf-8', 'x-characters': whole.length});
  if (tokensPerSecond) await pace([...tokens(`${text}\n\n`), LAST_WORDS], {tokensPerSecond, response});
  else response.write(whole);
  const sentMs = monotonicMs();
  setTimeout(() => response.end(), 300);
  return sentMs;
}

/** Writes each piece when it is due since the first; ends with the last one, or when nobody reads any more. */
export async function pace(
  pieces: readonly string[],
  {tokensPerSecond, response}: {tokensPerSecond: number; response: ServerResponse},
): Promise<void> {
  response.socket?.setNoDelay(true);
  const startMs = monotonicMs();
  let sentCount = 0;
  const {promise, resolve} = Promise.withResolvers<void>();
  const timer = setInterval(() => {
    const dueCount = Math.min(pieces.length, ((monotonicMs() - startMs) * tokensPerSecond) / 1000);
    for (; sentCount < dueCount; sentCount++) response.write(pieces[sentCount] ?? '');
    if (sentCount < pieces.length && !response.destroyed) return;
    clearInterval(timer);
    resolve();
  }, 1000 / tokensPerSecond);
  return promise;
}

/** The clock of this process, which on Linux is also that of Chromium. */
const monotonicMs = () => Number(process.hrtime.bigint()) / 1e6;

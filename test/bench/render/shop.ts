import {globSync, readFileSync} from 'node:fs';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {tokens} from '../../markdown/suite/cut.ts';
import {serve} from '../serve.ts';
import {writeKind} from './answers.ts';
import {pace} from './site.ts';

/** A page with the built widget, and an endpoint that speaks its native protocol. */
export interface Shop {
  url: string;
  close(): Promise<void>;
}

/** Writes a question that {@link openShop} answers with so many tokens, so many a second or all at once. */
export const askFor = (tokenCount: number, tokensPerSecond: number | 'max') =>
  `${tokenCount} tokens, ${tokensPerSecond}`;

const writePage = (attributes: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><h1>Shop</h1>
<script async src="/firstword.js" data-endpoint="/chat" ${attributes}></script></html>`;

const part = (fields: object) => `data: ${JSON.stringify(fields)}\n\n`;

/**
 * Serves what the build made.
 *
 * @param options.pack - The FAQ pack of the page, as it is served; none by default.
 * @throws Error when there is no build.
 */
export async function openShop({pack}: {pack?: string} = {}): Promise<Shop> {
  const files = new Map(globSync('*.js', {cwd: 'dist'}).map((name) => [`/${name}`, readFileSync(`dist/${name}`)]));
  if (!files.has('/firstword.js')) throw new Error('dist/firstword.js is not there: run `npm run build` first');
  const html = writePage(pack ? 'data-faq="/faq.json"' : '');
  let seed = 300;
  const {origin, close} = await serve((request, response) => {
    const file = files.get(request.url ?? '');
    if (file) response.writeHead(200, {'content-type': 'text/javascript'}).end(file);
    else if (request.url === '/') response.writeHead(200, {'content-type': 'text/html'}).end(html);
    else if (request.url === '/faq.json' && pack)
      response.writeHead(200, {'content-type': 'application/json', etag: '"1"'}).end(pack);
    else if (request.url === '/chat' && request.method === 'POST') void answer({request, response, seed: seed++});
    else response.writeHead(404).end();
  });
  return {url: `${origin}/`, close};
}

/** Answers a question that {@link askFor} wrote, in the widget's native protocol. */
export async function answer({
  request,
  response,
  seed,
}: {
  request: IncomingMessage;
  response: ServerResponse;
  seed: number;
}): Promise<void> {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  const [, count, speed] = [...body.matchAll(/(\d+) tokens, (\d+|max)/g)].at(-1) ?? [];
  if (!count) {
    response.writeHead(204).end(); // no question, but the word that somebody stopped an answer
    return;
  }
  const pieces = tokens(writeKind('rich text', {tokenCount: Number(count), seed})).map((delta) =>
    part({type: 'text-delta', id: 't', delta}),
  );
  response.writeHead(200, {'content-type': 'text/event-stream', 'x-vercel-ai-ui-message-stream': 'v1'});
  response.write(part({type: 'start', messageMetadata: {fw: {run: `run-${seed}`}}}));
  if (speed === 'max') response.write(pieces.join(''));
  else await pace(pieces, {tokensPerSecond: Number(speed), response});
  response.end(`${part({type: 'finish', finishReason: 'stop'})}data: [DONE]\n\n`);
}

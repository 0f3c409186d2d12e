import {globSync, readFileSync} from 'node:fs';
import {brotliCompressSync, crc32, deflateSync} from 'node:zlib';
import {createRandom} from '../../latency/random.ts';
import {answer} from '../render/shop.ts';
import {serve} from '../serve.ts';

/**
 * How the checkout carries the widget: not at all, as the README shows it, without loading before intent, or as a planted
 * script that keeps the page busy for 100 ms once it has loaded, which must be found.
 */
export type Tag = 'none' | 'idle' | 'intent' | 'planted';

/** A shop's checkout, with or without the widget. */
export interface Checkout {
  /** An empty page of the same site, so that what is measured begins in a process that is there. */
  blankUrl: string;
  urlOf(tag: Tag): string;
  /** Gives what was asked of the server since the last call, as method and path, and forgets it. */
  takeRequests(): string[];
  close(): Promise<void>;
}

const SCRIPTS: Readonly<Record<Tag, string>> = {
  none: '',
  idle: '<script async src="/firstword.js" data-endpoint="/chat"></script>',
  intent: '<script async src="/firstword.js" data-endpoint="/chat" data-load="intent"></script>',
  planted: '<script async src="/firstword.js?planted" data-endpoint="/chat"></script>',
};

/** At least 100 ms, and at least so much work that it costs more than 50 ms of CPU however busy the machine is. */
const PLANTED = `;addEventListener('load', () => {
  const fromMs = performance.now();
  let mixed = 1;
  for (let round = 0; round < 30 || performance.now() - fromMs < 100; round++)
    for (let turn = 0; turn < 1e6; turn++) mixed = (Math.imul(mixed, 1664525) + 1013904223) | 0;
});`;

/** A block of text takes the style sheet, a picture is the largest paint, and the shop has work of its own. */
const writePage = (tag: Tag) => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Checkout</title>
<link rel="stylesheet" href="/shop.css"><script defer src="/shop.js"></script>${SCRIPTS[tag]}</head><body>
<header><a href="#pay">Shop</a></header><main><section><h1>Checkout</h1><p>Four short parts, about two minutes.</p>
<img src="/bag.png" width="480" height="480" alt="What is in your bag" fetchpriority="high">
<ul id="bag"></ul><p id="total"></p></section><form id="pay">
${['Name', 'Street', 'Postcode', 'Town', 'Card'].map((name) => `<label>${name} <input name="${name}"></label>`).join('')}
<button>Pay</button></form></main></body></html>`;

const SHOP_CSS = `body{margin:0;font:16px/1.5 sans-serif}header,main{max-width:1100px;margin:auto;padding:16px}
main{display:grid;grid-template-columns:1fr 1fr;gap:32px}img{display:block;background:#eee}label{display:block;padding:8px}
#bag{height:180px;overflow:hidden}#total{height:24px;font-weight:700}`;

const SHOP_JS = `const reckon = (total) => {
  for (let turn = 0; turn < 8e6; turn++) total = (Math.imul(total, 1664525) + 1013904223) | 0;
  return total >>> 16;
};
for (let at = 0; at < 6; at++) bag.append(Object.assign(document.createElement('li'), {textContent: 'Part ' + at}));
document.querySelector('#total').textContent = 'Total ' + reckon(1);`;

interface File {
  type: string;
  content: Buffer;
  cache: string;
}

/** What a site changes is asked for again, what has a hash in its name never. */
const CACHE = {asked: 'no-cache', kept: 'public, max-age=31536000, immutable'};

/**
 * Serves the checkout, and what the build made, compressed and to be kept as the README says.
 *
 * @throws Error when there is no build.
 */
export async function openCheckout(): Promise<Checkout> {
  const files = readFiles();
  let requests: string[] = [];
  let seed = 300;
  const {origin, close} = await serve((request, response) => {
    const url = request.url ?? '/';
    requests.push(`${request.method} ${url}`);
    const file = files.get(url);
    if (file) {
      const {type, content, cache} = file;
      const encoding: object = type === 'image/png' ? {} : {'content-encoding': 'br'};
      response.writeHead(200, {'content-type': type, 'cache-control': cache, ...encoding}).end(content);
    } else if (url === '/chat' && request.method === 'POST') {
      answer({request, response, seed: seed++}).catch(() => response.destroy()); // whoever asked has left meanwhile
    } else response.writeHead(404).end();
  });
  return {
    blankUrl: `${origin}/blank`,
    urlOf: (tag) => `${origin}/checkout/${tag}`,
    takeRequests() {
      const taken = requests;
      requests = [];
      return taken;
    },
    close,
  };
}

function readFiles(): Map<string, File> {
  const compress = (type: string, text: string | Buffer, cache = CACHE.asked): File => ({
    type,
    content: brotliCompressSync(text),
    cache,
  });
  const files = new Map<string, File>();
  for (const name of globSync('*.js', {cwd: 'dist'})) {
    const cache = name === 'firstword.js' ? CACHE.asked : CACHE.kept;
    files.set(`/${name}`, compress('text/javascript', readFileSync(`dist/${name}`), cache));
  }
  if (!files.has('/firstword.js')) throw new Error('dist/firstword.js is not there: run `npm run build` first');
  const planted = readFileSync('dist/firstword.js', 'utf8') + PLANTED;
  files.set('/firstword.js?planted', compress('text/javascript', planted));
  for (const tag of Object.keys(SCRIPTS) as Tag[]) // the keys of SCRIPTS are those
    files.set(`/checkout/${tag}`, compress('text/html; charset=utf-8', writePage(tag)));
  files.set('/blank', compress('text/html', '<!doctype html><title>Blank</title>'));
  files.set('/shop.css', compress('text/css', SHOP_CSS));
  files.set('/shop.js', compress('text/javascript', SHOP_JS));
  files.set('/bag.png', {type: 'image/png', content: drawNoise(240), cache: CACHE.asked});
  return files;
}

/** Draws a grey picture that cannot be compressed, as heavy as a photograph of its size (PNG specification, section 5). */
function drawNoise(width: number): Buffer {
  const random = createRandom(7);
  const lines = Buffer.from(Array.from({length: (width + 1) * width}, (_, at) => at % (width + 1) && random() * 256));
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.from([0, 0, width >> 8, width & 255, 0, 0, width >> 8, width & 255, 8, 0, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

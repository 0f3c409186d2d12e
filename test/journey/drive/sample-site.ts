import {createServer} from 'node:http';
import {listenAnywhere} from './port.ts';

/** A small site for the tests of this folder, and what reached its server. */
export interface SampleSite {
  /** Its origin. */
  origin: string;
  /** An origin where nobody answers. */
  closedOrigin: string;
  /** Method and path of every request so far. */
  arrived: string[];
  close(): void;
}

/** What the sample page collects about itself. */
export interface Seen {
  keys: string[];
  clicks: number;
  hovers: number;
  visibility: string[];
  /** For every time it was shown, whether it came out of the back-forward cache. */
  shown: boolean[];
  /** Whether text may become a function in this page. */
  policy: 'strict' | 'loose';
}

const PAGE = `<!doctype html><html lang="en"><head><title>sample</title></head><body style="margin: 0">
<div id="outer"></div>
<script nonce="page">
  const outer = document.getElementById('outer');
  const shadow = outer.attachShadow({mode: 'open'});
  const area = Object.assign(document.createElement('textarea'), {rows: 3});
  const inner = Object.assign(document.createElement('div'), {id: 'inner'});
  shadow.append(area, inner);
  const button = Object.assign(document.createElement('button'), {textContent: 'go'});
  inner.attachShadow({mode: 'open'}).append(button);
  window.seen = {keys: [], clicks: 0, hovers: 0, visibility: [], shown: [], policy: 'strict'};
  try { seen.policy = new Function('return "loose"')(); } catch { /* The policy forbids it. */ }
  area.addEventListener('keydown', (event) => seen.keys.push((event.isTrusted ? '' : 'false ') + event.key));
  button.addEventListener('click', (event) => { if (event.isTrusted) seen.clicks += 1; });
  button.addEventListener('pointerenter', () => { seen.hovers += 1; });
  document.addEventListener('visibilitychange', () => {
    seen.visibility.push(document.visibilityState);
    if (document.hidden) navigator.sendBeacon('/hidden', 'x');
  });
  addEventListener('pageshow', (event) => seen.shown.push(event.persisted));
  console.log('written while loading', 'twice');
  setTimeout(() => { throw new TypeError('thrown while loading'); }, 0);
  Promise.reject(new RangeError('rejected while loading'));
</script></body></html>`;

const STRICT = "default-src 'none'; script-src 'nonce-page'; require-trusted-types-for 'script'; trusted-types 'none'";

/** Starts the site on the loopback. It answers every GET with one page; under /strict with a strict policy. */
export async function startSampleSite(): Promise<SampleSite> {
  const arrived: string[] = [];
  const server = createServer((request, response) => {
    arrived.push(`${request.method} ${request.url}`);
    request.resume();
    response.setHeader('content-type', 'text/html');
    if (request.url === '/strict') response.setHeader('content-security-policy', STRICT);
    response.end(request.method === 'GET' ? PAGE : '');
  });
  const gone = createServer();
  const [port, closedPort] = await Promise.all([listenAnywhere(server), listenAnywhere(gone)]);
  gone.close();
  return {
    origin: `http://127.0.0.1:${port}`,
    closedOrigin: `http://127.0.0.1:${closedPort}`,
    arrived,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

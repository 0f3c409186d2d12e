import {describe, expect, it} from 'vitest';
import {createCollector} from '../../src/collector/index.ts';
import {createReadGate, type GateCode} from '../../src/collector/read-gate.ts';
import {beaconOf, HOME, openCollector, postOf, turnOf} from './fixtures.ts';
import {alertStore} from './timeline.ts';

const TOKEN = 'a-token-of-24-characters';
const OTHER = 'another-one-of-the-same!';
const READ = ['/v1/summary', '/v1/summary?since=7d', '/v1/reports/routes', '/v1/reports/burn', '/metrics'];

/** Who is refused reaches no store. */
const NOTHING = {store: alertStore(() => []).store};

function ask(path: string, headers: Record<string, string> = {}, base = HOME): Request {
  return new Request(base + path, {headers});
}

describe('with tokens', () => {
  const cases: [name: string, headers: Record<string, string>, status: number, code?: GateCode][] = [
    ['a token', {authorization: `Bearer ${TOKEN}`}, 200],
    ['another of them', {authorization: `bearer  ${OTHER}`}, 200],
    ['nothing', {}, 401, 'no-token'],
    ['an empty header', {authorization: ''}, 401, 'no-token'],
    ['a scheme alone', {authorization: 'Bearer '}, 401, 'no-token'],
    ['the token without its scheme', {authorization: TOKEN}, 401, 'no-token'],
    ['another scheme', {authorization: `Basic ${btoa(`a:${TOKEN}`)}`}, 401, 'no-token'],
    ['two tokens', {authorization: `Bearer ${TOKEN} ${TOKEN}`}, 401, 'no-token'],
    ['the wrong one', {authorization: 'Bearer a-token-of-24-characterz'}, 401, 'wrong-token'],
    ['its beginning', {authorization: `Bearer ${TOKEN.slice(0, -1)}`}, 401, 'wrong-token'],
    ['more than it', {authorization: `Bearer ${TOKEN}x`}, 401, 'wrong-token'],
    ['it in capitals', {authorization: `Bearer ${TOKEN.toUpperCase()}`}, 401, 'wrong-token'],
    ['both at once', {authorization: `Bearer ${TOKEN},${OTHER}`}, 401, 'wrong-token'],
    ['a very long one', {authorization: `Bearer ${'x'.repeat(10_000)}`}, 401, 'wrong-token'],
    ['a cookie', {cookie: `token=${TOKEN}`}, 401, 'no-token'],
  ];

  it.each(cases)(
    '%s is answered as it should be, at every address and from everywhere',
    async (_, headers, status, code) => {
      const {collector} = await openCollector({readTokens: [TOKEN, OTHER], ...(status === 200 ? {} : NOTHING)});
      for (const base of [HOME, 'https://collector.example', 'http://localhost:1']) {
        for (const path of READ) {
          const response = await collector.handle(ask(path, headers, base));
          expect(response.status, `${base}${path}`).toBe(status);
          expect(response.headers.get('cache-control')).toBe('no-store');
          if (code === undefined) continue;
          expect(response.headers.get('www-authenticate')).toBe(
            code === 'no-token' ? 'Bearer realm="firstword"' : 'Bearer realm="firstword", error="invalid_token"',
          );
          const text = await response.text();
          expect(JSON.parse(text)).toMatchObject({error: {code}});
          expect(text).not.toContain(TOKEN.slice(0, 8));
        }
      }
    },
  );

  it('in the address it is not read', async () => {
    const {collector} = await openCollector({readTokens: [TOKEN]});
    expect((await collector.handle(ask(`/v1/summary?token=${TOKEN}&access_token=${TOKEN}`))).status).toBe(401);
  });

  it('turns are taken without one, and addresses that hold nothing are told to nobody', async () => {
    const {collector} = await openCollector({readTokens: [TOKEN]});
    expect((await collector.handle(postOf(beaconOf([turnOf(1)])))).status).toBe(200);
    expect((await collector.handle(ask('/v1/reports/none'))).status).toBe(404);
    expect((await collector.handle(new Request(`${HOME}/v1/summary`, {method: 'DELETE'}))).status).toBe(405);
  });

  it('a page of a known origin may ask whether it may send one; others may not', async () => {
    const {collector} = await openCollector({readTokens: [TOKEN], origins: ['https://shop.example']});
    const preflight = (origin: string) =>
      collector.handle(new Request(`${HOME}/v1/summary`, {method: 'OPTIONS', headers: {origin}}));
    const allowed = await preflight('https://shop.example');
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-headers')).toBe('authorization');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect((await preflight('https://evil.example')).status).toBe(403);
    const from = {origin: 'https://evil.example', authorization: `Bearer ${TOKEN}`};
    expect((await collector.handle(ask('/v1/summary', from))).status).toBe(403);
  });

  it.each(['', 'fifteen-letters', 'with a space in it!', 'ä-letter-that-headers-refuse', ' '.repeat(20)])(
    'none may be %j',
    (token) => {
      const {store} = alertStore(() => []);
      expect(() => createCollector({store, readTokens: [TOKEN, token]})).toThrow(
        'a reading token has at least 16 characters, none of them a space',
      );
    },
  );

  it('losses do not count who was turned away', async () => {
    const {collector} = await openCollector({readTokens: [TOKEN]});
    await collector.handle(ask('/v1/summary'));
    const summary = await collector.handle(ask('/v1/summary', {authorization: `Bearer ${TOKEN}`}));
    expect(await summary.json()).toMatchObject({losses: {refused: []}});
  });
});

describe('without tokens', () => {
  const here = [
    'http://127.0.0.1:3000',
    'http://localhost:3000',
    'http://[::1]:3000',
    'http://127.8.9.1',
    'http://LOCALHOST',
  ];
  const elsewhere = [
    'https://collector.example',
    'http://192.168.1.5:3000',
    'http://0.0.0.0:3000',
    'http://[::]',
    'http://[fe80::1]',
    'http://[::ffff:10.0.0.1]',
    'http://128.0.0.1',
    // names that a stranger can point at this machine
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'http://evil-localhost',
  ];

  it.each(here)('%s is this machine', async (base) => {
    const {collector} = await openCollector();
    for (const path of READ) expect((await collector.handle(ask(path, {}, base))).status).toBe(200);
  });

  it.each(elsewhere)('%s is not, and is told what to set', async (base) => {
    const {collector} = await openCollector(NOTHING);
    for (const path of READ) {
      const response = await collector.handle(ask(path, {authorization: `Bearer ${TOKEN}`}, base));
      expect(response.status).toBe(403);
      const {error} = (await response.json()) as {error: {code: string; message: string}}; // every refusal's shape
      expect(error.code).toBe('not-local');
      expect(error.message).toMatch(/own machine only.*FIRSTWORD_READ_TOKEN/);
    }
  });

  it('turns are taken from everywhere', async () => {
    const {collector} = await openCollector();
    const {body, headers} = postOf(beaconOf([turnOf(1)]));
    const init: RequestInit & {duplex: 'half'} = {method: 'POST', headers, body, duplex: 'half'};
    expect((await collector.handle(new Request('https://collector.example/v1/turns', init))).status).toBe(200);
  });

  it.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'])(
    'what a proxy passed on (%s) comes from somewhere else',
    async (name) => {
      const {collector} = await openCollector(NOTHING);
      expect((await collector.handle(ask('/v1/summary', {[name]: '127.0.0.1'}))).status).toBe(403);
    },
  );

  it('the server may know better, but only to refuse', async () => {
    const judge = (isLocal: boolean, base: string) =>
      createReadGate({tokens: [], isLocal: () => isLocal})(ask('/v1/summary', {}, base));
    expect(await judge(false, HOME)).toBe('not-local');
    expect(await judge(true, HOME)).toBeUndefined();
    expect(await judge(true, 'http://evil.example')).toBe('not-local');
  });
});

import {describe, expect, it} from 'vitest';
import {createAnswerHandler} from '../../src/server/index.ts';
import {createScriptedModel} from './scripted-model.ts';

const LISTED = 'https://shop.example';
const handler = createAnswerHandler({
  model: createScriptedModel(['Yes']).model,
  origins: [LISTED],
  observe: () => {},
});

const send = (method: string, headers: Record<string, string>) =>
  handler(
    new Request(method === 'GET' ? 'http://chat.test/chat?fw=hello' : 'http://chat.test/chat', {
      method,
      headers: {...headers, ...(method === 'POST' ? {'content-type': 'text/plain;charset=UTF-8'} : {})},
      ...(method === 'POST' ? {body: JSON.stringify({messages: [{role: 'user', content: '?'}]})} : {}),
    }),
  );

describe('an origin', () => {
  it.each<[string, string, Record<string, string>, number, string | null]>([
    ['listed', 'POST', {origin: LISTED}, 200, LISTED],
    ['listed', 'GET', {origin: LISTED}, 200, LISTED],
    ['listed', 'OPTIONS', {origin: LISTED}, 204, LISTED],
    ['listed, as browsers say it', 'POST', {origin: LISTED, 'sec-fetch-site': 'cross-site'}, 200, LISTED],
    ['of another port', 'POST', {origin: `${LISTED}:8443`}, 403, null],
    ['of another scheme', 'POST', {origin: 'http://shop.example'}, 403, null],
    ['that begins alike', 'POST', {origin: `${LISTED}.evil.test`}, 403, null],
    ['unknown', 'POST', {origin: 'https://evil.test'}, 403, null],
    ['unknown', 'GET', {origin: 'https://evil.test'}, 200, null],
    ['unknown', 'OPTIONS', {origin: 'https://evil.test'}, 403, null],
    ['that is hidden', 'POST', {origin: 'null'}, 403, null],
    ['of its own', 'POST', {origin: 'http://chat.test'}, 200, null],
    ['of its own behind TLS', 'POST', {origin: 'https://chat.test'}, 200, null],
    ['of its own behind a proxy', 'POST', {origin: 'https://www.test', 'sec-fetch-site': 'same-origin'}, 200, null],
    ['of a sibling', 'POST', {origin: 'http://chat.test', 'sec-fetch-site': 'same-site'}, 403, null],
    ['absent', 'POST', {}, 200, null],
    ['absent', 'OPTIONS', {}, 204, null],
    ['absent, from an address bar', 'POST', {'sec-fetch-site': 'none'}, 200, null],
    ["absent, from another site's page", 'POST', {'sec-fetch-site': 'cross-site'}, 403, null],
    ["absent, from a sibling's page", 'POST', {'sec-fetch-site': 'same-site'}, 403, null],
  ])('%s: %s', async (_, method, headers, status, allowed) => {
    const response = await send(method, headers);
    expect(response.status).toBe(status);
    expect(response.headers.get('access-control-allow-origin')).toBe(allowed);
    expect(response.headers.get('access-control-allow-credentials')).toBe(allowed ? 'true' : null);
    expect(response.headers.get('vary')).toBe('Origin');
    expect(response.headers.get('x-firstword')).toBe('1');
    if (status === 403) expect(await response.json()).toMatchObject({error: {code: 'origin', retryable: false}});
    else await response.body?.cancel();
  });

  it('is told by a preflight what it may send, for two hours', async () => {
    const headers = Object.fromEntries((await send('OPTIONS', {origin: LISTED})).headers);
    expect(headers).toMatchObject({
      'access-control-max-age': '7200',
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-allow-headers': expect.stringMatching(/content-type.*authorization.*idempotency-key/),
    });
  });

  it('that is listed may read the timings', async () => {
    const response = await send('POST', {origin: LISTED});
    expect(response.headers.get('timing-allow-origin')).toBe(LISTED);
    expect(response.headers.get('access-control-expose-headers')).toBe('Server-Timing, x-firstword');
    await response.body?.cancel();
  });
});

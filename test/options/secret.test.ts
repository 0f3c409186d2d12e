import {describe, expect, test} from 'vitest';
import {EARLY, type Options, readOptions, readTable} from '../../src/options/index.ts';
import {around, from} from './surroundings.ts';

/** Numbers that look random and are the same in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const random = createRandom(7);
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE62 = `${LETTERS}0123456789`;
const BASE64URL = `${BASE62}-_`;
const chars = (alphabet: string, count: number) =>
  Array.from({length: count}, () => alphabet[random(alphabet.length)]).join('');
const pick = <T>(items: readonly T[]) => items[random(items.length)] as T; // there is always one
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (payload: object) =>
  `${base64url({alg: pick(['HS256', 'RS256', 'ES256']), typ: 'JWT'})}.${base64url(payload)}.${chars(BASE64URL, pick([43, 86, 342]))}`;

/** Secrets of each shape, made of random characters: none was ever given out. */
const SECRETS: Readonly<Record<string, () => string>> = {
  OpenAI: () => `sk-${chars(BASE62, 20)}T3BlbkFJ${chars(BASE62, 20)}`,
  'OpenAI project': () => `sk-proj-${chars(BASE64URL, 74)}T3BlbkFJ${chars(BASE64URL, 74)}`,
  'OpenAI service account': () => `sk-svcacct-${chars(BASE64URL, 120)}`,
  Anthropic: () => `sk-ant-api03-${chars(BASE64URL, 93)}AA`,
  OpenRouter: () => `sk-or-v1-${chars('0123456789abcdef', 64)}`,
  DeepSeek: () => `sk-${chars('0123456789abcdef', 32)}`,
  Groq: () => `gsk_${chars(BASE62, 52)}`,
  Stripe: () => `${pick(['sk', 'rk'])}_${pick(['live', 'test'])}_${chars(BASE62, pick([24, 99]))}`,
  Google: () => `AIza${chars(BASE64URL, 35)}`,
  AWS: () => `AKIA${chars('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
  GitHub: () => `gh${pick([...'oprsu'])}_${chars(BASE62, 36)}`,
  Slack: () => `xox${pick([...'abp'])}-${chars('0123456789', 12)}-${chars('0123456789', 12)}-${chars(BASE62, 24)}`,
  Supabase: () =>
    jwt({iss: 'supabase', ref: chars(LETTERS, 18 + random(3)), role: 'service_role', iat: 1_700_000_000 + random(9)}),
  'a whole header': () => `Bearer ${pick([() => jwt({sub: '1'}), () => chars(BASE62, 40)])()}`,
};

/** Values that belong into a page. */
const INNOCENT: Readonly<Record<string, () => string>> = {
  'an endpoint': () =>
    `${pick(['', 'https://shop.example', 'https://ai.shop.example:8443', '//api.example'])}/${pick(['chat', 'api/v1/chat', 'sk-SK/chat', 'sk/ask-us', 'task-4711/run', 'runs/stream'])}${pick(['', `?shop=${chars(BASE62, 32)}`, '?lang=sk-SK', `?session=${chars(BASE64URL, 43)}`])}`,
  'a visitor’s signed token': () =>
    jwt({
      sub: chars(BASE62, 12 + random(30)),
      role: pick(['customer', 'service_agent', 'service', 'authenticated', 'anon', 'role_service', 'store_role']),
      email: `${chars(LETTERS, 8)}@shop.example`,
      exp: 1_800_000_000 + random(1_000_000),
      name: chars(BASE62, random(20)),
    }),
  'an opaque token': () => chars(pick([BASE62, BASE64URL, '0123456789abcdef']), 16 + random(120)),
  'a publishable key': () => `pk_${pick(['live', 'test'])}_${chars(BASE62, 24)}`,
  'a uuid': () =>
    `${chars('0123456789abcdef', 8)}-${chars('0123456789abcdef', 4)}-4${chars('0123456789abcdef', 3)}-a111-${chars('0123456789abcdef', 12)}`,
  'a product': () =>
    `${pick(['SK', 'sk', 'rk', 'xoxo', 'AKI', 'ASIA', 'ghost', 'gh', 'Bearer', 'AIR'])}-${pick([
      'lightweight-down-comforter-200x200',
      `${chars('0123456789', 13)}`,
      `${chars('0123456789', 18)}`,
      'hugs-and-kisses-for-you-2024',
      'PACIFIC-SUMMER-2024-SALE',
      `${chars('0123456789abcdef', 8)}-${chars('0123456789abcdef', 4)}-4abc-8def-${chars('0123456789abcdef', 12)}`,
      'matratze-härtegrad-3-90x200',
    ])}`,
  words: () =>
    pick([
      'Bearer of good news: we ship within two days.',
      'Bearer shares and how we hold them',
      'Ask us anything about sk-learn, hf or gpt-5',
      'How do I risk-free return_1234567890123456?',
      'task_1234567890abcdef1234 is your ticket',
      'Stuhl SK_4006381333931, weiß',
    ]),
  'page facts': () =>
    JSON.stringify({product: `sku_${chars(BASE62, 20)}`, page: pick(['cart', 'checkout']), total: random(10_000)}),
  'a site’s hash': () => `sha384-${chars(`${BASE62}+/`, 64)}`,
};

/** Reads one value as an option, and keeps the lines. */
function read(name: string, value: string): {options: Options; lines: string[]} {
  const lines: string[] = [];
  const given = {raw: from({[name]: value}), names: [name], around, early: EARLY, readTable};
  return {options: readOptions(given, (line) => lines.push(line)), lines};
}

describe('a secret key', () => {
  const {options: untouched} = read('theme', 'auto');

  test.each(Object.entries(SECRETS))('of %s is neither used nor printed, whatever the attribute', (_, make) => {
    for (let count = 0; count < 50; count++) {
      const secret = make();
      const places: [name: string, value: string][] = [
        ['userToken', secret],
        ['apiKey', secret],
        ['context', JSON.stringify({key: secret})],
        ['endpoint', `https://api.example/v1/chat?key=${secret}`],
        ['model', ` ${secret}`],
      ];
      for (const [name, value] of places) {
        const {options, lines} = read(name, value);
        expect(options, `${name}: ${secret}`).toEqual(untouched);
        expect(lines, `${name}: ${secret}`).toEqual([
          expect.stringMatching(/^data-[a-z-]+ looks like a secret key \(.{3}…\): not used\. Keep it on the server\.$/),
        ]);
        expect(lines[0]).not.toContain(secret.slice(0, 6));
      }
    }
  });

  test('names the attribute and what it looks like', () => {
    expect(read('userToken', `sk-ant-api03-${chars(BASE62, 40)}`).lines[0]).toContain('data-user-token looks like');
    expect(read('userToken', `sk-ant-api03-${chars(BASE62, 40)}`).lines[0]).toContain('(sk-…)');
  });

  test('leaves the other attributes alone', () => {
    const values = {userToken: `sk-${chars(BASE62, 48)}`, theme: 'dark', model: 'gpt-5'};
    const given = {raw: from(values), names: Object.keys(values), around, early: EARLY, readTable};
    const lines: string[] = [];
    expect(readOptions(given, (line) => lines.push(line))).toEqual({...untouched, theme: 'dark', model: 'gpt-5'});
    expect(lines).toHaveLength(1);
  });
});

test.each(Object.entries(INNOCENT))('%s is no secret, in 200 of them', (_, make) => {
  for (let count = 0; count < 200; count++) {
    const value = make();
    for (const name of ['userToken', 'model', 'greeting']) {
      const {options, lines} = read(name, value);
      expect(lines, value).toEqual([]);
      expect(options[name as 'userToken'], value).toBe(value.trim());
    }
  }
});

test('a long value takes no long time', () => {
  const startedMs = performance.now();
  for (const unit of ['sk-', 'sk_a1', 'eyJ', 'eyJ c2Vydm', 'Bearer ', 'xoxb-', 'a1', '-', 'gsk_abcdefghijklmno-']) {
    read('context', `"${unit.repeat(20_000)}!`);
  }
  expect(performance.now() - startedMs).toBeLessThan(5000);
});

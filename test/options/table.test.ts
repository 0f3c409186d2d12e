import {afterEach, describe, expect, test} from 'vitest';
import {
  createTable,
  EARLY,
  type EarlyOptions,
  kebab,
  type Options,
  type Raw,
  readOptions,
  readTable,
} from '../../src/options/index.ts';
import {around, from} from './surroundings.ts';

/** Every attribute that is documented, with its default; undefined where the default is made where it is used. */
const DOCUMENTED: Options = {
  endpoint: undefined,
  protocol: 'auto',
  credentials: 'same-origin',
  site: undefined,
  route: undefined,
  model: undefined,
  title: undefined,
  greeting: undefined,
  placeholder: undefined,
  disclaimer: undefined,
  suggestions: [],
  position: 'bottom-right',
  offset: '20px',
  zIndex: 2147483000,
  avoid: undefined,
  theme: 'auto',
  accent: undefined,
  language: 'auto',
  launcher: true,
  openSelector: undefined,
  open: false,
  container: undefined,
  load: 'idle',
  persist: 'session',
  consent: 'auto',
  gpc: 'off',
  budget: undefined,
  preset: undefined,
  deadline: undefined,
  fallback: ['faq', 'contact'],
  supportEmail: undefined,
  supportUrl: undefined,
  hedge: 'off',
  hedgeEndpoint: undefined,
  prefetch: undefined,
  linkHosts: [],
  imagePrefixes: [],
  faq: undefined,
  rum: 'off',
  rumSample: 1,
  analytics: ['none'],
  experiment: undefined,
  userToken: undefined,
  context: undefined,
};

/** What each attribute refuses; empty values are added where an attribute has no bare form. */
const BAD: {readonly [K in keyof Options]: readonly string[]} = {
  endpoint: [
    '',
    ' ',
    'http://',
    'ftp://shop.example/chat',
    'javascript:alert(1)',
    'data:text/plain,x',
    'https://user@shop.example/',
    'https://:secret@shop.example/',
    'https://[/',
    'http://shop.example:99999/',
  ],
  protocol: ['', 'AUTO', 'firstword ', 'open ai', 'http', 'sse', 'openai,ollama'],
  credentials: ['', 'true', 'Include', 'same origin', 'yes'],
  site: ['', ' ', 'Shop', '-shop', 'shop/1', 'shop example', 'läden', 'x'.repeat(254)],
  route: ['', 'order', '/order?id=1', '/order#top', '/ order', '/bestellungen/größe', '/%20', `/${'x'.repeat(64)}`],
  model: ['', ' ', '\n\t'],
  title: ['', ' ', '\u00a0'],
  greeting: ['', ' '],
  placeholder: ['', ' '],
  disclaimer: ['', ' '],
  suggestions: ['', '|', 'a||b', '[1]', '["a"', '[]x', '[null]', '["a", ""]', '[["a"]]', 'a| '],
  position: ['', 'bottom', 'right-bottom', 'BOTTOM-RIGHT', 'center', 'bottom right'],
  offset: ['', '-5px', '20', 'px', '20 px', 'calc(1px)', '20px;color:red', '20px}*{', 'auto', 'var(--x)'],
  zIndex: ['', 'auto', '1.5', '1e9', '99999999999', '--1', '0x10', '1 '],
  avoid: ['', '..', '#', 'a{', '>>'],
  theme: ['', 'Dark', 'system', 'black', 'auto '],
  accent: ['', '#12', 'rgb(1', '#12345g', 'red;x:1', '42'],
  language: ['', 'a', 'deutsch', 'de_DE', 'de-', 'en-x', 'de-verylongsubtag', 'de DE'],
  launcher: ['yes', 'no', '2', 'truee', ' true', 'null', '-'],
  openSelector: ['', '#', '.', 'a,,b'],
  open: ['yes', 'no', '10', 'open', ' '],
  container: ['', '#', '1a', '<div>'],
  load: ['', 'lazy', 'Idle', 'now', 'idle,intent'],
  persist: ['', 'true', 'Session', 'cookie', 'localStorage'],
  consent: ['', 'yes', 'true', 'Granted', 'unknown'],
  gpc: ['', 'on', 'true', 'first party'],
  budget: [
    '',
    '3s',
    'first-token',
    'first-token=',
    'first-token=fast',
    'complete=3s@95',
    'complete=3s@p',
    'complete=-1s',
    'First-Token=3s',
    'a=1s;b=2s',
    '=3s',
    'complete=3m',
  ],
  preset: ['', 'Chat', 'fast', 'voice'],
  deadline: ['', 'soft', 'soft=', 'hard=3s', 'soft=3s,first=4s', 'soft=soon', 'first=-1s'],
  fallback: ['', 'FAQ', 'faq,contact', 'retry', 'retry:', 'retry:Fast Lane', 'faq||contact', 'call us', '""', '"open'],
  supportEmail: [
    '',
    'help',
    'help@',
    '@shop.example',
    'a b@shop.example',
    'a@b@c',
    'help@shop.example?subject=x',
    '<help@shop.example>',
  ],
  supportUrl: ['', 'javascript:alert(1)', 'mailto:help@shop.example', 'https://', 'https://me:pw@shop.example/'],
  hedge: ['', 'on', 'yes', '-1s', 'auto 2s', '2 s', '2m'],
  hedgeEndpoint: ['', 'file:///etc/hosts', 'http://', 'blob:https://shop.example/1'],
  prefetch: ['', 'on', 'true', 'Warm', 'all'],
  linkHosts: ['', '|', '[1]', '{}|'.slice(2), 'a.example||b.example'],
  imagePrefixes: ['', '|', '[true]', '[', 'https://a.example/||'],
  faq: ['', 'javascript:1', 'https://', 'ftp://shop.example/faq.json'],
  rum: ['', 'on', 'none', 'OFF', 'ws://shop.example/', 'https://'].filter((raw) => !/^[a-zA-Z]+$/.test(raw)),
  rumSample: ['', '2', '-1', '1.1', '50%', 'half', '1e-1', '.', '0,5', 'NaN'],
  analytics: ['', 'GA4', 'ga4,gtm', 'google', 'ga4||gtm', '[1]', 'ga4 | gtm |'],
  experiment: ['', '   '],
  userToken: ['', '   '],
  context: ['', '{', 'undefined', "{'a':1}", 'null', `"${'x'.repeat(2047)}"`, `"${'é'.repeat(1100)}"`, 'NaN'],
};

/** What each attribute takes, and as what. */
const GOOD: {readonly [K in keyof Options]: readonly (readonly [raw: string, value: unknown])[]} = {
  endpoint: [
    ['/chat', 'https://shop.example/chat'],
    ['chat?x=1', 'https://shop.example/cart/chat?x=1'],
    ['//ai.example/v1', 'https://ai.example/v1'],
    ['http://127.0.0.1:3000/@me', 'http://127.0.0.1:3000/@me'],
  ],
  protocol: [
    ['ag-ui', 'ag-ui'],
    ['openai-responses', 'openai-responses'],
    ['text', 'text'],
  ],
  credentials: [
    ['include', 'include'],
    ['omit', 'omit'],
  ],
  site: [['shop-1.example', 'shop-1.example']],
  route: [
    ['/order/:id', '/order/:id'],
    ['/', '/'],
  ],
  model: [[' gpt-5 ', 'gpt-5']],
  title: [[' Fragen? ', 'Fragen?']],
  greeting: [['Hello, you!', 'Hello, you!']],
  placeholder: [['Ask', 'Ask']],
  disclaimer: [['AI can err.', 'AI can err.']],
  suggestions: [
    ['Where is it?|How much, in euros, is it?', ['Where is it?', 'How much, in euros, is it?']],
    ['["a|b, c", " d "]', ['a|b, c', 'd']],
    ['[]', []],
    ['One, two', ['One, two']],
    [JSON.stringify(['long'.repeat(600), 'b']), ['long'.repeat(600), 'b']],
  ],
  position: [['top-left', 'top-left']],
  offset: [
    ['2rem', '2rem'],
    ['0', '0'],
    ['5%', '5%'],
  ],
  zIndex: [
    ['10', 10],
    ['-1', -1],
    ['0', 0],
  ],
  avoid: [['#bar', '#bar']],
  theme: [['dark', 'dark']],
  accent: [
    ['#0a0', '#0a0'],
    ['rebeccapurple', 'rebeccapurple'],
  ],
  language: [
    ['de', 'de'],
    ['zh-Hant-TW', 'zh-Hant-TW'],
    ['auto', 'auto'],
  ],
  launcher: [
    ['false', false],
    ['off', false],
    ['0', false],
    ['', true],
    ['true', true],
  ],
  openSelector: [['.help', '.help']],
  open: [
    ['', true],
    ['true', true],
    ['on', true],
    ['1', true],
    ['ON', true],
    ['0', false],
  ],
  container: [['#chat', '#chat']],
  load: [
    ['intent', 'intent'],
    ['eager', 'eager'],
  ],
  persist: [
    ['local', 'local'],
    ['none', 'none'],
  ],
  consent: [
    ['required', 'required'],
    ['denied', 'denied'],
  ],
  gpc: [['first-party', 'first-party']],
  budget: [
    ['first-token=800ms complete=3s@p80,5s@p95', 'first-token=800ms complete=3s@p80,5s@p95'],
    ['complete=5s@p99.9', 'complete=5s@p99.9'],
  ],
  preset: [['chat', 'chat']],
  deadline: [['soft=1s first=3000 complete=9.5s', 'soft=1s first=3000 complete=9.5s']],
  fallback: [
    ['faq|retry:fast|"Please wait, or call."|contact', ['faq', 'retry:fast', '"Please wait, or call."', 'contact']],
    [`["'Bitte, warten'"]`, ["'Bitte, warten'"]],
  ],
  supportEmail: [['help@shop.example', 'help@shop.example']],
  supportUrl: [['/help', 'https://shop.example/help']],
  hedge: [
    ['auto', 'auto'],
    ['800ms', '800ms'],
    ['2s', '2s'],
  ],
  hedgeEndpoint: [['https://b.example/chat', 'https://b.example/chat']],
  prefetch: [
    ['off', 'off'],
    ['topics', 'topics'],
  ],
  linkHosts: [['a.example|b.example', ['a.example', 'b.example']]],
  imagePrefixes: [['["https://cdn.example/a,b/"]', ['https://cdn.example/a,b/']]],
  faq: [['/faq.json', 'https://shop.example/faq.json']],
  rum: [
    ['off', 'off'],
    ['/v1/turns', 'https://shop.example/v1/turns'],
  ],
  rumSample: [
    ['0.25', 0.25],
    ['.5', 0.5],
    ['0', 0],
    ['1', 1],
    ['1.0', 1],
  ],
  analytics: [
    ['ga4|gtm', ['ga4', 'gtm']],
    ['none', ['none']],
    ['["posthog"]', ['posthog']],
  ],
  experiment: [
    ['prefetch:on=0.95|off=0.05', 'prefetch:on=0.95|off=0.05'],
    ['prefetch:on=1; hedge:auto=0.5|off=0.5', 'prefetch:on=1; hedge:auto=0.5|off=0.5'],
    ['{"a":{"b":{"share":1}}}', '{"a":{"b":{"share":1}}}'],
  ],
  userToken: [['ey.jh', 'ey.jh']],
  context: [
    ['{"product":"sku-1"}', {product: 'sku-1'}],
    ['0', 0],
    ['false', false],
    ['[1,2]', [1, 2]],
  ],
};

const TABLE = createTable(EARLY);
// the keys of a literal of that type
const NAMES = Object.keys(DOCUMENTED) as (keyof Options)[];

/** Reads as the panel does, and keeps the lines. */
function read(values: Record<string, string>, raw: Raw = from(values)): {options: Options; lines: string[]} {
  const lines: string[] = [];
  const given = {raw, names: Object.keys(values), around, early: EARLY, readTable};
  return {options: readOptions(given, (line) => lines.push(line)), lines};
}

/** Reads as the loader does. */
const readEarly = (raw: Raw): EarlyOptions => readTable(EARLY, {raw, around});

test('the table has exactly the documented attributes, each with its documented default', () => {
  expect(Object.keys(TABLE).sort()).toEqual([...NAMES].sort());
  const {options, lines} = read({});
  expect(options).toEqual(DOCUMENTED);
  expect(lines).toEqual([]);
});

test('the early part is what must be known before the panel is there', () => {
  const early = [
    'endpoint',
    'launcher',
    'load',
    'open',
    'openSelector',
    'position',
    'offset',
    'zIndex',
    'avoid',
    'theme',
  ];
  expect(Object.keys(EARLY).sort()).toEqual([...early, 'accent', 'container', 'language', 'title'].sort());
});

describe('a good value', () => {
  const cases = NAMES.flatMap((name) => GOOD[name].map(([raw, value]) => ({name, raw, value})));
  test.each(cases)('$name: $raw is read, early and whole the same', ({name, raw, value}) => {
    const {options, lines} = read({[name]: raw});
    expect(options).toEqual({...DOCUMENTED, [name]: value});
    expect(lines).toEqual([]);
    const early = readEarly(from({[name]: raw}));
    expect({...options, ...early}).toEqual(options);
  });
});

describe('a bad value', () => {
  const cases = NAMES.flatMap((name) => BAD[name].map((raw) => ({name, raw})));

  test('is tried in over two hundred ways', () => {
    expect(cases.length).toBeGreaterThan(200);
    expect(new Set(cases.map(({name}) => name)).size).toBe(NAMES.length);
  });

  test.each(cases)('$name: $raw leaves the default, early and whole, with one line of three facts', ({name, raw}) => {
    const {options, lines} = read({[name]: raw});
    expect(options).toEqual(DOCUMENTED);
    expect({...options, ...readEarly(from({[name]: raw}))}).toEqual(DOCUMENTED);
    expect(lines).toHaveLength(1);
    const used = DOCUMENTED[name] === undefined ? 'none' : JSON.stringify(DOCUMENTED[name]);
    const [line = ''] = lines;
    expect(line.startsWith(`data-${kebab(name)}: read "${raw.slice(0, 60)}", expected `), line).toBe(true);
    expect(line.endsWith(`; using ${used}.`), line).toBe(true);
    expect(line, line).not.toMatch(/expected (undefined)?;/);
  });

  test('says what was expected: the words, or the kind of value', () => {
    expect(read({theme: 'Dark'}).lines).toEqual(['data-theme: read "Dark", expected auto, light, dark; using "auto".']);
    for (const bad of ['top', '1.5'])
      expect(read({zIndex: bad}).lines).toEqual([
        `data-z-index: read "${bad}", expected a whole number; using 2147483000.`,
      ]);
    expect(read({hedgeEndpoint: 'ftp://a/'}).lines[0]).toContain('expected an http(s) address; using none.');
  });

  test('is cut short in its line', () => {
    expect(read({theme: 'x'.repeat(5000)}).lines[0]?.length).toBeLessThan(200);
  });

  test('of one attribute leaves the others alone', () => {
    const {options, lines} = read({theme: 'blue', position: 'top-left', rumSample: 'all', persist: 'local'});
    expect(options).toEqual({...DOCUMENTED, position: 'top-left', persist: 'local'});
    expect(lines).toHaveLength(2);
  });

  test('takes no long time to be refused', () => {
    const startedMs = performance.now();
    for (const name of NAMES) {
      for (const unit of ['a', '1', '=', '|', 'a=1', 'a:b=1|', '.1', '"', ' ', 'soft=1s '])
        read({[name]: `${unit.repeat(2000)}!`});
    }
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });
});

describe('names', () => {
  test.each([
    ['apiUrl', 'endpoint', '/chat', 'https://shop.example/chat'],
    ['welcomeMessage', 'greeting', 'Hi', 'Hi'],
    ['accentColor', 'accent', '#0a0', '#0a0'],
    ['openOnLoad', 'open', '', true],
    ['defaultMessages', 'suggestions', 'a|b', ['a', 'b']],
    ['modalExampleQuestions', 'suggestions', '["a, b"]', ['a, b']],
    ['lang', 'language', 'de', 'de'],
  ] as const)('%s is understood as %s', (alias, name, raw, value) => {
    const {options, lines} = read({[alias]: raw});
    expect(options).toEqual({...DOCUMENTED, [name]: value});
    expect(lines).toEqual([]);
  });

  test('of our own go before the aliases', () => {
    expect(read({lang: 'fr', language: 'de'}).options.language).toBe('de');
  });

  test.each([
    ['endpont', 'endpoint'],
    ['endPoint', 'endpoint'],
    ['positon', 'position'],
    ['zindex', 'z-index'],
    ['sugestions', 'suggestions'],
    ['rumSampling', 'rum-sample'],
    ['openSelectors', 'open-selector'],
    ['langage', 'language'],
    ['presist', 'persist'],
    ['fallbacks', 'fallback'],
    ['usertoken', 'user-token'],
  ])('%s is unknown; data-%s is the nearest', (name, known) => {
    expect(read({[name]: 'x'}).lines).toEqual([`data-${kebab(name)} is not known. Did you mean data-${known}?`]);
  });

  test('get one line each, and those of other tools on the same tag none', () => {
    const lines = read({
      turboTrack: 'reload',
      astroReload: '',
      cfasync: 'false',
      firstword: '',
      themes: 'x',
      heading: 'x',
    }).lines;
    expect(lines).toHaveLength(2);
  });

  test('that objects have by birth are unknown like any other', () => {
    expect(read({constructor: 'x', toString: 'y', hasOwnProperty: 'z'}).lines).toHaveLength(3);
  });

  test('are written as attributes', () => {
    expect(['endpoint', 'zIndex', 'rumSample', 'supportEmail'].map(kebab)).toEqual([
      'endpoint',
      'z-index',
      'rum-sample',
      'support-email',
    ]);
  });
});

describe('a page that added to Object.prototype', () => {
  // the type of what any object inherits
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  const ADDED = ['extend', 'title', 'open', 'each', 'rum', 'lang'];

  afterEach(() => {
    for (const name of ADDED) delete prototype[name];
  });

  test('changes nothing, prints nothing and breaks nothing', () => {
    for (const name of ADDED) prototype[name] = () => 'polluted';
    const values: Record<string, string> = {endpoint: '/chat', theme: 'dark'};
    const inherited: Raw = (name) => values[name]; // as a tag's dataset hands out what its prototype has
    const {options, lines} = read(values, inherited);
    const early = readEarly(inherited);
    expect(options).toEqual({...DOCUMENTED, endpoint: 'https://shop.example/chat', theme: 'dark'});
    expect({...options, ...early}).toEqual(options);
    expect(Object.keys(options).sort()).toEqual([...NAMES].sort());
    expect(lines).toEqual([]);
  });
});

import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {type Analytics, createAnalytics, LOOK_AGAIN_MS, MAX_WAITING_EVENTS} from '../../src/rum/index.ts';
import {makeTurn} from './turns.ts';

/** A call that a target got: its name in `data-analytics`, how its method was called and on what. */
type Call = readonly [target: string, ...given: unknown[]];

const page = window as unknown as Record<string, unknown>;
const running: Analytics[] = [];
const DEADLINE: IdleDeadline = {didTimeout: false, timeRemaining: () => 10};
const lines: string[] = [];
let calls: Call[] = [];

/** What each target puts on a page, as its own snippet does: a function, or an object with a method. */
const STUBS: Readonly<Record<string, () => void>> = {
  ga4() {
    const layer: unknown[] = [];
    page['dataLayer'] = layer;
    page['gtag'] = function () {
      // biome-ignore lint/complexity/noArguments: Google's tag takes nothing else
      layer.push(arguments);
      // biome-ignore lint/complexity/noArguments: as above
      calls.push(['ga4', ...arguments]);
    };
  },
  gtm() {
    page['dataLayer'] = {push: (...given: unknown[]) => calls.push(['gtm', ...given])};
  },
  posthog: () => stub('posthog', 'posthog', 'capture'),
  segment: () => stub('segment', 'analytics', 'track'),
  plausible() {
    page['plausible'] = (...given: unknown[]) => calls.push(['plausible', ...given]);
  },
  amplitude: () => stub('amplitude', 'amplitude', 'track'),
  mixpanel: () => stub('mixpanel', 'mixpanel', 'track'),
};
const ORDER = ['ga4', 'gtm', 'posthog', 'segment', 'plausible', 'amplitude', 'mixpanel'];
const GLOBALS = [
  'gtag',
  'dataLayer',
  'google_tag_manager',
  'posthog',
  'analytics',
  'plausible',
  'amplitude',
  'mixpanel',
];

function stub(target: string, name: string, method: string): void {
  const owner = {
    [method](this: unknown, ...given: unknown[]) {
      if (this !== owner) throw new TypeError('Illegal invocation');
      calls.push([target, ...given]);
    },
  };
  page[name] = owner;
}

beforeEach(() => {
  vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
  // a page under test is busy: its idle moments are made here
  vi.spyOn(window, 'requestIdleCallback').mockImplementation((work) => window.setTimeout(work, 0, DEADLINE));
  vi.spyOn(window, 'cancelIdleCallback').mockImplementation((handle) => clearTimeout(handle));
});

afterEach(() => {
  for (const analytics of running.splice(0)) analytics.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  vi.restoreAllMocks();
  for (const name of GLOBALS) Reflect.deleteProperty(page, name);
  for (const name of ['globalPrivacyControl', 'doNotTrack']) Reflect.deleteProperty(navigator, name);
  document.body.replaceChildren();
  lines.length = 0;
  calls = [];
});

type Options = Parameters<typeof createAnalytics>[0];

function start(analytics: string, more: Partial<Options> = {}): Analytics {
  const started = createAnalytics({
    analytics: analytics.split('|'),
    consent: 'auto',
    route: '/checkout',
    onLine: (line) => lines.push(line),
    ...more,
  });
  running.push(started);
  return started;
}

/** Lets the page be idle, once. */
const idle = () => vi.advanceTimersToNextTimer();

/** Which target got which event, in order. */
const got = () => calls.map(([target, ...given]) => `${target} ${nameIn(given)}`);
const nameIn = ([first, second]: unknown[]) =>
  first === 'event' ? second : ((first as {event?: string} | undefined)?.event ?? first);

describe('each target is called as it is documented to be', () => {
  const record = makeTurn();
  const told = {turn_id: record.id, route: '/checkout', source: 'model', outcome: 'complete', ttft_ms: 301};

  test.each([
    ['ga4', ['event', 'firstword_turn', expect.objectContaining(told)]],
    ['gtm', [expect.objectContaining({event: 'firstword_turn', ...told})]],
    ['posthog', ['firstword_turn', expect.objectContaining(told)]],
    ['segment', ['firstword_turn', expect.objectContaining(told)]],
    ['plausible', ['firstword_turn', {props: expect.objectContaining({...told, ttft_ms: '301'}), interactive: false}]],
    ['amplitude', ['firstword_turn', expect.objectContaining(told)]],
    ['mixpanel', ['firstword_turn', expect.objectContaining(told)]],
  ])('%s', (name, given) => {
    STUBS[name]?.();
    start(name).take(record);
    expect(calls, 'not in the task of the turn').toEqual([]);
    idle();
    expect(calls).toEqual([[name, ...given]]);
    expect(lines).toEqual([]);
  });

  test('gtag gets its arguments, and not an array, into the data layer', () => {
    STUBS['ga4']?.();
    start('ga4').take(record);
    idle();
    const [entry] = page['dataLayer'] as unknown[];
    expect(Object.prototype.toString.call(entry)).toBe('[object Arguments]');
  });

  test('a data layer is not left with what an earlier turn told', () => {
    STUBS['gtm']?.();
    const analytics = start('gtm');
    analytics.take(makeTurn({fallback: {why: 'error', kind: 'faq'}}));
    analytics.take(record);
    analytics.opened();
    idle();
    const pushed = calls.map(([, entry]) => entry as Record<string, unknown>);
    expect(pushed.map(({fallback}) => fallback)).toEqual(['faq', undefined, undefined]);
    expect(pushed.map((entry) => 'fallback' in entry)).toEqual([true, true, true]);
    expect(pushed[2]).toMatchObject({
      event: 'firstword_open',
      route: '/checkout',
      turn_id: undefined,
      outcome: undefined,
    });
  });

  test('what one target does to its parameters is not seen by the next', () => {
    page['posthog'] = {
      capture: (_: string, given: Record<string, unknown>) => Object.assign(given, {outcome: 'changed'}),
    };
    STUBS['segment']?.();
    start('posthog|segment').take(record);
    idle();
    expect(calls).toEqual([['segment', 'firstword_turn', expect.objectContaining({outcome: 'complete'})]]);
  });
});

test('that the chat was opened, and what the visitor thinks of an answer, is told too', () => {
  STUBS['posthog']?.();
  const analytics = start('posthog', {arms: {prefetch: 'off'}});
  const record = makeTurn({class: 'order-status', source: 'cache', arms: {prefetch: 'off'}});
  analytics.opened();
  analytics.take(record);
  analytics.feedback(record.id, 'wrong');
  analytics.feedback('cd'.repeat(16), 'up');
  idle();
  const arm = 'prefetch=off';
  expect(calls.filter(([, event]) => event !== 'firstword_turn')).toEqual([
    ['posthog', 'firstword_open', {route: '/checkout', arm}],
    [
      'posthog',
      'firstword_feedback',
      {
        turn_id: record.id,
        feedback: 'wrong',
        route: '/checkout',
        prompt_class: 'order-status',
        source: 'cache',
        arm,
      },
    ],
    ['posthog', 'firstword_feedback', {turn_id: 'cd'.repeat(16), feedback: 'up', route: '/checkout', arm}],
  ]);
});

test('without a declared route it is the template of the path as it is by then', () => {
  STUBS['posthog']?.();
  const before = location.href;
  history.replaceState(null, '', '/orders/12345/return');
  start('posthog', {route: undefined}).opened();
  history.replaceState(null, '', before);
  idle();
  expect(calls).toEqual([['posthog', 'firstword_open', {route: '/orders/:id/return'}]]);
});

describe('auto', () => {
  test.each(ORDER.map((name, at) => [name, ORDER.slice(at)] as const))('finds %s before %j', (name, there) => {
    for (const each of there.toReversed()) STUBS[each]?.();
    start('auto').opened();
    idle();
    expect(got()).toEqual([`${name} firstword_open`]);
  });

  test.each([
    ['gtag beside a container', [{event: 'gtm.js', 'gtm.start': 1}, ['consent', 'default', {}]], undefined, 'gtm'],
    ['gtag beside a container that has loaded', [], {'GTM-ABC': {}, dataLayer: {}}, 'gtm'],
    [
      'a Google tag',
      [
        ['js', 1],
        ['config', 'G-ABC'],
      ],
      undefined,
      'ga4',
    ],
    ['a Google tag that has loaded', [['config', 'G-ABC']], {'G-ABC': {}, dataLayer: {}}, 'ga4'],
    ['a Google tag beside a container', [{event: 'gtm.js'}, ['config', 'G-ABC']], {'GTM-ABC': {}}, 'ga4'],
    ['gtag alone', [], undefined, 'ga4'],
    ['entries that are nothing', [null, undefined, 0, ''], null, 'ga4'],
  ])('calls the one that is meant where there is %s', (_, layer, loaded, name) => {
    const pushed: unknown[] = [...layer];
    page['dataLayer'] = pushed;
    if (loaded !== undefined) page['google_tag_manager'] = loaded;
    page['gtag'] = (...given: unknown[]) => pushed.push(given);
    start('auto').opened();
    idle();
    const [entry, ...more] = pushed.slice(layer.length);
    expect(more).toEqual([]); // once, through one of two doors to the same place
    if (name === 'ga4') expect(entry).toEqual(['event', 'firstword_open', {route: '/checkout'}]);
    else expect(entry).toMatchObject({event: 'firstword_open', route: '/checkout'});
  });

  test('stays with what it found for as long as that is there', () => {
    STUBS['posthog']?.();
    const analytics = start('auto');
    analytics.opened();
    idle();
    STUBS['ga4']?.();
    analytics.opened();
    idle();
    expect(got()).toEqual(['posthog firstword_open', 'posthog firstword_open']);
    Reflect.deleteProperty(page, 'posthog');
    analytics.opened();
    idle();
    expect(got().slice(2)).toEqual(['ga4 firstword_open']);
  });

  test('beside names finds one more, and never a second door to the same place', () => {
    for (const name of ORDER) STUBS[name]?.();
    start('gtm|auto|posthog|posthog').opened();
    idle();
    expect(got().sort()).toEqual(['gtm firstword_open', 'posthog firstword_open', 'segment firstword_open']);
  });
});

describe('several that are named', () => {
  test('get every event, each its own', () => {
    for (const name of ['mixpanel', 'plausible', 'segment']) STUBS[name]?.();
    start('segment|mixpanel|plausible').opened();
    idle();
    expect(got()).toEqual(['segment firstword_open', 'mixpanel firstword_open', 'plausible firstword_open']);
  });

  test.each(['none', 'none|posthog', 'posthog|none', 'matomo'])('get nothing with %s', (words) => {
    for (const name of ORDER) STUBS[name]?.();
    const analytics = start(words);
    analytics.opened();
    analytics.leave();
    expect(calls).toEqual([]);
  });
});

describe('a target that is not there yet', () => {
  test('gets what it missed in order when it appears, while others wait for nobody', () => {
    STUBS['segment']?.();
    const analytics = start('posthog|segment');
    analytics.opened();
    analytics.take(makeTurn());
    idle();
    expect(got()).toEqual(['segment firstword_open', 'segment firstword_turn']);
    vi.advanceTimersByTime(10_000);
    STUBS['posthog']?.();
    vi.advanceTimersByTime(10_000);
    expect(got().slice(2)).toEqual(['posthog firstword_open', 'posthog firstword_turn']);
    expect(lines).toEqual([]);
  });

  test(`gets the newest ${MAX_WAITING_EVENTS}`, () => {
    const analytics = start('mixpanel');
    const ids = Array.from({length: MAX_WAITING_EVENTS + 5}, () => {
      const record = makeTurn();
      analytics.take(record);
      return record.id;
    });
    idle();
    STUBS['mixpanel']?.();
    vi.advanceTimersByTime(1_100);
    expect(calls.map(([, , given]) => (given as {turn_id: string}).turn_id)).toEqual(ids.slice(5));
  });

  test('is looked for a few times, then said to be missing, and looked for again with the next event', () => {
    let looks = 0;
    Object.defineProperty(page, 'posthog', {configurable: true, get: () => void looks++});
    const analytics = start('posthog');
    analytics.opened();
    vi.advanceTimersByTime(LOOK_AGAIN_MS.reduce((sum, ms) => sum + ms, 0) + 1_000);
    expect(looks).toBe(LOOK_AGAIN_MS.length + 1);
    expect(vi.getTimerCount()).toBe(0);
    expect(lines).toEqual(['data-analytics: posthog is not on this page yet; the newest 20 events wait.']);
    Reflect.deleteProperty(page, 'posthog');
    STUBS['posthog']?.();
    analytics.feedback('ab'.repeat(16), 'up');
    idle();
    expect(got()).toEqual(['posthog firstword_open', 'posthog firstword_feedback']);
  });

  test('is looked for when the page is hidden', () => {
    const analytics = start('posthog');
    analytics.opened();
    idle();
    STUBS['posthog']?.();
    analytics.leave();
    expect(got()).toEqual(['posthog firstword_open']);
  });

  test('gets nothing any more once the chat is gone', () => {
    const analytics = start('posthog');
    analytics.opened();
    idle();
    analytics.stop();
    STUBS['posthog']?.();
    analytics.opened();
    analytics.leave();
    expect(vi.getTimerCount()).toBe(0);
    expect(calls).toEqual([]);
  });
});

describe('a turn that is open when the page goes', () => {
  const open = () => makeTurn({outcome: 'open', final: false, waited: 650.2, left: 'hidden'});

  test('is not told while the page is only hidden', () => {
    STUBS['posthog']?.();
    const analytics = start('posthog');
    const record = open();
    analytics.leave(record);
    expect(calls).toEqual([]);
    analytics.take({...record, outcome: 'complete'});
    idle();
    expect(calls).toEqual([['posthog', 'firstword_turn', expect.objectContaining({outcome: 'complete'})]]);
  });

  test('is told at once as open where the page may come back, and not again when it does', () => {
    STUBS['posthog']?.();
    const analytics = start('posthog');
    const record = open();
    analytics.leave(record);
    analytics.suspend();
    expect(calls).toEqual([
      ['posthog', 'firstword_turn', expect.objectContaining({turn_id: record.id, outcome: 'open', waited_ms: 650})],
    ]);
    analytics.take({...record, outcome: 'complete'});
    analytics.leave();
    analytics.suspend();
    idle();
    expect(calls).toHaveLength(1);
  });
});

describe('what analytics do wrong', () => {
  test('harms neither the page, nor other targets, nor the next event', () => {
    const thrown = [new Error('quota'), 'text', Object.create(null), undefined];
    page['posthog'] = {
      capture(event: string) {
        calls.push(['posthog', event]);
        throw thrown.shift();
      },
    };
    STUBS['segment']?.();
    const analytics = start('posthog|segment');
    for (let count = 0; count < 4; count++) analytics.opened();
    idle();
    expect(got().filter((each) => each.startsWith('posthog'))).toHaveLength(4);
    expect(got().filter((each) => each.startsWith('segment'))).toHaveLength(4);
    expect(lines).toEqual([
      'data-analytics: posthog threw: quota',
      'data-analytics: posthog threw: string',
      'data-analytics: posthog threw: object',
      'data-analytics: posthog threw: undefined',
    ]);
  });

  test('is not to be there: elements with such ids, values, methods that are none', () => {
    const form = document.createElement('form');
    form.id = 'analytics';
    const field = document.createElement('input');
    field.name = 'track';
    form.append(field);
    const link = document.createElement('a');
    link.id = 'plausible';
    document.body.append(form, link);
    expect(page['analytics']).toBe(form);
    Object.assign(page, {gtag: {}, dataLayer: 'none', posthog: {capture: 1}, amplitude: null, mixpanel: 0});
    const analytics = start(ORDER.join('|'));
    start('auto').opened();
    analytics.opened();
    vi.advanceTimersByTime(500);
    analytics.leave();
    expect(lines).toEqual([]);
  });

  test('is said when it is to throw as it is looked at', () => {
    Object.defineProperty(page, 'posthog', {
      configurable: true,
      get() {
        throw new Error('not yet');
      },
    });
    STUBS['segment']?.();
    start('posthog|segment').opened();
    idle();
    expect(got()).toEqual(['segment firstword_open']);
    expect(lines).toEqual(['data-analytics: posthog threw: not yet']);
  });
});

describe('consent', () => {
  const SIGNALS = [{}, {globalPrivacyControl: true}, {doNotTrack: '1'}] as const;

  function signal(signals: object): void {
    for (const [name, value] of Object.entries(signals)) {
      Object.defineProperty(navigator, name, {value, configurable: true});
    }
  }

  test.each(
    (['auto', 'granted', 'required', 'denied'] as const).flatMap((consent) =>
      SIGNALS.map((signals) => [consent, signals] as const),
    ),
  )('%s with %j', (consent, signals) => {
    signal(signals);
    STUBS['posthog']?.();
    const analytics = start('posthog', {consent});
    analytics.opened();
    idle();
    analytics.leave();
    const isSignalled = signals !== SIGNALS[0];
    expect(calls).toHaveLength(!isSignalled && (consent === 'auto' || consent === 'granted') ? 1 : 0);
    analytics.consent('granted');
    idle();
    const isHeard = !isSignalled && consent !== 'denied';
    expect(calls, 'what waited').toHaveLength(isHeard ? 1 : 0);
    analytics.opened();
    idle();
    expect(calls, 'after it was granted').toHaveLength(isSignalled ? 0 : isHeard ? 2 : 1);
    calls = [];
    analytics.consent('denied');
    analytics.opened();
    analytics.leave();
    expect(calls, 'after it was denied').toEqual([]);
  });

  test(`that is required keeps the newest ${MAX_WAITING_EVENTS} waiting without looking at anything`, () => {
    let looks = 0;
    Object.defineProperty(page, 'posthog', {configurable: true, get: () => void looks++});
    const analytics = start('posthog', {consent: 'required'});
    const ids = Array.from({length: MAX_WAITING_EVENTS + 3}, () => {
      const record = makeTurn();
      analytics.take(record);
      return record.id;
    });
    vi.advanceTimersByTime(600_000);
    analytics.leave();
    expect(looks).toBe(0);
    Reflect.deleteProperty(page, 'posthog');
    STUBS['posthog']?.();
    analytics.consent('granted');
    idle();
    expect(calls.map(([, , given]) => (given as {turn_id: string}).turn_id)).toEqual(ids.slice(3));
  });

  test('that is denied discards what waited', () => {
    STUBS['posthog']?.();
    const analytics = start('posthog', {consent: 'required'});
    analytics.opened();
    analytics.consent('denied');
    analytics.consent('granted');
    idle();
    expect(calls).toEqual([]);
  });

  test('is asked again at the moment of the call: a signal that came meanwhile counts', () => {
    STUBS['posthog']?.();
    start('posthog').opened();
    signal({globalPrivacyControl: true});
    idle();
    expect(calls).toEqual([]);
  });
});

test('nothing is loaded, requested, set or made on the page, whether there are analytics or not', () => {
  const spies = [
    vi.spyOn(window, 'fetch'),
    vi.spyOn(navigator, 'sendBeacon'),
    vi.spyOn(XMLHttpRequest.prototype, 'send'),
    vi.spyOn(document, 'createElement'),
    vi.spyOn(Storage.prototype, 'setItem'),
    vi.spyOn(document, 'cookie', 'set'),
  ];
  const namesBefore = Reflect.ownKeys(window);
  const scriptsBefore = [...document.scripts];
  const missing = start([...ORDER, 'auto'].join('|'));
  missing.opened();
  missing.take(makeTurn());
  vi.advanceTimersByTime(600_000);
  expect(Reflect.ownKeys(window)).toEqual(namesBefore);
  for (const name of ORDER) STUBS[name]?.();
  // what is there is called, and otherwise left as it is
  const owners = GLOBALS.map((name) => page[name]);
  for (const owner of owners) if (typeof owner === 'object' && owner && !Array.isArray(owner)) Object.freeze(owner);
  missing.feedback('ab'.repeat(16), 'down');
  idle();
  expect(calls.length).toBe(3 * ORDER.length);
  expect(GLOBALS.map((name) => page[name])).toEqual(owners);
  expect([...document.scripts]).toEqual(scriptsBefore);
  for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  expect(lines.filter((line) => line.includes('threw'))).toEqual([]);
});

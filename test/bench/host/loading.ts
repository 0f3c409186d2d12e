import {describeSpread, type Row} from '../render/figures.ts';
import type {Tag} from './checkout.ts';
import type {Vitals} from './in-page.ts';
import {describeMiddle, differ, middleOf, noiseOf} from './noise.ts';
import {approach, enter, type Street} from './visit.ts';

/** A task that is longer keeps a visitor waiting (Long Tasks API). */
const LONG_TASK_MS = 50;

/** What is less cannot be told from nothing: paints come at frames, and CPU time differs by some ms of collected garbage. */
const LEAST_MS = {lcpMs: 1000 / 60, blockingMs: 5};

/** With more noise than this, in ms, a difference that matters could hide in it. */
const MOST_NOISE_MS = {lcpMs: 50, blockingMs: 25};

/** What one visit was like. */
interface Visit extends Vitals {
  /** CPU time by which tasks exceeded 50 ms, from the first byte until the page had nothing left to do, in ms. */
  blockingMs: number;
}

/** How often the checkout is loaded, and with what. */
export interface LoadingOptions {
  repeatCount: number;
  /** What is compared with the page that has no script. */
  tag: Tag;
}

/**
 * Measures what the script tag does to a page that loads: the page without a script, the same again, and the page with
 * it, taking turns at who comes first. What the page differs by from itself is the noise; the script's difference must
 * be no greater.
 */
export async function measureLoading(street: Street, {repeatCount, tag}: LoadingOptions): Promise<Row[]> {
  const visits = {plain: [] as Visit[], again: [] as Visit[], tagged: [] as Visit[]};
  const arms = ['plain', 'again', 'tagged'] as const;
  for (let at = 0; at < repeatCount; at++) {
    for (let step = 0; step < arms.length; step++) {
      const arm = arms[(at + step) % arms.length] ?? 'plain';
      visits[arm].push(await visit(street, arm === 'tagged' ? tag : 'none'));
    }
  }
  const compare = (name: string, key: keyof typeof LEAST_MS): Row[] => {
    const [plain, again, tagged] = arms.map((arm) => visits[arm].map((each) => each[key])) as [
      number[],
      number[],
      number[],
    ]; // as many as arms
    const control = middleOf(differ(again, plain));
    const effect = middleOf(differ(tagged, plain));
    const noise = noiseOf(control);
    return [
      {
        name: `${name}, later with the script`,
        value: effect.median,
        limit: Math.max(noise, LEAST_MS[key]),
        unit: 'ms',
        detail: `${describeMiddle(effect)}; ${describeSpread(tagged)} against ${describeSpread(plain)} ms`,
      },
      {
        name: `${name}, noise: the same page without it`,
        value: noise,
        limit: MOST_NOISE_MS[key],
        unit: 'ms',
        detail: `${describeMiddle(control)} ms`,
      },
    ];
  };
  const shifts = visits.tagged.map(({clsScore}) => clsScore);
  return [
    ...compare('largest contentful paint', 'lcpMs'),
    ...compare('total blocking time, CPU', 'blockingMs'),
    {
      name: 'layout shift, with the script',
      value: Math.max(...shifts),
      limit: Math.max(...visits.plain.map(({clsScore}) => clsScore)),
      unit: 'score',
      detail: `the greatest of ${shifts.length} visits; the limit is that of the page without it`,
    },
  ];
}

async function visit(street: Street, tag: Tag): Promise<Visit> {
  const tab = await approach(street);
  const tasks = await tab.tasks(() => enter(tab, {checkout: street.checkout, tag}));
  const vitals = await tab.page.evaluate(() => window.probe.vitals());
  await tab.close();
  const blockingMs = tasks.reduce((sum, {cpuMs}) => sum + Math.max(0, cpuMs - LONG_TASK_MS), 0);
  return {...vitals, blockingMs};
}

/** Measures the longest that one task spends in our files before anybody came near, and what was asked for until then. */
export async function measureBeforeIntent(street: Street, {repeatCount, tag}: LoadingOptions): Promise<Row[]> {
  const longest: number[] = [];
  const further: string[] = [];
  for (let at = 0; at < repeatCount; at++) {
    const tab = await approach(street);
    const tasks = await tab.tasks(() => enter(tab, {checkout: street.checkout, tag}), 'scripts');
    await tab.close();
    longest.push(Math.max(...tasks.map((task) => task.spentInMs(isOurs))));
    further.push(...furtherRequests(street.checkout.takeRequests(), tag));
  }
  const worst = Math.max(...longest);
  return [
    {
      name: 'longest of one task in our files before intent',
      value: worst,
      limit: LONG_TASK_MS,
      unit: 'ms',
      detail: `${describeSpread(longest)} ms of CPU; the greatest counts`,
    },
    {
      name: 'requests before intent beside script and panel',
      value: further.length,
      limit: 0,
      unit: 'requests',
      detail: [...new Set(further)].join(', ') || `in ${repeatCount} visits`,
    },
  ];
}

const isOurs = (url: string) => /\/firstword[^/]*\.js/.test(url);

/** Finds what was asked of us beyond the script and, where it comes by itself, the panel, each once. */
function furtherRequests(requests: readonly string[], tag: Tag): string[] {
  const ours = requests.filter((request) => /firstword|chat/.test(request));
  for (const expected of [/^GET \/firstword\.js/, ...(tag === 'intent' ? [] : [/^GET \/firstword-panel-/])]) {
    const at = ours.findIndex((request) => expected.test(request));
    if (at >= 0) ours.splice(at, 1);
  }
  return ours;
}

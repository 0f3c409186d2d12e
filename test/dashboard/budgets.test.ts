import type {ComponentChildren, VNode} from 'preact';
import {describe, expect, it} from 'vitest';
import {BudgetsCard} from '../../src/dashboard/budgets.tsx';
import {formatBurn, formatSpan} from '../../src/dashboard/format.ts';
import type {BurnReport, KeptBudget} from '../../src/protocol/index.ts';

const AT = Date.UTC(2027, 0, 15, 9, 0);

const KEPT: KeptBudget = {
  kind: 'milestone',
  name: 'first-token',
  targetShare: 0.95,
  budget: {ms: 3000, mixed: false},
  verdict: 'attained',
  sure: true,
  figure: {state: 'firm', share: 0.95, count: 900, valueMs: 1400, lowMs: 1300, highMs: 1500},
  bad: {state: 'known', share: 0.02, lowShare: 0.012, highShare: 0.031, count: 900},
  badCount: 18,
  burn: {'5m': 0, '1h': 0.4, '3d': 2.25},
  left: {share: 0.6, overMs: 28 * 86_400_000},
  degraded: {state: 'known', share: 0.1, lowShare: 0.08, highShare: 0.12, count: 900},
  timeoutCount: 90,
  retryCount: 7,
};

const ALERT: BurnReport['alerts'][number] = {
  id: 'stage tools 0.95 powerful 1',
  state: 'firing',
  kind: 'stage',
  name: 'tools',
  targetShare: 0.95,
  budgetMs: 800,
  site: 'shop-eu',
  route: 'powerful',
  worst: {pageRoute: '/checkout', route: 'powerful', badCount: 40},
  sinceAt: AT,
  firedAt: AT + 60_000,
  rule: {longWindow: '1h', shortWindow: '5m', threshold: 14.4, longBurn: 16.02, shortBurn: 20, badCount: 40},
  untold: false,
};

/** Reads the words of a tree whose components have no state. */
function textOf(children: ComponentChildren): string {
  if (Array.isArray(children)) return children.map(textOf).join('');
  if (typeof children === 'string' || typeof children === 'number') return String(children).replaceAll('\u202f', ' ');
  if (typeof children !== 'object' || children === null) return '';
  const {type, props} = children as VNode<{children?: ComponentChildren}>; // the one other thing that children may be
  if (typeof type === 'function') return textOf(Reflect.apply(type, undefined, [props]));
  return `${textOf(props.children)}${type === 'li' || type === 'tr' || type === 'p' ? '\n' : ' '}`;
}

const draw = (report: Partial<BurnReport>) =>
  textOf(BudgetsCard({report: {budgets: [KEPT], alerts: [], watched: true, ...report}, nowAt: AT + 7_200_000})).replace(
    / +/g,
    ' ',
  );

describe('budgets', () => {
  it('stand with verdict, percentile, degraded and bad turns, burn, what is left, timeouts and retries', () => {
    expect(draw({})).toMatch(
      /first-token P95 within 3 s attained 1\.40 s .*1\.30 s to 1\.50 s 10 % .* 2\.0 % .* 18 turns 5m 0\.0× 30m – 1h 0\.4× 6h – 3d 2\.3× 60 % in 28 days 90 7/,
    );
  });

  it.each([
    [{verdict: 'missed'}, /missed 1\.40 s/],
    [{verdict: 'missed', sure: false}, /missed not for sure/],
    [{verdict: 'attained', sure: false}, /attained not for sure/],
    [{verdict: 'few', sure: false}, /n too small 1\.40 s/],
    [{left: {share: -1.5, overMs: 7_200_000}}, /spent 2\.5× in 2 hours/],
    [{budget: {ms: 800, mixed: true}}, /P95 within 800 ms \(most\)/],
    [{sinceAt: AT, worst: {route: 'powerful', badCount: 9}}, /burns since .*, most at powerful/],
  ] as const)('say %j', (change, words) => {
    expect(draw({budgets: [{...KEPT, ...change}]})).toMatch(words);
  });

  it('are none where no turn declares one', () => {
    expect(draw({budgets: []})).toContain('No turn of this time declares a budget.');
  });
});

describe('alerts', () => {
  it('that fire stand before the budgets, with what, where and since when; those that are over are folded away', () => {
    const over = {...ALERT, id: 'b', state: 'cleared', name: 'model', clearedAt: AT + 3_600_000} as const;
    const words = draw({alerts: [ALERT, over]});
    expect(words.indexOf('tools')).toBeLessThan(words.indexOf('first-token'));
    expect(words).toMatch(
      /Stage tools on powerful of shop-eu burns since .* P95 within 800 ms: used up 16\.0× in 1h and 20\.0× in 5m when it fired, 40 bad turns, most of them at \/checkout · powerful\./,
    );
    expect(words).toMatch(/1 earlier, over now Stage model on powerful of shop-eu burned from .* until /);
    expect(words).not.toContain('No alert fires.');
  });

  it('say where a webhook has not taken one', () => {
    expect(draw({alerts: [{...ALERT, untold: true}]})).toContain('. The webhook has not taken this yet.');
  });

  it('that are not looked for are not said to be none', () => {
    expect(draw({})).toContain('No alert fires.');
    expect(draw({watched: false})).toContain('This collector does not look for alerts.');
    expect(draw({watched: false})).not.toContain('No alert fires.');
  });
});

it('spans and rates keep the digits that mean something', () => {
  expect([20_000, 3_600_000, 5_400_000, 172_800_000, 2_419_200_000].map(formatSpan)).toEqual([
    ...['1 minute', '60 minutes', '2 hours', '2 days', '28 days'],
  ]);
  expect([0, 0.04, 14.44, 99.96].map(formatBurn)).toEqual(['0.0×', '0.0×', '14.4×', '100×']);
});

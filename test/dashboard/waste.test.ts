import type {ComponentChildren, VNode} from 'preact';
import {describe, expect, it} from 'vitest';
import {Waste} from '../../src/dashboard/waste.tsx';
import type {Figure, Summary, WasteSummary} from '../../src/protocol/index.ts';

const figure = (valueMs: number): Figure => ({
  ...{state: 'firm', share: 0.5, count: 900},
  valueMs,
  lowMs: valueMs - 100,
  highMs: valueMs + 100,
});

const WASTE: WasteSummary = {
  turnCount: 1000,
  extraPerTurn: 0.75,
  prefetch: {
    turnCount: 600,
    requestCount: 720,
    used: {state: 'known', share: 0.8, lowShare: 0.766, highShare: 0.83, count: 600},
    outcomes: [
      {name: 'used', count: 480, share: 0.8},
      {name: 'wasted', count: 120, share: 0.2},
    ],
    leadMs: 4200,
  },
  hedge: {attemptCount: 0, won: {state: 'none'}, deniedCount: 3},
};

/** Reads the words of a tree whose components have no state. */
function textOf(children: ComponentChildren): string {
  if (Array.isArray(children)) return children.map(textOf).join('');
  if (typeof children === 'string' || typeof children === 'number') return String(children).replaceAll('\u202f', ' ');
  if (typeof children !== 'object' || children === null) return '';
  const {type, props} = children as VNode<{children?: ComponentChildren}>; // the one other thing that children may be
  if (typeof type === 'function') return textOf(Reflect.apply(type, undefined, [props]));
  return `${textOf(props.children)}${type === 'dd' || type === 'p' ? '\n' : ' '}`;
}

const draw = (waste?: WasteSummary) => textOf(Waste({summary: {...(waste ? {waste} : {})} as Summary})); // it reads no other part

describe('what was done ahead and twice', () => {
  it('is told with what became of it', () => {
    const words = draw(WASTE);
    expect(words).toMatch(/Looked up ahead and used 80 %.*77 % to 83 %, n=600/);
    expect(words).toContain('Of 600 turns with requests ahead.');
    expect(words).toMatch(/Second attempts that won none made/);
    expect(words).toMatch(/Extra requests a turn 75 %/);
    expect(words).toMatch(/Asked for so long before 4\.20 s/);
    expect(words).toContain('used 480, for another question 120.');
    expect(words).not.toContain('Saved by it');
  });

  it('has what it saves where a holdback shows that, also where that is less than nothing', () => {
    const saving = {on: figure(500), off: figure(1200), savedMs: 700, lowMs: 500, highMs: 900};
    expect(draw({...WASTE, saving})).toMatch(/Saved by it 700 ms.*500 ms to 900 ms/);
    expect(draw({...WASTE, saving: {...saving, lowMs: -40}})).toMatch(/−40 ms to 900 ms/);
  });

  it('is not told where nothing was, nor by a collector that does not know', () => {
    expect(draw()).toBe('');
  });
});

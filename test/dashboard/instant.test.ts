import type {ComponentChildren, VNode} from 'preact';
import {describe, expect, it} from 'vitest';
import {Instant} from '../../src/dashboard/instant.tsx';
import type {InstantSummary, Proportion, Summary} from '../../src/protocol/index.ts';

const shareOf = (share: number, lowShare: number, highShare: number): Proportion => ({
  state: 'known',
  share,
  lowShare,
  highShare,
  count: 120,
});

const INSTANT: InstantSummary = {
  count: 1200,
  exact: shareOf(0.05, 0.038, 0.064),
  answerable: shareOf(0.4, 0.372, 0.428),
  matched: shareOf(0.3, 0.275, 0.327),
  right: shareOf(0.27, 0.246, 0.296),
  precision: shareOf(0.9, 0.867, 0.926),
};

/** Draws the section of a summary, and reads the words of each of its shares, and of the rest. */
function draw(instant?: InstantSummary) {
  const summary = {...(instant ? {instant} : {})} as Summary; // the section reads no other part
  const found: string[] = [];
  const rest = textOf(Instant({summary}), (words) => found.push(words));
  return {shares: found, rest};
}

/** Reads the words of a tree whose components have no state; `onShare` hears those of each share instead. */
function textOf(children: ComponentChildren, onShare: (words: string) => void): string {
  if (Array.isArray(children)) return children.map((child) => textOf(child, onShare)).join('');
  if (typeof children === 'string' || typeof children === 'number') return String(children).replaceAll('\u202f', ' ');
  if (typeof children !== 'object' || children === null) return '';
  const {type, props} = children as VNode<{children?: ComponentChildren}>; // the one other thing that children may be
  if (typeof type === 'function') return textOf(Reflect.apply(type, undefined, [props]), onShare);
  const words = textOf(props.children, onShare);
  if (type === 'div') onShare(words);
  return type === 'div' ? '' : words;
}

describe('what was answered at once', () => {
  it('is four shares and the precision, each with its interval, and with its bound where it is one', () => {
    const {shares, rest} = draw(INSTANT);
    expect(shares.map((words) => words.replace(/(n=\d+).*/, '$1'))).toEqual([
      'Exact repeats5.0 %95 % interval 3.8 % to 6.4 %, n=120',
      'Answerableat least 40 %95 % interval 37 % to 43 %, n=120',
      'Matched30 %95 % interval 28 % to 33 %, n=120',
      'Matched and rightat most 27 %95 % interval 25 % to 30 %, n=120',
      'Right, of the matchedat most 90 %95 % interval 87 % to 93 %, n=120',
    ]);
    expect(rest).toContain('Answered at once');
    expect(rest).toContain('(1,200)');
  });

  it('has no precision where nothing was', () => {
    const nothing = shareOf(0, 0, 0.03);
    const {shares} = draw({...INSTANT, matched: nothing, right: nothing, precision: {state: 'none'}});
    expect(shares[2]).toMatch(/^Matched0 %95 % interval 0 % to 3\.0 %/);
    expect(shares[4]).toMatch(/^Right, of the matchednothing matched/);
  });

  it('is not told where no FAQ was asked, nor by a collector that does not know', () => {
    expect(draw()).toEqual({shares: [], rest: ''});
  });
});

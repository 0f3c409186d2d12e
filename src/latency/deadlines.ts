import {type Budget, highest} from './budget.ts';
import {readTime} from './units.ts';

/** When something happens while an answer is waited for, in ms since the turn began: words, fallback, stop. */
export interface Deadlines {
  softMs: number;
  firstMs: number;
  completeMs: number;
}

/** The longest that nobody says anything, where the site declared no `soft` deadline. */
export const SOFT_MS = 1500;

/** The `first` deadline as a multiple of the first-token budget. */
export const FIRST_RATIO = 2;

/** The `complete` deadline as a multiple of the budget for a whole answer. */
export const COMPLETE_RATIO = 1.5;

const NAMES = ['soft', 'first', 'complete'] as const;

/**
 * Reads deadlines such as `soft=1s first=4s complete=12s`, in any order.
 *
 * What is not named follows from the budget's highest percentiles: `soft` is the first-token budget, SOFT_MS at most. It
 * gives way to what is named, so that soft is never after first, nor first after complete.
 *
 * @param text - Absent or empty: all have their defaults.
 * @returns The deadlines, or a sentence that says what is wrong.
 */
export function readDeadlines(text: string | undefined, budget: Budget): Deadlines | string {
  const named: {[K in (typeof NAMES)[number]]?: number} = {};
  for (const part of text?.match(/\S+/g) ?? []) {
    const [name, time = ''] = part.split('=');
    const known = NAMES.find((each) => each === name);
    if (!known) return `"${part.slice(0, 40)}" is not soft=time, first=time or complete=time`;
    const timeMs = readTime(time);
    if (!timeMs) return `"${part.slice(0, 40)}" has no such time`;
    named[known] = timeMs;
  }
  const {soft = 0, first = 0} = named;
  const firstTokenMs = Math.max(1, highest(budget.firstToken).ms);
  const completeMs = named.complete ?? Math.max(COMPLETE_RATIO * highest(budget.complete).ms, first, soft, 1);
  const firstMs = named.first ?? Math.max(Math.min(FIRST_RATIO * firstTokenMs, completeMs), soft);
  const softMs = named.soft ?? Math.min(firstTokenMs, SOFT_MS, firstMs);
  const declared = NAMES.filter((name) => named[name]);
  for (const [at, name] of declared.entries()) {
    const next = declared[at + 1];
    if (next && (named[name] ?? 0) > (named[next] ?? 0)) {
      return `${name} (${named[name]} ms) is later than ${next} (${named[next]} ms)`;
    }
  }
  return {softMs, firstMs, completeMs};
}

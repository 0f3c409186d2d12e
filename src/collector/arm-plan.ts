import type {ArmVerdict, DifferenceMs, ExperimentReport, SplitCheck} from '../protocol/index.ts';
import {chiSquareTail} from './chances.ts';

/** What was planned for an experiment before anybody looked: only then a verdict means what it says. */
export interface ExperimentPlan {
  /** When it began, epoch ms: earlier turns do not count. */
  fromAt: number;
  /** When it is decided: by its first so many ended turns, or by those that begin until `at`, epoch ms. */
  end: {kind: 'turns'; turnCount: number} | {kind: 'time'; at: number};
  /** How often somebody may look before that. Default: LOOK_COUNT. */
  lookCount?: number;
  /** The percentile that decides, 0.5, 0.95 or 0.99. Default: DECIDING_SHARE. */
  share?: number;
  /** Shares of the arms as the pages declare them, 0 to 1. Default: equal ones. */
  arms?: Readonly<Record<string, number>>;
  /** The arm that the others are held against. Default: `off` or `control` where there is one, else the first by name. */
  reference?: string;
}

/** How often somebody is taken to look at an experiment before it is decided: once a day for two weeks. */
export const LOOK_COUNT = 14;

/** The percentile that decides, unless the plan says another. */
export const DECIDING_SHARE = 0.95;

/** An experiment without any difference is found to have one as often as this, at most. */
export const FALSE_ALARM_SHARE = 0.05;

/** A difference counts where it is over this share of the reference, or over DECISIVE_MS. */
export const DECISIVE_SHARE = 0.05;

/** See DECISIVE_SHARE. */
export const DECISIVE_MS = 50;

/** A split that is less likely by chance is broken. */
const BROKEN_CHANCE = 0.001;

/** Fewer pages than that in an arm tell nothing of the split. */
const FEWEST_EXPECTED_COUNT = 5;

/** Checks how the pages fell to the arms. */
export function splitOf(options: {
  arms: readonly {arm: string; pageCount: number}[];
  plan: ExperimentPlan | undefined;
  isSampled: boolean;
}): SplitCheck {
  const {arms, plan, isSampled} = options;
  const declared = plan?.arms;
  const against = declared ? 'declared' : 'equal';
  const unknown = (words: string) => ({state: 'unknown', against, words}) as const;
  if (isSampled) return unknown('cannot be checked: of sampled pages only some are here');
  const total = arms.reduce((sum, {pageCount}) => sum + pageCount, 0);
  const names = new Set([...arms.map(({arm}) => arm), ...Object.keys(declared ?? {})]);
  if (names.size < 2) return unknown('there is one arm');
  const whole = Object.values(declared ?? {}).reduce((sum, share) => sum + share, 0);
  let distance = 0;
  for (const name of names) {
    const expected = total * (declared ? (declared[name] ?? 0) / whole : 1 / names.size);
    const found = arms.find(({arm}) => arm === name)?.pageCount ?? 0;
    if (expected === 0)
      return {state: 'broken', against, chance: 0, words: `assignment broken: ${name} was not declared`};
    if (expected < FEWEST_EXPECTED_COUNT) return unknown('too few pages to tell');
    distance += (found - expected) ** 2 / expected;
  }
  const chance = chiSquareTail(distance, names.size - 1);
  const meant = declared ? 'declared' : 'equal';
  if (chance >= BROKEN_CHANCE) return {state: 'fits', against, chance, words: `as with ${meant} shares`};
  const reserve = declared ? '' : '; where other shares are meant, the collector must be told';
  return {state: 'broken', against, chance, words: `assignment broken: too far from ${meant} shares${reserve}`};
}

/** Decides whether there is something to decide by: what was planned must have come, and the pages as they should. */
export function decisionOf(options: {
  plan: ExperimentPlan | undefined;
  turnCount: number;
  nowAt: number;
  isNarrowed: boolean;
  armCount: number;
  split: SplitCheck;
}): ExperimentReport['decision'] {
  const {plan, turnCount, nowAt, isNarrowed, armCount, split} = options;
  const undecided = (words: string) => ({state: 'undecided', words: `not decided yet: ${words}`}) as const;
  if (!plan) return undecided('the collector was not told how many turns are planned, or until when');
  if (isNarrowed) return undecided('this is only a part of the turns');
  if (armCount < 2) return undecided('there is one arm');
  const {end} = plan;
  if (end.kind === 'turns' && turnCount < end.turnCount) {
    return undecided(`${turnCount} of ${end.turnCount} planned turns`);
  }
  if (end.kind === 'time' && nowAt < end.at) return undecided(`planned until ${new Date(end.at).toISOString()}`);
  if (split.state === 'broken') return {state: 'broken', words: `no verdict: ${split.words}`};
  return {state: 'decided', words: 'decided as planned'};
}

/** What one deciding measure showed, and how well it is founded. */
export interface Measured {
  difference: DifferenceMs;
  /** What the reference takes, in ms; absent where nobody knows. */
  referenceMs: number | undefined;
  isFirm: boolean;
}

/** Puts two measures together: an arm that answers sooner and takes longer to help is not better. */
export function verdictOf(measured: {firstToken: Measured; task: Measured}): ArmVerdict {
  const firstToken = foundIn(measured.firstToken);
  const task = foundIn(measured.task);
  const found = [firstToken, task];
  const isFaster = found.includes('faster');
  const isSlower = found.includes('slower');
  const overall = isFaster && isSlower ? 'mixed' : isFaster ? 'better' : isSlower ? 'worse' : 'unclear';
  const words = `${OVERALL[overall]}: ${FOUND[firstToken]} to the first word, ${FOUND[task]} to the end of a task`;
  return {firstToken, task, overall, words};
}

const OVERALL = {better: 'better', worse: 'worse', mixed: 'not better', unclear: 'no winner'} as const;
const FOUND = {faster: 'faster', slower: 'slower', unclear: 'no clear difference', few: 'too few pages'} as const;

function foundIn({difference, referenceMs, isFirm}: Measured): ArmVerdict['task'] {
  if (difference.state === 'hidden' || !isFirm || referenceMs === undefined) return 'few';
  const {differenceMs, lowMs, highMs} = difference;
  const isLarge = Math.abs(differenceMs) > DECISIVE_MS || Math.abs(differenceMs) > DECISIVE_SHARE * referenceMs;
  if (!isLarge || (lowMs <= 0 && highMs >= 0)) return 'unclear';
  return differenceMs < 0 ? 'faster' : 'slower';
}

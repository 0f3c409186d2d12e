import type {TurnRecord} from 'firstword/latency';
import type {Draw} from './draw.ts';
import type {Course} from './turn-record.ts';
import {tenth, type Visit} from './visit.ts';

/** Half of the visitors wait longer than this for a first word, in ms; the hasty few do not. */
const PATIENCE_MS = {most: 24_000, hasty: 1500};

/** How a turn ends between a backend that works and a visitor who may not wait: the part of its record that says so. */
export type Ending = Pick<
  TurnRecord,
  'outcome' | 'final' | 't' | 'stages' | 'waited' | 'left' | 'hidden' | 'hid' | 'error' | 'fallback' | 'source' | 'fb'
>;

/**
 * Draws how a turn ends.
 *
 * @param options.leftMs - How long ago it began: one that would go on longer is still open.
 */
export function endingOf(draw: Draw, options: {course: Course; visit: Visit; leftMs: number}): Ending {
  const {course, visit, leftMs} = options;
  const patienceMs = draw.waitMs(draw.chance(0.06) ? PATIENCE_MS.hasty : PATIENCE_MS.most, 0.8);
  const fate = draw.share();
  const isPhone = visit.page.device === 'mobile';
  const hideMs = isPhone && draw.chance(0.05) ? draw.between(50, 1.3 * course.endMs) : Number.POSITIVE_INFINITY;
  const isModel = course.source !== 'faq';
  if (isModel && fate < 0.006) return failed(draw, course);
  if (fate > 0.9985) return {outcome: 'offline', final: true, t: {}, waited: tenth(draw.between(20, 400))};
  if (patienceMs < course.firstMs) return abandoned({course, atMs: patienceMs, hides: isPhone && draw.chance(0.7)});
  if (leftMs < course.endMs) return snapshot(course, leftMs);
  if (isModel && draw.chance(0.003)) return snapshot(course, draw.between(20, course.endMs)); // the browser was killed
  if (isModel && fate < 0.011) return stopped(course, draw.between(course.firstMs, course.endMs));
  return completed(draw, {course, hideMs});
}

function completed(draw: Draw, {course, hideMs}: {course: Course; hideMs: number}): Ending {
  const {t, stages, source, firstMs, endMs} = course;
  const verdict = draw.chance(0.06) ? {fb: draw.pick({up: 70, down: 20, wrong: 10} as const)} : {};
  const whole = {outcome: 'complete', final: true, ...given({stages, source}), ...verdict} as const;
  if (hideMs >= endMs) return {...whole, t};
  // what nobody saw has no paint
  const {paint: _, ...unseen} = t;
  return {...whole, t: hideMs < firstMs ? unseen : t, hid: tenth(hideMs), hidden: tenth(draw.waitMs(9000, 1))};
}

function abandoned({course, atMs, hides}: {course: Course; atMs: number; hides: boolean}): Ending {
  const left = hides ? ({left: 'hidden', hid: tenth(atMs), hidden: 2000} as const) : ({left: 'pagehide'} as const);
  return {outcome: 'abandoned', final: true, ...upTo(course, atMs), waited: tenth(atMs), ...left};
}

function stopped(course: Course, atMs: number): Ending {
  return {outcome: 'stopped', final: true, ...upTo(course, atMs), source: 'model', waited: tenth(atMs), left: 'stop'};
}

function snapshot(course: Course, atMs: number): Ending {
  const waited = tenth(Math.max(1, atMs));
  return {outcome: 'open', final: false, ...upTo(course, waited), waited, left: 'hidden', hid: waited};
}

function failed(draw: Draw, course: Course): Ending {
  const error = draw.pick({'http-5xx': 40, network: 25, 'http-429': 15, 'stream-cut': 12, timeout: 8} as const);
  const waited = tenth(draw.between(80, course.endMs));
  const failure = {...upTo(course, Math.min(waited, course.firstMs - 1)), error};
  if (!draw.chance(0.4)) return {outcome: 'error', final: true, ...failure, waited};
  const paint = tenth(waited + 20);
  const t = {...failure.t, token: waited, paint, last: paint, done: tenth(paint + 2)};
  const fallback = {why: 'error', kind: draw.pick({faq: 60, contact: 40} as const), at: waited} as const;
  return {outcome: 'fallback', final: true, ...failure, t, source: 'fallback', fallback};
}

/** What of a turn had been reached, or had ended, by then. */
function upTo({t, stages}: Course, atMs: number): Pick<Ending, 't' | 'stages'> {
  const reached = Object.entries(t).filter(([, ms]) => ms <= atMs);
  const ended = stages?.filter(({at = 0, ms}) => at + ms <= atMs);
  return {t: Object.fromEntries(reached), ...(ended && ended.length > 0 ? {stages: ended} : {})};
}

/** Leaves out what is undefined: a record has no such value. */
function given<Part extends object>(part: Part): {[Name in keyof Part]?: Exclude<Part[Name], undefined>} {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Part]?: Exclude<Part[Name], undefined>;
  }; // the same, less those
}

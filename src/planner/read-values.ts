import {readPercentile, readTime} from '../latency/index.ts';
import type {PlannedHedge, Quantile, Times} from './plan.ts';
import {logNormalAt, spread} from './times.ts';

/** What is wrong with a plan that was written down: its message is a sentence's part that says where and what. */
export class PlanFault extends Error {}

/** A JSON object with the place where it stands, for whoever has to find what is wrong with it. */
export interface Written {
  place: string;
  fields: Readonly<Record<string, unknown>>;
}

const PERCENTILE_KEY = /^p\d/;

/**
 * Takes a value for an object with known keys.
 *
 * @param options.keys - Those that it may have; undefined: any.
 * @throws PlanFault when it is none, or has another one.
 */
export function readObject(value: unknown, {place, keys}: {place: string; keys?: readonly string[]}): Written {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new PlanFault(`${place} is no JSON object`);
  const fields = value as Record<string, unknown>; // every object has fields of something
  if (keys) {
    const stranger = Object.keys(fields).find((key) => !keys.includes(key) && !PERCENTILE_KEY.test(key));
    if (stranger !== undefined) {
      throw new PlanFault(`${place} has "${cut(stranger)}"; it may have ${keys.join(', ')}`);
    }
  }
  return {place, fields};
}

/** Reads a number from 0 to 1, or `undefined` where there is none. @throws PlanFault */
export function readShare({place, fields}: Written, key: string): number | undefined {
  const value = fields[key];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw new PlanFault(`${place}.${key} is no share from 0 to 1`);
}

/** Reads a share that must be there. @throws PlanFault */
export function needShare(written: Written, key: string): number {
  const share = readShare(written, key);
  if (share === undefined) throw new PlanFault(`${written.place} has no ${key}`);
  return share;
}

/** Reads a time such as `"400ms"`, in ms. @throws PlanFault */
export function readMs({place, fields}: Written, key: string): number | undefined {
  const value = fields[key];
  if (value === undefined) return undefined;
  const ms = typeof value === 'string' || typeof value === 'number' ? readTime(String(value)) : undefined;
  if (ms === undefined) throw new PlanFault(`${place}.${key} is no time such as "400ms" or "3s"`);
  return ms;
}

/** Reads a list of names, all of them known. @throws PlanFault */
export function readNames({place, fields}: Written, {key, known}: {key: string; known: readonly string[]}): string[] {
  const value = fields[key];
  if (!Array.isArray(value) || value.length === 0) throw new PlanFault(`${place}.${key} is no list of stage names`);
  return value.map((name: unknown) => {
    if (typeof name === 'string' && known.includes(name)) return name;
    throw new PlanFault(`${place}.${key} names "${cut(String(name))}", which is no stage`);
  });
}

/**
 * Reads how long something takes: a time that is always the same, or an object with percentiles such as
 * `{"p50": "400ms", "p99": "3.2s"}`; with one of them the tail is assumed.
 *
 * @returns The times, with the one percentile where there is one alone; undefined for an object without any.
 * @throws PlanFault
 */
export function readTimes(
  value: unknown,
  {place, tailRatio}: {place: string; tailRatio: number},
): {times: Times; anchor?: Quantile} | undefined {
  if (typeof value === 'string' || typeof value === 'number') {
    const ms = readTime(String(value));
    if (ms === undefined) throw new PlanFault(`${place} is no time such as "400ms" or "3s"`);
    return {times: {kind: 'constant', ms}};
  }
  const written = readObject(value, {place});
  const quantiles = Object.keys(written.fields)
    .filter((key) => PERCENTILE_KEY.test(key))
    .map((key): Quantile => {
      const share = readPercentile(key);
      const ms = readMs(written, key);
      if (share === undefined || !ms)
        throw new PlanFault(`${place}.${key} is no time above 0 at a percentile such as p50 or p99`);
      return {share, ms};
    })
    .sort((a, b) => a.share - b.share);
  const [only] = quantiles;
  if (!only) return undefined;
  if (quantiles.length === 1) return {times: logNormalAt(only, tailRatio), anchor: only};
  const falls = quantiles.some(({ms}, at) => ms < (quantiles[at - 1]?.ms ?? 0));
  if (falls) throw new PlanFault(`${place} has a percentile that is below a lower one`);
  return {times: spread(quantiles)};
}

/** Reads times that must be there. @throws PlanFault */
export function needTimes(value: unknown, options: {place: string; tailRatio: number}): Times {
  const read = value === undefined ? undefined : readTimes(value, options);
  if (!read) throw new PlanFault(`${options.place} has no times such as {"p50": "400ms", "p99": "3.2s"}`);
  return read.times;
}

/** Reads a second try: `"p95"`, `"1.2s"`, or an object with `after` and `correlation`. @throws PlanFault */
export function readHedge(value: unknown, place: string): PlannedHedge {
  const isPlain = typeof value === 'string' || typeof value === 'number';
  const written = readObject(isPlain ? {after: value} : value, {place, keys: ['after', 'correlation']});
  const after = String(written.fields['after']);
  const share = readPercentile(after);
  const ms = readTime(after);
  if (share === undefined && ms === undefined)
    throw new PlanFault(`${place} begins after no time and no percentile such as p95`);
  return {
    after: share === undefined ? {kind: 'time', ms: ms ?? 0} : {kind: 'percentile', share},
    correlation: readShare(written, 'correlation') ?? 0,
  };
}

/** Cuts what is quoted short. */
export const cut = (text: string): string => text.slice(0, 40);

import type {TurnRecord} from 'firstword/latency';
import type {BeaconBatch} from 'firstword/protocol';
import {drawWork, type Work} from './backend-work.ts';
import {createDraw, type Draw} from './draw.ts';
import type {TrafficPlan} from './plan.ts';
import {budgetsOf, courseOf} from './turn-record.ts';
import {drawVisit, tenth, type Visit} from './visit.ts';
import {endingOf} from './visitor.ts';

/** The site that simulated turns name: all that a collector counts apart begin so. */
export const SIMULATED_SITE = 'simulated-shop';

/** Between two questions of a page view, in ms. */
const BETWEEN_MS = 38_000;

/**
 * Simulates the turns of a shop, page view by page view: batches as a page would send them. The same seed and plan give
 * the same, to the last digit. `age` is counted from the plan's end, which is when they are meant to be sent.
 *
 * @param seed - Any whole number.
 */
export function* simulateTurns(seed: number, plan: TrafficPlan): Generator<BeaconBatch, void> {
  const draw = createDraw(seed);
  let leftCount = plan.turnCount;
  while (leftCount > 0) {
    const visit = drawVisit(draw);
    const turns = turnsOf(draw, {visit, plan}).slice(0, leftCount);
    if (turns.length === 0) continue; // of a view that is not sampled, and in which nothing went wrong
    leftCount -= turns.length;
    yield {
      v: 1,
      sdk: 'simulated',
      site: SIMULATED_SITE,
      consent: 'not-required',
      ...(draw.chance(0.004) ? {dropped: 1} : {}),
      page: visit.page,
      turns,
    };
  }
}

function turnsOf(draw: Draw, {visit, plan}: {visit: Visit; plan: TrafficPlan}): TurnRecord[] {
  const turns: TurnRecord[] = [];
  let agoMs = drawMoment(draw, plan.spanMs);
  for (let n = 1, task = 1; n <= 6 && agoMs > 0; n++) {
    const incident = plan.incidents.find(({beginsAgoMs, endsAgoMs}) => agoMs <= beginsAgoMs && agoMs > endsAgoMs);
    const again = n > 1 && draw.chance(0.12) ? draw.pick({rephrase: 70, rejected: 30} as const) : undefined;
    if (n > 1 && !again && draw.chance(0.6)) task += 1;
    const work = drawWork(draw, {visit, incident: incident?.name});
    const turn = turnOf(draw, {visit, work, agoMs});
    const record: TurnRecord = {...turn, n, task, ...(again ? {again} : {})};
    const isBad = record.over !== undefined || !['complete', 'open'].includes(record.outcome);
    if (isBad) turns.push(record);
    else if (visit.weight !== undefined) turns.push(visit.weight === 1 ? record : {...record, w: visit.weight});
    if (record.outcome === 'abandoned' || record.outcome === 'open' || draw.chance(0.55)) break;
    agoMs -= Math.round(draw.waitMs(BETWEEN_MS, 0.7)) + (record.t.done ?? 0);
  }
  return turns;
}

function turnOf(draw: Draw, options: {visit: Visit; work: Work; agoMs: number}): TurnRecord {
  const {visit, work, agoMs} = options;
  const course = courseOf(draw, {work, visit});
  const ending = endingOf(draw, {course, visit, leftMs: agoMs});
  const {cache, stream, silence, speed} = course;
  const isWhole = ending.outcome === 'complete';
  const wasAsked = ending.outcome !== 'offline' && work.source !== 'faq';
  return {
    id: draw.hex(32),
    rev: ending.final ? 2 : 1,
    age: tenth(agoMs),
    ...ending,
    ...budgetsOf(ending),
    class: work.class,
    arms: {prefetch: visit.arm},
    lang: 'en',
    ...(draw.chance(0.4) ? {inp: tenth(draw.waitMs(32, 0.5)), busy: tenth(draw.waitMs(9, 1))} : {}),
    ...(isWhole || ending.fallback ? {cache: cache ?? {hit: 'none'}} : {}),
    ...(isWhole ? {speed: speed ?? 0, silence: silence ?? 0} : {}),
    ...(wasAsked ? {route: work.route, model: work.route, proto: 'firstword' as const} : {}),
    ...(wasAsked && isWhole && stream ? {stream} : {}),
    ...(wasAsked && work.isCold ? {cold: true} : {}),
    ...(wasAsked && work.hedge && work.source === 'model' ? {hedge: work.hedge} : {}),
    ...(work.prefetch ? {prefetch: prefetchOf(draw, work.prefetch)} : {}),
  };
}

function prefetchOf(draw: Draw, r: NonNullable<Work['prefetch']>): NonNullable<TurnRecord['prefetch']> {
  return {r, count: draw.chance(0.2) ? 2 : 1, ...(r === 'used' ? {lead: tenth(draw.waitMs(2600, 0.6))} : {})};
}

/** A shop's day: three times as many visitors at the height of it as at its bottom, twelve hours away. */
function drawMoment(draw: Draw, spanMs: number): number {
  for (;;) {
    const agoMs = draw.share() * spanMs;
    if (draw.share() < 0.67 + 0.33 * Math.cos((2 * Math.PI * agoMs) / 86_400_000)) return Math.ceil(agoMs);
  }
}

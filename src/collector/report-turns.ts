import type {Milestone, TurnRecord} from '../latency/index.ts';
import {isSimulated, type PlacedStage, type TurnDetail, type TurnsReport} from '../protocol/index.ts';
import type {TurnsReading} from './turns-reading.ts';

/** Lays out the newest turns for drawing. */
export function turnsOf({rows}: TurnsReading): TurnsReport {
  return {turns: rows.map(detailOf)};
}

function detailOf(row: TurnsReading['rows'][number]): TurnDetail {
  const {id, turnAt, site, outcome, record, pageRoute, device, net} = row;
  const milestones = milestonesOf(record.t);
  const stages = (record.stages ?? []).map(placedStage);
  const endsMs = [...stages.map(({atMs = 0, ms}) => atMs + ms), ...milestones.map(({ms}) => ms)];
  return {
    id,
    turnAt,
    site,
    simulated: isSimulated(site),
    page: {
      ...(pageRoute === undefined ? {} : {route: pageRoute}),
      ...(device === undefined ? {} : {device}),
      ...(net === undefined ? {} : {net}),
    },
    outcome,
    wholeMs: Math.max(record.waited ?? 0, 1, ...endsMs),
    milestones,
    stages,
    record,
  };
}

function milestonesOf(t: TurnRecord['t']): TurnDetail['milestones'] {
  return (Object.entries(t) as [Milestone, number][]) // the schema knows no other names
    .map(([name, ms]) => ({name, ms}))
    .toSorted((a, b) => a.ms - b.ms);
}

function placedStage({s, ms, at, b, st, src}: NonNullable<TurnRecord['stages']>[number]): PlacedStage {
  return {
    stage: s,
    ms,
    ...(at === undefined ? {} : {atMs: at}),
    ...(b === undefined ? {} : {budgetMs: b}),
    over: b !== undefined && ms > b,
    ...(st ? {state: st} : {}),
    ...(src ? {from: src} : {}),
  };
}

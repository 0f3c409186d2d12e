import type {Milestone, TurnRecord} from '../latency/index.ts';
import type {TurnDetail} from '../protocol/index.ts';
import {formatCount, formatMs} from './format.ts';

/** The instants of a turn, in words. */
export const MILESTONE_WORDS: Readonly<Record<Milestone, string>> = {
  echo: 'question shown',
  sent: 'sent',
  headers: 'headers',
  byte: 'first byte',
  status: 'status shown',
  token: 'first token',
  paint: 'first word shown',
  last: 'last word shown',
  done: 'done',
};

/** Where the time of a stage comes from, in words. */
export const FROM_WORDS = {
  client: 'measured in the page',
  header: 'told in the headers',
  stream: 'told in the stream',
  derived: 'what the others leave',
} as const;

const VERDICTS: Readonly<Record<NonNullable<NonNullable<TurnRecord['stream']>['verdict']>, string>> = {
  streamed: 'came as it was made',
  buffered: 'was held back on its way and let go at once',
  chunked: 'was held back on its way and let go in parts',
  single: 'came at once',
  unknown: 'came in a way that cannot be told',
};

const HEDGES: Readonly<Record<NonNullable<TurnRecord['hedge']>['won'], string>> = {
  primary: 'the first one won',
  hedge: 'it won',
  none: 'neither gave an answer',
  denied: 'not made: it would have been one too many',
};

const AHEAD: Readonly<Record<NonNullable<TurnRecord['prefetch']>['r'], string>> = {
  used: 'used',
  late: 'not there in time',
  wasted: 'for another question',
  cancelled: 'taken back',
  failed: 'failed',
};

const WHY: Readonly<Record<NonNullable<TurnRecord['fallback']>['why'], string>> = {
  'deadline-token': 'the first word was not there by its deadline',
  'deadline-done': 'the answer was not whole by its deadline',
  error: 'the endpoint failed',
  offline: 'there was no network',
  overload: 'the endpoint had too much to do',
  breaker: 'the endpoint was left alone after failures',
};

const KINDS: Readonly<Record<NonNullable<TurnRecord['fallback']>['kind'], string>> = {
  faq: 'an answer of the FAQ',
  route: 'another route',
  cached: 'an older answer',
  partial: 'what had come until then',
  contact: 'a way to reach somebody',
  message: 'a message of the site',
};

const CACHES: Readonly<Record<NonNullable<TurnRecord['cache']>['hit'], string>> = {
  none: '',
  exact: 'asked before in the same words',
  semantic: 'asked before in other words',
  learned: 'answered to this visitor before',
  stale: 'a kept answer past its time, made anew meanwhile',
};

const PLACES: Readonly<Record<NonNullable<NonNullable<TurnRecord['cache']>['at']>, string>> = {
  browser: 'the page itself',
  server: "the server's cache",
  edge: 'a cache on the way',
};

/** Says what a turn's record tells beside its times, a sentence each; there are no words of a visitor among them. */
export function factsOf({record, page, site}: TurnDetail): string[] {
  return [...whereOf(record, {page, site}), ...answerOf(record), ...detoursOf(record), ...visitorOf(record)];
}

function whereOf(record: TurnRecord, {page, site}: Pick<TurnDetail, 'page' | 'site'>): string[] {
  const {class: promptClass, model, route, lang, arms = {}, w} = record;
  const parts = [
    `site ${site}`,
    page.route && `page ${page.route}`,
    page.device,
    page.net && `connection ${page.net}`,
    promptClass && `class ${promptClass}`,
    route && `route ${route}`,
    model && `model ${model}`,
    lang && `language ${lang}`,
    ...Object.entries(arms).map(([name, arm]) => `arm ${arm} of ${name}`),
    w !== undefined && w !== 1 && `stands for ${counted(w, 'turn')}`,
  ];
  return [`${parts.filter(Boolean).join(', ')}.`];
}

function answerOf({stream, cache, cold, cached_tokens: keptCount}: TurnRecord): string[] {
  const {verdict, chunks, tokens, stalls, gap} = stream ?? {};
  const pieces = [
    chunks !== undefined && counted(chunks, 'piece'),
    tokens !== undefined && counted(tokens, 'token'),
    gap !== undefined && gap > 0 && `the longest gap ${formatMs(gap)}`,
    stalls !== undefined && stalls > 0 && counted(stalls, 'stall'),
  ].filter(Boolean);
  return [
    ...(verdict ? [`The answer ${VERDICTS[verdict]}${pieces.length > 0 ? `: ${pieces.join(', ')}` : ''}.`] : []),
    ...(cache && cache.hit !== 'none' ? [`From ${PLACES[cache.at ?? 'server']}: ${CACHES[cache.hit]}.`] : []),
    ...(keptCount ? [`The provider had ${formatCount(keptCount)} tokens of the prompt kept.`] : []),
    ...(cold ? ['The backend started for it first (cold start).'] : []),
  ];
}

function detoursOf({hedge, prefetch, fallback, error, retries = 0, resumes = 0}: TurnRecord): string[] {
  const after = (at: number | undefined) => (at === undefined ? '' : ` after ${formatMs(at)}`);
  return [
    ...(prefetch
      ? [
          `Looked up ahead${prefetch.lead === undefined ? '' : `, ${formatMs(prefetch.lead)} before the question`}: ${AHEAD[prefetch.r]}.`,
        ]
      : []),
    ...(hedge ? [`A second attempt${after(hedge.at)}: ${HEDGES[hedge.won]}.`] : []),
    ...(fallback
      ? [`A fallback answered${after(fallback.at)}, ${KINDS[fallback.kind]}, as ${WHY[fallback.why]}.`]
      : []),
    ...(error ? [`It failed: ${error}.`] : []),
    ...(retries > 0 ? [`Tried again ${counted(retries, 'time')}.`] : []),
    ...(resumes > 0 ? [`Went on ${counted(resumes, 'time')} where it had broken off.`] : []),
  ];
}

function visitorOf(record: TurnRecord): string[] {
  const {waited, left, hidden, hid, again, fb, busy, inp, silence} = record;
  return [
    ...(waited === undefined ? [] : [`The visitor had waited ${formatMs(waited)}${left ? ` (${left})` : ''}.`]),
    ...(hid === undefined
      ? []
      : [`The page was hidden${hidden ? ` for ${formatMs(hidden)}` : ''}, from ${formatMs(hid)} on.`]),
    ...(silence === undefined ? [] : [`The longest silence was ${formatMs(silence)}.`]),
    ...(busy !== undefined && busy > 0 ? [`The page was busy for ${formatMs(busy)}.`] : []),
    ...(inp === undefined ? [] : [`Sending it took the page ${formatMs(inp)}.`]),
    ...(again ? [`It repeats the question before (${again}).`] : []),
    ...(fb ? [`The visitor's verdict: ${fb}.`] : []),
  ];
}

function counted(count: number, name: string): string {
  return `${formatCount(count)} ${name}${count === 1 ? '' : 's'}`;
}

import {percentile} from '../../../src/latency/index.ts';
import {createAnswerHandler, createClassifier, createSimulatedModel} from '../../../src/server/index.ts';
import {ask} from '../../server/ask.ts';
import {readEvents} from '../../server/events.ts';
import {writeRouteExamples} from '../../server/route-examples.ts';
import {splitIntents} from '../faq/splits.ts';
import {format, median, type Row} from '../render/figures.ts';
import {measureHitsOf} from './false-hits.ts';

/** How much is drawn for the figures of kept answers. */
export interface CacheDraws {
  seeds: readonly number[];
  /** Questions that are asked once without a kept answer. */
  questionCount: number;
  /** How often each is asked again. */
  repeatCount: number;
}

/** What `npm run bench:cache` draws. */
export const ALL_DRAWS: CacheDraws = {seeds: [0, 1, 2, 3], questionCount: 30, repeatCount: 20};

/** Measures what keeping answers brings and how often it is wrong. */
export async function measureCache({seeds, questionCount, repeatCount}: CacheDraws): Promise<Row[]> {
  const rows: Row[] = [];
  for (const isShop of [false, true]) {
    const {hitCount, falseCount, unjudgedCount, askedCount, hitShare, falseShare} = measureHitsOf({isShop, seeds});
    rows.push({
      name: isShop ? 'false hits, chats of a shop' : 'false hits, many trades',
      ...{value: falseShare * 100, limit: isShop ? 4 : 2, unit: '%'},
      detail:
        `${falseCount} of ${hitCount} answers found, ${unjudgedCount} more without a label; ${askedCount} questions, ` +
        `${format(hitShare * 100)} % of repeated ones found, by their words and the pack alone`,
    });
  }
  rows.push(timeClassifier());
  const {missMs, hitMs, hitFirstMs} = await timeHits({questionCount, repeatCount});
  const sorted = hitFirstMs.toSorted((a, b) => a - b);
  rows.push(
    {
      name: 'time of a kept answer',
      ...{value: (median(hitMs) / median(missMs)) * 100, limit: 6, unit: '%'},
      detail: `of that of a made one: medians ${format(median(hitMs))} and ${format(median(missMs))} ms`,
    },
    {
      name: 'first text of a repeated question, P99',
      ...{value: percentile(sorted, 0.99) ?? Number.NaN, limit: 100, unit: 'ms'},
      detail: `of ${sorted.length}, as a client in the same process reads it`,
    },
  );
  return rows;
}

function timeClassifier(): Row {
  const {pack, queries} = splitIntents({seed: 0, phrasingCount: 20, queryCount: 10, division: 'kept'});
  const classify = createClassifier({pack, examples: writeRouteExamples('taught')});
  const time = (text: string) => {
    const startedMs = performance.now();
    classify(text);
    return performance.now() - startedMs;
  };
  const texts = queries.slice(0, 1_000).map(({text}) => text);
  const rounds = Array.from({length: 5}, () => texts.map(time));
  // others may use the machine meanwhile, and a thread's CPU time comes in steps of 4 ms
  const least = texts.map((_, at) => Math.min(...rounds.map((times) => times[at] ?? Number.NaN)));
  const sorted = least.toSorted((a, b) => a - b);
  return {
    name: 'classifying a question, P99',
    ...{value: percentile(sorted, 0.99) ?? Number.NaN, limit: 5, unit: 'ms'},
    detail:
      `of ${texts.length} questions against ${pack.entries.length} entries, each the fastest of 5 times; ` +
      `median ${format(median(least))} ms`,
  };
}

async function timeHits(draws: Pick<CacheDraws, 'questionCount' | 'repeatCount'>) {
  const handler = createAnswerHandler({
    model: createSimulatedModel({knowledge: [], seed: 1}),
    cache: {isPublic: () => true},
    observe: () => {},
    limits: {conversationMinuteCount: 1_000_000, minuteCount: 1_000_000}, // it asks faster than visitors may
  });
  let keyCount = 0;
  const time = async (at: number) => {
    const startedMs = performance.now();
    const question = `What is known about the thing called ${'abcdefghijklmnopqrstuvwxyzäöüßéè'.charAt(at)}x?`;
    const events = readEvents(await handler(ask(question, {fw: {key: `k${keyCount++}`}})));
    await events.until('text-delta');
    const firstMs = performance.now() - startedMs;
    await events.rest();
    return {firstMs, wholeMs: performance.now() - startedMs};
  };
  const questions = Array.from({length: draws.questionCount}, (_, at) => at);
  const misses = await Promise.all(questions.map(time));
  const hits: Awaited<ReturnType<typeof time>>[] = [];
  for (let round = 0; round < draws.repeatCount; round++) for (const at of questions) hits.push(await time(at));
  return {
    missMs: misses.map(({wholeMs}) => wholeMs),
    hitMs: hits.map(({wholeMs}) => wholeMs),
    hitFirstMs: hits.map(({firstMs}) => firstMs),
  };
}

import type {CreateAdapter} from './adapter.ts';
import {type At, createAt, number, string} from './fields.ts';

/** Where the count of cached tokens may stand: the AI SDK's own, by its versions, and ours, which counts most. */
const CACHED_TOKENS = ['usage.cachedInputTokens', 'usage.inputTokenDetails.cacheReadTokens', 'fw.cachedTokens'];

const CACHE_HITS = ['none', 'exact', 'semantic', 'stale'] as const;

/**
 * Reads the native protocol: the AI SDK's UI message stream v1 with `data-fw-*` parts.
 *
 * Unknown types are ignored, as are parts of a known type whose fields have the wrong shape, so that a later version
 * of either side still reads. `[DONE]` says nothing by itself: only `finish`, `abort` or `error` ends an answer. Steps
 * and tool calls become stages until a backend tells of its stages itself.
 */
export const createUiMessages: CreateAdapter = (teller, {protocol, endpoint, conversationId, headers}) => {
  let isNative = protocol === 'firstword' || headers.get('x-firstword') === '1';
  let hasStages = false;
  let hasFailed = false;
  let step: 'asked' | 'answered' | undefined; // where its model stands

  function stage(name: string, state: 'start' | 'end'): void {
    if (!hasStages) teller.tell({kind: 'stage', stage: name, state});
  }

  function answers(): void {
    if (step !== 'asked') return;
    step = 'answered';
    stage('model', 'end');
    stage('generate', 'start');
  }

  return {
    read(at) {
      const type = at('type');
      const call = at('toolCallId');
      const fw = createAt(at('messageMetadata.fw'));
      switch (type) {
        case 'start':
          isNative ||= fw('run') !== undefined;
          return teller.tell(readStart(fw));
        case 'start-step':
          step = 'asked';
          return stage('model', 'start');
        case 'finish-step':
          if (step === 'answered') stage('generate', 'end');
          step = undefined;
          return;
        case 'tool-input-start':
        case 'tool-input-available':
          answers();
          return hasStages ? teller.part() : teller.toolStart(call);
        case 'tool-output-available':
          if (at('preliminary') !== true) teller.toolEnd(call);
          return;
        case 'tool-input-error':
        case 'tool-output-error':
          return teller.toolEnd(call, 'error');
        case 'reasoning-delta':
          return answers();
        case 'text-delta':
          answers();
          return teller.say(at('delta'));
        case 'source-url':
          return teller.source(at(''), at('sourceId'));
        case 'data-fw-stage':
          hasStages = true;
          return teller.stage(createAt(at('data')));
        case 'data-fw-cache':
          return teller.tell({kind: 'cacheable', terms: at('data')});
        case 'data-fw-hedge':
          return teller.tell({kind: 'hedge', hedge: at('data')});
        case 'data-fw-fallback':
          return teller.tell({kind: 'fallback', fallback: at('data')});
        case 'data-fw-error':
          hasFailed = true;
          return teller.tell({
            kind: 'error',
            code: string(at('data.code')) ?? 'server',
            retryable: at('data.retryable') === true,
            retryAfterMs: number(at('data.retryAfterMs')),
          });
        case 'error':
          return hasFailed ? teller.tell({kind: 'end', how: type}) : teller.fail(at('errorText'));
        case 'finish':
        case 'abort':
          for (const path of CACHED_TOKENS) teller.cached(at(`messageMetadata.${path}`));
          return teller.end({
            how: type,
            refused: at('finishReason') === 'content-filter',
            route: string(fw('route')),
            totalMs: number(fw('totalMs')),
          });
      }
    },
    protocol: () => (isNative ? 'firstword' : 'ai-sdk'),
    resume(lastEventId) {
      if (/.-\d+$/.test(lastEventId)) return {kind: 'post', lastEventId};
      if (isNative) return;
      const [path = '', ...query] = endpoint.split('?');
      const url = [`${path.replace(/\/$/, '')}/${encodeURIComponent(conversationId)}/stream`, ...query].join('?');
      return {kind: 'get', url, replays: 'all'};
    },
  };
};

function readStart(fw: At) {
  return {
    kind: 'start',
    run: string(fw('run')),
    route: string(fw('route')),
    model: string(fw('model')),
    promptClass: string(fw('promptClass')),
    contextHit: fw('contextHit') === true,
    cold: fw('cold') === true,
    cacheHit: CACHE_HITS.find((known) => known === fw('cache.hit')),
    cacheAgeS: number(fw('cache.ageS')),
  } as const;
}

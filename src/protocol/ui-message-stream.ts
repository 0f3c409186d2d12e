import {type AnswerEvent, type AnswerReader, UnreadableError} from './events.ts';

/** The header by which the AI SDK marks its UI message stream. */
export const UI_STREAM_HEADER = 'x-vercel-ai-ui-message-stream';

/**
 * Reads the native protocol: the AI SDK's UI message stream v1 with `data-fw-*` parts.
 *
 * Unknown types are ignored, as are parts of a known type whose fields have the wrong shape, so that a later version
 * of either side still reads. `[DONE]` says nothing by itself: only `finish`, `abort` or `error` ends an answer.
 */
export function createUiMessageReader(): AnswerReader {
  return {
    read({data}) {
      if (data === '' || data === '[DONE]') return [];
      let part: unknown;
      try {
        part = JSON.parse(data);
      } catch (cause) {
        throw new UnreadableError(data, cause);
      }
      if (!isObject(part)) throw new UnreadableError(data);
      const event = readPart(part);
      return event ? [{...event, e: number(part['e'])}] : [];
    },
  };
}

function readPart(part: Fields): AnswerEvent | undefined {
  const {type, delta, url} = part;
  const data = fields(part['data']);
  const fw = fields(fields(part['messageMetadata'])['fw']);
  switch (type) {
    case 'start':
      return readStart(fw);
    case 'text-delta':
      return typeof delta === 'string' ? {kind: 'text', text: delta} : undefined;
    case 'source-url':
      return typeof url === 'string'
        ? {kind: 'source', url, id: string(part['sourceId']) ?? url, title: string(part['title'])}
        : undefined;
    case 'data-fw-stage':
      return readStage(data);
    case 'data-fw-error':
      return {
        kind: 'error',
        code: string(data['code']) ?? 'server',
        retryable: data['retryable'] === true,
        retryAfterMs: number(data['retryAfterMs']),
      };
    case 'finish':
    case 'abort':
    case 'error':
      return {
        kind: 'end',
        how: type,
        route: string(fw['route']),
        totalMs: number(fw['totalMs']),
        cachedTokens: number(fw['cachedTokens']),
      };
  }
  return;
}

function readStage(data: Fields): AnswerEvent | undefined {
  const stage = string(data['stage']);
  const state = STAGE_STATES.find((known) => known === data['state']);
  return stage && state
    ? {
        kind: 'stage',
        stage,
        state,
        ms: number(data['ms']),
        budgetMs: number(data['budgetMs']),
        atMs: number(data['atMs']),
        hit: data['hit'] === true,
        label: string(data['label']),
      }
    : undefined;
}

function readStart(fw: Fields): AnswerEvent {
  const cache = fields(fw['cache']);
  return {
    kind: 'start',
    run: string(fw['run']),
    route: string(fw['route']),
    model: string(fw['model']),
    promptClass: string(fw['promptClass']),
    contextHit: fw['contextHit'] === true,
    cold: fw['cold'] === true,
    cacheHit: CACHE_HITS.find((known) => known === cache['hit']),
    cacheAgeS: number(cache['ageS']),
  };
}

type Fields = {readonly [name: string]: unknown};
const STAGE_STATES = ['start', 'end', 'timeout', 'error', 'skipped'] as const;
const CACHE_HITS = ['none', 'exact', 'semantic', 'stale'] as const;
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fields = (value: unknown): Fields => (isObject(value) ? value : {});
const string = (value: unknown) => (typeof value === 'string' ? value : undefined);
const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);

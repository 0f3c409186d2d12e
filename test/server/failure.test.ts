import {APICallError} from 'ai';
import {describe, expect, it, vi} from 'vitest';
import {createAnswerHandler, type TurnSpan} from '../../src/server/index.ts';
import {ask} from './ask.ts';
import {readAnswer} from './events.ts';
import {createScriptedModel} from './scripted-model.ts';

describe('an answer that fails', () => {
  const failure = (options: {statusCode?: number; headers?: Record<string, string>} = {}) =>
    new APICallError({
      message: 'key sk-secret is wrong',
      url: 'http://provider.test',
      requestBodyValues: {},
      ...(options.statusCode ? {statusCode: options.statusCode} : {}),
      ...(options.headers ? {responseHeaders: options.headers} : {}),
      responseBody: 'authorization: Bearer sk-secret',
    });

  it.each([
    ['a refused key', [failure({statusCode: 401})], {code: 'model-unauthorized', retryable: false}],
    [
      'too many requests',
      [failure({statusCode: 429, headers: {'retry-after': '2'}})],
      {code: 'model-overloaded', retryable: true, retryAfterMs: 2000},
    ],
    ['a bad request', [failure({statusCode: 400})], {code: 'model-rejected', retryable: false}],
    ['a broken provider', [failure({statusCode: 500})], {code: 'model-failed', retryable: true}],
    ['no connection', [failure()], {code: 'model-unreachable', retryable: true}],
    ['an error in its stream', [{error: 'sk-secret'}], {code: 'model-failed', retryable: true}],
    ['an error after text', ['Hal', {error: {message: 'sk-secret'}}], {code: 'model-failed', retryable: true}],
    ['a connection lost after text', ['Hal', new TypeError('sk-secret')], {code: 'model-cut', retryable: true}],
    ['a cut', ['Hal', {finish: 'interrupted' as const}], {code: 'model-cut', retryable: true}],
    ['no text at all', [], {code: 'model-empty', retryable: true}],
  ])('says %s in our own words', async (_, steps, data) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const spans: TurnSpan[] = [];
    const {model, calls} = createScriptedModel(steps);
    const {blocks, parts, types} = await readAnswer(
      await createAnswerHandler({model, observe: (span) => spans.push(span)})(ask('?')),
    );
    expect(types.slice(-2)).toEqual(['data-fw-error', 'error']);
    expect(parts.at(-2)).toMatchObject({data});
    expect(blocks.at(-1)).toBe('data: [DONE]');
    expect(types.includes('text-start')).toBe(types.includes('text-end'));
    expect(calls.length).toBe(1);
    expect(JSON.stringify([blocks, spans, log.mock.calls])).not.toContain('secret');
    expect(spans).toMatchObject([{outcome: 'error', code: data.code}]);
    log.mockRestore();
  });

  it('tells a failure of our own as one', async () => {
    const {model} = createScriptedModel(['a']);
    const instructions = () => {
      throw new Error('secret');
    };
    const {blocks} = await readAnswer(await createAnswerHandler({model, instructions, observe: () => {}})(ask('?')));
    expect(blocks.join()).toContain('"code":"server"');
    expect(blocks.join()).not.toContain('secret');
  });
});

import {APICallError} from 'ai';
import type {LanguageModelV4} from '../../src/server/index.ts';
import {createScriptedModel} from './scripted-model.ts';

/** A provider's refusal; without a status there was no connection. */
export function refuse(statusCode?: number, responseHeaders: Record<string, string> = {}): APICallError {
  const known = statusCode === undefined ? {} : {statusCode};
  const call = {url: 'http://provider.test', requestBodyValues: {}};
  return new APICallError({message: 'secret', ...call, responseHeaders, ...known});
}

/** A scripted model that fails with what it is told to: all calls, or the next ones by a list. */
export function createFlakyModel(steps: Parameters<typeof createScriptedModel>[0], modelId = 'flaky-1') {
  const {model: base, calls} = createScriptedModel(steps);
  let always: Error | undefined;
  let next: Error[] = [];
  let callCount = 0;
  const model: LanguageModelV4 = {
    ...base,
    modelId,
    async doStream(call) {
      callCount++;
      const error = next.shift() ?? always;
      if (error) throw error;
      return base.doStream(call);
    },
  };
  return {
    model,
    /** The calls that did not fail. */
    calls,
    callCount: () => callCount,
    fail(error: Error | undefined) {
      always = error;
    },
    failNext(...errors: Error[]) {
      next = errors;
    },
  };
}

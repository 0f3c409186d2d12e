import type {CreateAdapter} from './adapter.ts';
import {number, word} from './fields.ts';

/**
 * Reads events of OpenAI's Responses. Only a response that runs in the background can be read on after a cut, by its id
 * and the number of the last event.
 *
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
export const createOpenAiResponses: CreateAdapter = (teller, {endpoint}) => {
  let kept: unknown;
  let lastNumber: number | undefined;
  return {
    read(at) {
      const isCall = /_call$/.test(word(at('item.type')));
      lastNumber = number(at('sequence_number')) ?? lastNumber;
      switch (at('type')) {
        case 'response.created':
          if (at('response.background') === true) kept = at('response.id');
          return teller.begin(at('response.id'), at('response.model'));
        case 'response.output_text.delta':
        case 'response.refusal.delta':
          return teller.say(at('delta'));
        case 'response.output_text.annotation.added':
          return teller.source(at('annotation'));
        case 'response.output_item.added':
          if (isCall) teller.toolStart(at('output_index'));
          return;
        case 'response.output_item.done':
          return teller.toolEnd(at('output_index'));
        case 'response.completed':
        case 'response.incomplete':
          teller.cached(at('response.usage.input_tokens_details.cached_tokens'));
          return teller.end({refused: at('response.incomplete_details.reason') === 'content_filter'});
        case 'response.failed':
          return teller.fail(at('response.error'));
        case 'error':
          return teller.fail(at('error') ?? {code: at('code'), message: at('message')});
      }
    },
    resume() {
      if (typeof kept !== 'string' || lastNumber === undefined) return;
      const [path, query] = endpoint.split('?');
      const url = `${path}/${encodeURIComponent(kept)}?${query ? `${query}&` : ''}stream=true&starting_after=${lastNumber}`;
      return {kind: 'get', url, replays: 'rest'};
    },
  };
};

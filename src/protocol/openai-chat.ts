import type {CreateAdapter} from './adapter.ts';
import {createAt, list, string} from './fields.ts';

/**
 * Reads chunks of OpenAI's Chat Completions; of several choices the first.
 *
 * It ends when `[DONE]`, or a close, follows a `finish_reason`: the chunk between them carries the usage. `[DONE]` alone
 * ends nothing, since a proxy adds it to what it could not read to the end.
 *
 * @see https://platform.openai.com/docs/api-reference/chat-streaming
 */
export const createOpenAiChat: CreateAdapter = (teller) => {
  let reason: string | undefined;
  return {
    read(at) {
      const error = at('error');
      if (error) return teller.fail(error);
      teller.begin(at('id'), at('model'));
      teller.cached(at('usage.prompt_tokens_details.cached_tokens'));
      if (at('choices.0.index')) return;
      const delta = createAt(at('choices.0.delta'));
      const calls = list(delta('tool_calls'));
      // an agent's proxy goes on after the model's call for a tool
      if (calls.length > 0 || delta('content')) reason = undefined;
      teller.say(delta('content'));
      teller.say(delta('refusal'));
      for (const call of calls) teller.toolStart(createAt(call)('index'));
      for (const note of list(delta('annotations'))) teller.source(createAt(note)('url_citation'));
      reason = string(at('choices.0.finish_reason')) ?? reason;
    },
    close() {
      if (reason) teller.end({refused: reason === 'content_filter'});
    },
  };
};

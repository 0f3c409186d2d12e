import type {CreateAdapter} from './adapter.ts';
import {word} from './fields.ts';

/**
 * Reads events of Anthropic's Messages. Usage is cumulative: the last figure stands.
 *
 * @see https://docs.anthropic.com/en/docs/build-with-claude/streaming
 */
export const createAnthropic: CreateAdapter = (teller) => {
  let reason: unknown;
  return {
    read(at) {
      switch (at('type')) {
        case 'message_start':
          teller.cached(at('message.usage.cache_read_input_tokens'));
          return teller.begin(at('message.id'), at('message.model'));
        case 'content_block_start':
          if (/tool_use$/.test(word(at('content_block.type')))) return teller.toolStart(at('content_block.id'));
          teller.toolEnd(at('content_block.tool_use_id'));
          return teller.say(at('content_block.text'));
        case 'content_block_delta':
          teller.say(at('delta.text'));
          return teller.source(at('delta.citation'));
        case 'message_delta':
          teller.cached(at('usage.cache_read_input_tokens'));
          reason = at('delta.stop_reason');
          return;
        case 'message_stop':
          return teller.end({refused: reason === 'refusal'});
        case 'error':
          return teller.fail(at('error'));
      }
    },
  };
};

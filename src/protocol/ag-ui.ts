import type {CreateAdapter} from './adapter.ts';
import {createAt, list, number} from './fields.ts';

/**
 * Reads events of AG-UI 1.0: what the assistant says, its steps as stages, its tool calls until their results.
 *
 * @see https://docs.ag-ui.com/concepts/events
 */
export const createAgUi: CreateAdapter = (teller) => {
  const others = new Set<unknown>();
  let messageId: unknown;
  return {
    read(at) {
      const type = at('type');
      const role = at('role') ?? 'assistant';
      const id = at('messageId') ?? messageId;
      const call = at('toolCallId');
      const name = at('stepName');
      switch (type) {
        case 'RUN_STARTED':
          return teller.begin(at('runId'));
        case 'STEP_STARTED':
        case 'STEP_FINISHED':
          if (typeof name !== 'string') return;
          return teller.tell({kind: 'stage', stage: name, state: type === 'STEP_STARTED' ? 'start' : 'end'});
        case 'TOOL_CALL_START':
        case 'TOOL_CALL_CHUNK':
          if (call) teller.toolStart(call);
          return;
        case 'TOOL_CALL_RESULT':
          return teller.toolEnd(call);
        case 'TEXT_MESSAGE_START':
        case 'TEXT_MESSAGE_CONTENT':
        case 'TEXT_MESSAGE_CHUNK':
          if (role !== 'assistant') others.add(id);
          if (others.has(id)) return;
          if (id !== messageId) teller.part();
          messageId = id;
          return teller.say(at('delta'));
        case 'RUN_FINISHED': {
          const counts = list(at('usage')).map((usage) => number(createAt(usage)('cachedInputTokens')));
          teller.cached(counts.reduce((sum, count) => (count === undefined ? sum : (sum ?? 0) + count), undefined));
          return teller.end({how: at('outcome.type') === 'cancelled' ? 'abort' : 'finish'});
        }
        case 'RUN_ERROR':
          return teller.fail({code: at('code'), message: at('message')});
      }
    },
  };
};

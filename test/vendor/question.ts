import {WIRE_VERSION} from '../../src/protocol/index.ts';

/** A question with all that a site may have said beside it. */
export const QUESTION = {
  conversationId: '0123456789abcdef0123456789abcdef',
  said: [
    {id: 'm1', role: 'user', text: 'Where is my order?'},
    {id: 'm2', role: 'assistant', text: 'On its way.'},
    {id: 'm3', role: 'user', text: 'When does it come?'},
  ],
  fw: {
    v: WIRE_VERSION,
    key: 'ab'.repeat(16),
    attempt: 0,
    deadlineMs: 8000,
    model: 'small',
    context: {product: 'sku-1'},
    language: 'de',
  },
} as const;

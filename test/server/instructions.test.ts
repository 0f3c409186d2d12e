import {describe, expect, it} from 'vitest';
import {createAnswerHandler} from '../../src/server/index.ts';
import {ask} from './ask.ts';
import {readAnswer} from './events.ts';
import {createScriptedModel} from './scripted-model.ts';

describe('the prompt', () => {
  it('carries instructions, passages, facts, page data and history', async () => {
    const {model, calls} = createScriptedModel(['a']);
    const handler = createAnswerHandler({
      model,
      instructions: ({language}) => `Speak ${language}.`,
      retrieve: (question, {topics}) => [{id: '1', title: String(question), text: topics.join()}],
      context: (request) => ({cart: request.headers.get('cookie')}),
      observe: () => {},
    });
    const request = ask('Now?', {
      fw: {language: 'de', context: {product: 'sku-1'}, topics: ['shipping']},
      headers: {cookie: 'c=1'},
      body: {
        messages: [
          {id: '1', role: 'user', parts: [{type: 'text', text: 'Before'}]},
          {
            id: '2',
            role: 'assistant',
            parts: [
              {type: 'source-url', url: 'x'},
              {type: 'text', text: 'Said'},
            ],
          },
          {id: '3', role: 'user', content: 'Now?'},
        ],
      },
    });
    await readAnswer(await handler(request));
    const [system, ...said] = calls[0]?.prompt ?? [];
    expect(system?.role).toBe('system');
    for (const piece of ['Speak de.', '[1] Now?: shipping', '{"cart":"c=1"}', '{"product":"sku-1"}']) {
      expect(system?.content).toContain(piece);
    }
    expect(said.map(({role, content}) => [role, content])).toMatchObject([
      ['user', [{text: 'Before'}]],
      ['assistant', [{text: 'Said'}]],
      ['user', [{text: 'Now?'}]],
    ]);
  });
});

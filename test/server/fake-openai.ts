import {Hono} from 'hono';
import {streamSSE} from 'hono/streaming';
import {listen} from '../../demo/listen.ts';

/**
 * What the fake provider does: a text is one chunk, a function is awaited, an object is a delta of its own, a list is all
 * that it does when it is asked for the time of its number, `cut` closes without an end.
 */
export type ProviderStep = string | (() => Promise<unknown>) | object | 'cut';

/** Listens on loopback like an OpenAI-compatible chat endpoint and does what a list says. */
export async function startFakeOpenAI(steps: readonly ProviderStep[], refuse?: {status: 401 | 500}) {
  const asked: {authorization: string | undefined; body: Record<string, unknown>}[] = [];
  let leftCount = 0;
  const app = new Hono();
  const listed: (string | undefined)[] = [];
  app.get('/v1/models', (c) => {
    listed.push(c.req.header('authorization'));
    return c.json({data: []});
  });
  app.post('/v1/chat/completions', async (c) => {
    const authorization = c.req.header('authorization');
    asked.push({authorization, body: await c.req.json()});
    // some gateways do quote the request's headers
    if (refuse) return c.json({error: {message: `bad ${authorization}`, type: authorization}}, refuse.status);
    return streamSSE(c, async (sse) => {
      sse.onAbort(() => {
        leftCount++;
      });
      const send = (choice: object, more = {}) =>
        sse.writeSSE({
          data: JSON.stringify({
            id: 'c',
            object: 'chat.completion.chunk',
            created: 1,
            model: 'tiny',
            choices: [{index: 0, ...choice}],
            ...more,
          }),
        });
      await send({delta: {role: 'assistant', content: ''}, finish_reason: null});
      const own = steps[asked.length - 1];
      for (const step of Array.isArray(own) ? (own as readonly ProviderStep[]) : steps) {
        if (step === 'cut') {
          await sse.writeSSE({data: JSON.stringify({error: {message: `bad ${authorization}`}})});
          return;
        }
        if (typeof step === 'function') await step();
        else if (typeof step === 'object') await send({delta: step, finish_reason: null});
        else await send({delta: {content: step}, finish_reason: null});
      }
      await send(
        {delta: {}, finish_reason: 'stop'},
        {usage: {prompt_tokens: 9, completion_tokens: 3, total_tokens: 12}},
      );
      await sse.writeSSE({data: '[DONE]'});
    });
  });
  const {url, close} = await listen({fetch: app.fetch, port: 0});
  return {baseURL: `${url}/v1`, asked, listed, left: () => leftCount, close};
}

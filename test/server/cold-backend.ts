// A backend of the kit in a process of its own, which is cold at its first question. Its argument is how it warms its
// provider: `prompt`, `own` (as the model does by itself) or `no`; it prints its address.
import {listen} from '../../demo/listen.ts';
import {createAnswerHandler, openaiCompatible} from '../../src/server/index.ts';

const [how] = process.argv.slice(2);
const warm = how === 'prompt' ? how : async () => undefined;
const handler = createAnswerHandler({
  model: openaiCompatible(),
  observe: () => {},
  limits: {conversationMinuteCount: 1_000},
  ...(how === 'own' ? {} : {warm}),
});
const {url} = await listen({fetch: handler, port: 0});
console.log(url);

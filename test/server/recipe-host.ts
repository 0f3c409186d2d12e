// Serves a recipe that is no server by itself, as its platform would: a module with a function for each method, or with
// `fetch`. Its argument is the file; it prints its address.
import {pathToFileURL} from 'node:url';
import {listen} from '../../demo/listen.ts';

type Answer = (request: Request, more: object) => Response | Promise<Response>;

const [file = ''] = process.argv.slice(2);
const recipe: {default?: {fetch: Answer}} & Record<string, Answer | unknown> = await import(pathToFileURL(file).href);
const {url} = await listen({
  port: 0,
  fetch(request) {
    if (recipe.default) return recipe.default.fetch(request, process.env);
    const answer = recipe[request.method];
    if (typeof answer !== 'function') return new Response(null, {status: 405});
    return answer(request, {params: Promise.resolve({})});
  },
});
console.log(url);

import type {CreateAdapter} from './adapter.ts';
import {number} from './fields.ts';

/**
 * Reads the lines of Ollama's chat; the last one tells in ns how long its stages took.
 *
 * @see https://github.com/ollama/ollama/blob/main/docs/api.md
 */
export const createOllama: CreateAdapter = (teller) => ({
  read(at) {
    const ms = (name: string) => (number(at(`${name}_duration`)) ?? Number.NaN) / 1e6;
    const stage = (name: string, tookMs: number) => {
      if (tookMs >= 0) teller.tell({kind: 'stage', stage: name, state: 'end', ms: tookMs});
    };
    const error = at('error');
    if (error) return teller.fail(error);
    teller.begin(undefined, at('model'));
    teller.say(at('message.content'));
    if (at('message.tool_calls.0')) teller.toolStart(undefined);
    if (at('done') !== true) return;
    stage('model', ms('load') + (ms('prompt_eval') || 0));
    stage('generate', ms('eval'));
    teller.end({totalMs: number(ms('total'))});
  },
});

import type {AnswerReader, Framing} from './events.ts';

/**
 * Reads an answer that is nothing but text, in pieces or in server-sent events. Its end is that the body closes, or
 * `[DONE]` where there are events: a cut cannot be told from it.
 *
 * @param framing - How the body is cut; pieces of a body are text whatever stands in them.
 */
export function createTextReader(framing: Framing): AnswerReader {
  const close: AnswerReader['close'] = () => [{kind: 'end', how: 'finish'}];
  return {
    read({data}) {
      if (framing !== 'text' && data === '[DONE]') return close();
      return data === '' ? [] : [{kind: 'text', text: data}];
    },
    close,
    protocol: () => 'text',
    resume: () => undefined,
  };
}

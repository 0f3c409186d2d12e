import type {Said} from '../protocol/index.ts';
import type {KeptConversation} from '../storage/index.ts';
import type {Answer, Message, Question} from './state.ts';

/** Reads kept messages. An answer that was on its way is shown as cut, unless its rest can be asked for. */
export function fromKept({messages}: KeptConversation): Message[] {
  return messages.flatMap((kept): Message[] => {
    if (kept.kind === 'question') return [{at: 0, ...kept, kind: 'question'}];
    if (kept.kind !== 'answer') return [];
    const {open, ...answer}: Answer = {...waitingAnswer(kept.id, 0), ...kept, kind: 'answer'};
    if (answer.state !== 'waiting' && answer.state !== 'streaming') return [answer];
    return [open ? {...answer, open} : {...answer, state: 'cut', problem: 'cut'}];
  });
}

/** The most of a conversation that goes along with a question, in characters: what the server kit gives to a model. */
export const MAX_SAID_CHARS = 32_000;

/** What was said up to and with a question, for the model: the newest that fit, without answers that have no text. */
export function saidUntil(messages: readonly Message[], question: Question): Said[] {
  const said: Said[] = [];
  let leftChars = MAX_SAID_CHARS;
  for (let at = messages.findIndex(({id}) => id === question.id); at >= 0; at--) {
    const {kind, id, text} = messages[at] ?? question;
    leftChars -= text.length;
    if (leftChars < 0 && said.length > 0) break;
    if (text) said.unshift({id, text, role: kind === 'question' ? 'user' : 'assistant'});
  }
  return said;
}

/** Makes the empty answer that stands below a question until words come. */
export function waitingAnswer(id: string, at: number): Answer {
  return {kind: 'answer', id, text: '', at, state: 'waiting', source: 'model', sources: []};
}

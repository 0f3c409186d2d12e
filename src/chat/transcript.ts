import {newestSaid, PROMPT_CHARS, type Said} from '../protocol/index.ts';
import type {KeptConversation} from '../storage/index.ts';
import {randomHex} from './random-hex.ts';
import type {Answer, Message, Question} from './state.ts';

/** Reads kept messages. An answer that was on its way is shown as cut, unless its rest can be asked for. */
export function fromKept({messages}: KeptConversation): Message[] {
  return messages.flatMap((kept, at): Message[] => {
    if (kept.kind === 'question') return [{at: 0, ...kept, kind: 'question'}];
    if (kept.kind !== 'answer') return [];
    const {open, ...answer}: Answer = {...waitingAnswer(0), ...kept, kind: 'answer'};
    if (answer.state !== 'waiting' && answer.state !== 'streaming') return [answer];
    const goesOn = open && messages[at - 1]?.kind === 'question';
    return [goesOn ? {...answer, open} : {...answer, state: 'cut', problem: 'cut'}];
  });
}

/** What was said up to and with a question, for the model: the newest that fit, without answers that have no text. */
export function saidUntil(messages: readonly Message[], question: Question): Said[] {
  const said = messages
    .slice(0, messages.findIndex(({id}) => id === question.id) + 1)
    .filter(({text}) => text)
    .map(({kind, id, text}): Said => ({id, text, role: kind === 'question' ? 'user' : 'assistant'}));
  return newestSaid(said, PROMPT_CHARS);
}

/** Makes the empty answer that stands below a question until words come, in a turn of its own. */
export function waitingAnswer(at: number): Answer {
  const id = randomHex(16);
  return {kind: 'answer', id, turnId: randomHex(32), text: '', at, state: 'waiting', source: 'model', sources: []};
}

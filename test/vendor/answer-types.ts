// Compiled, never run: what no answer holds by the vendors' types, so that an adapter has nothing to tell of it.
import type {AGUIEvent, RawEvent} from '@ag-ui/core';
import type {ChatResponse, Message} from 'ollama';
import type {ChatCompletionMessage} from 'openai/resources/chat/completions';

type Fields<Union> = Union extends unknown ? keyof Union : never;
/** The fields with a word in their names; any field at all where a type takes any. */
type Named<Field, Word extends string> = string extends Field ? Field : Extract<Field, `${string}${Word}${string}`>;
type None<Found> = [Found] extends [never] ? true : Found;

type Source = 'source' | 'citation' | 'annotation' | 'reference' | 'url' | 'Url';

/** No event of AG-UI names its sources; the `source` of a raw one is the system that it came from. */
export const AG_UI: None<Named<Fields<Exclude<AGUIEvent, RawEvent>>, Source>> = true;

/** Nothing in an answer of Ollama's chat names its sources, or tokens that were cached. */
export const OLLAMA: None<Named<keyof ChatResponse | keyof Message, Source | 'cache'>> = true;

// @ts-expect-error: a message of OpenAI's does; without this line the checks above could pass anything
export const OPENAI: None<Named<keyof ChatCompletionMessage, Source>> = true;

import {type FinishReason, type LanguageModelUsage, streamText} from 'ai';
import type {EventWriter} from './event-log.ts';
import {AnswerError, ProviderError} from './failure.ts';
import type {Chunk, Prompt} from './instructions.ts';
import type {AnswerModel} from './model.ts';
import {orAborted} from './or-aborted.ts';
import type {EndStage, Stages} from './stages.ts';

/** How a model's answer ended, and what it cost. */
export interface Relayed {
  finishReason: FinishReason;
  usage: LanguageModelUsage;
}

/** A model's answer on its way into events. */
export interface Relay {
  /** Shows where a passage can be read, once per address. */
  source(source: Pick<Chunk, 'url' | 'title'>): void;
  /**
   * Asks the model and hands its text on as it comes, as fast as the events may be written.
   *
   * @throws ProviderError with what the provider failed with as cause; AnswerError for an answer that broke off or has
   *   no text; the signal's reason when it aborts, at once even when the model does not listen to it.
   */
  ask(model: AnswerModel, prompt: Prompt): Promise<Relayed>;
  /**
   * Ends the text that has begun; nothing when none has. Its stage ended with the last text, or ran out of time at
   * `timeoutMs`.
   */
  closeText(timeoutMs?: number): void;
  /** When the provider's first text came, in ms since the request was got. */
  firstTokenMs(): number | undefined;
}

/** Longest text of one event in UTF-16 units: escaped at its worst it stays below 64 KiB. */
const MAX_DELTA_CHARS = 8_192;

/** The most sources that one answer shows. */
const MAX_SOURCE_COUNT = 3;

/**
 * Creates the relay of one answer.
 *
 * @param options.sinceMs - Reads the time since the request was got.
 * @param options.signal - Ends the asking.
 */
export function createRelay(options: {
  events: EventWriter;
  stages: Stages;
  sinceMs: () => number;
  signal: AbortSignal;
}): Relay {
  const {events, stages, sinceMs, signal} = options;
  const shown = new Set<string>();
  let endStage: EndStage | undefined;
  let firstMs: number | undefined;
  let lastMs = 0;
  let open = false;

  const begin = (nowMs: number) => {
    firstMs = nowMs;
    open = true;
    endStage?.(nowMs);
    endStage = stages.begin('generate', nowMs);
    events.write({type: 'text-start', id: 't'});
  };
  const addText = async (text: string) => {
    if (text === '') return;
    lastMs = sinceMs();
    if (firstMs === undefined) begin(lastMs);
    for (const delta of split(text)) {
      events.write({type: 'text-delta', id: 't', delta});
      await orAborted(events.ready(), signal);
    }
  };

  const relay: Relay = {
    source({url, title}) {
      if (url === undefined || shown.has(url) || shown.size >= MAX_SOURCE_COUNT || !isShowable(url)) return;
      shown.add(url);
      const sourceId = `s${shown.size}`;
      events.write({type: 'source-url', sourceId, url, ...(title ? {title: title.slice(0, 200)} : {})});
    },
    async ask(model, prompt) {
      endStage = stages.begin('model', sinceMs());
      const reader = streamText({
        model,
        ...prompt,
        maxRetries: 0,
        abortSignal: signal,
        onError() {}, // the failure comes as a part too; the default prints it with prompt and headers
      }).stream.getReader();
      let relayed: Relayed | undefined;
      try {
        for (;;) {
          const {done, value: part} = await orAborted(reader.read().catch(failProvider), signal);
          if (done) break;
          if (part.type === 'text-delta') await addText(part.text);
          else if (part.type === 'source' && part.sourceType === 'url') relay.source(part);
          else if (part.type === 'error') throw new ProviderError(part.error);
          else if (part.type === 'finish') relayed = {finishReason: part.finishReason, usage: part.totalUsage};
        }
      } finally {
        reader.cancel().catch(() => {}); // already ended, or a provider that is left anyway
      }
      if (!relayed || relayed.finishReason === 'interrupted') throw new AnswerError('model-cut');
      if (relayed.finishReason === 'error') throw new AnswerError('model-failed');
      if (firstMs === undefined) throw new AnswerError('model-empty');
      return relayed;
    },
    closeText(timeoutMs) {
      if (!open) return;
      open = false;
      if (timeoutMs === undefined) endStage?.(lastMs);
      else endStage?.(timeoutMs, 'timeout');
      events.write({type: 'text-end', id: 't'});
    },
    firstTokenMs: () => firstMs,
  };
  return relay;
}

function failProvider(cause: unknown): never {
  throw new ProviderError(cause);
}

function* split(text: string): Generator<string> {
  let at = 0;
  while (text.length - at > MAX_DELTA_CHARS) {
    const end = at + MAX_DELTA_CHARS;
    const pair = /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? 1 : 0; // both halves of a character in one event
    yield text.slice(at, end - pair);
    at = end - pair;
  }
  yield text.slice(at);
}

/** Addresses that a page may link to: the web, or a path of the shop itself. */
function isShowable(url: string): boolean {
  if (url.length > 2_000) return false;
  return /^\/(?!\/)/.test(url) || (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol));
}

import {type FinishReason, isStepCount, type LanguageModelUsage, streamText, type ToolSet} from 'ai';
import type {EventWriter} from './event-log.ts';
import {AnswerError, ProviderError} from './failure.ts';
import type {Chunk, Prompt} from './instructions.ts';
import type {AnswerModel} from './model.ts';
import {orAborted} from './or-aborted.ts';
import type {EndStage, Stages} from './stages.ts';
import {ToolFailure} from './tool-failure.ts';

/** How a model's answer ended, and what it cost. */
export interface Relayed {
  finishReason: FinishReason;
  usage: LanguageModelUsage;
}

/** What a model is asked, and what it may call meanwhile. */
export interface Asked extends Prompt {
  tools?: ToolSet | undefined;
  /** Is told the name in each call that could not be run: no such tool, or arguments that are none. */
  onRefused?: (name: string) => void;
}

/** The most messages of a model in one answer; in the last it may not call tools. */
export const MAX_MESSAGE_COUNT = 5;

/** A model's answer on its way into events. */
export interface Relay {
  /** Shows where a passage can be read, once per address. */
  source(source: Pick<Chunk, 'url' | 'title'>): void;
  /**
   * Asks the model and hands its text on as it comes, as fast as the events may be written. While it calls tools it is
   * asked on with their results; texts of several messages are paragraphs of one.
   *
   * @throws ProviderError with what the provider failed with as cause; AnswerError for an answer that broke off or has
   *   no text; the signal's reason when it aborts, at once even when the model does not listen to it.
   */
  ask(model: AnswerModel, asked: Asked): Promise<Relayed>;
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
  let isSpeaking = false; // text of this message has come

  const endMessage = () => endStage?.(isSpeaking ? lastMs : sinceMs());
  const beginMessage = () => {
    endMessage();
    isSpeaking = false;
    endStage = stages.begin('model', sinceMs());
  };
  const beginText = (nowMs: number) => {
    isSpeaking = true;
    endStage?.(nowMs);
    endStage = stages.begin('generate', nowMs);
    if (open) return PARAGRAPH;
    firstMs = nowMs;
    open = true;
    events.write({type: 'text-start', id: 't'});
    return '';
  };
  const addText = async (text: string) => {
    if (text === '') return;
    lastMs = sinceMs();
    const gap = isSpeaking ? '' : beginText(lastMs);
    for (const delta of split(gap + text)) {
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
    async ask(model, {tools, onRefused, ...prompt}) {
      beginMessage();
      const reader = streamText({
        model,
        ...prompt,
        ...(tools ? allowCalls(tools, endMessage) : {}),
        maxRetries: 0,
        abortSignal: signal,
        onError() {}, // the failure comes as a part too; the default prints it with prompt and headers
      }).stream.getReader();
      let relayed: Relayed | undefined;
      let messageCount = 0;
      try {
        for (;;) {
          const {done, value: part} = await orAborted(reader.read().catch(failProvider), signal);
          if (done) break;
          if (part.type === 'text-delta') await addText(part.text);
          else if (part.type === 'start-step' && messageCount++ > 0) beginMessage();
          else if (part.type === 'tool-error' && !(part.error instanceof ToolFailure)) onRefused?.(part.toolName);
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

/** Between the texts of two messages. */
const PARAGRAPH = '\n\n';

/** Writes what lets a model call tools; `onCalled` runs when a message with calls has ended, before they are waited for. */
function allowCalls(tools: ToolSet, onCalled: () => void) {
  return {
    tools,
    stopWhen: isStepCount(MAX_MESSAGE_COUNT),
    prepareStep: silenceLast,
    onLanguageModelCallEnd({content}: {content: readonly {type: string}[]}) {
      // the end of other messages is known by their texts, which may not have been taken yet
      if (content.some(({type}) => type === 'tool-call')) onCalled();
    },
  };
}

function silenceLast({stepNumber}: {stepNumber: number}) {
  return stepNumber === MAX_MESSAGE_COUNT - 1 ? {toolChoice: 'none' as const} : {};
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

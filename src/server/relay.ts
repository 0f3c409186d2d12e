import type {FinishReason, LanguageModelUsage} from 'ai';
import type {EventWriter} from './event-log.ts';
import {AnswerError, ProviderError} from './failure.ts';
import type {Chunk} from './instructions.ts';
import type {RouteName} from './model.ts';
import {orAborted} from './or-aborted.ts';
import type {Lost, Reply} from './reply.ts';
import type {EndStage, Stages} from './stages.ts';
import {ToolFailure} from './tool-failure.ts';

/** How a model's answer ended, and what it cost. */
export interface Relayed {
  finishReason: FinishReason;
  usage: LanguageModelUsage;
  text: string;
  /** The sources that were shown. */
  sources: readonly {url: string; title?: string}[];
}

/** An attempt that ended before its first text because its model handed the question over. */
export interface HandedOver {
  lostMs: number;
  lost: Lost;
}

/** Who answered in place of the model that was chosen. */
export interface FellBack {
  route: RouteName;
  /** The provider's name of the model, at most 64 characters. */
  model: string;
}

/** A model's answer on its way into events. */
export interface Relay {
  /** Shows where a passage can be read, once per address. */
  source(source: Pick<Chunk, 'url' | 'title'>): void;
  /**
   * Hands a reply's text on as it comes, as fast as the events may be written, and leaves it at the end. Texts of several
   * messages are paragraphs of one.
   *
   * @param options.stage - What the time to its first text is told as; absent when nobody is waited for.
   * @param options.onRefused - Is told the name in each call that could not be run: no such tool, or arguments that are
   *   none.
   * @throws ProviderError with what the provider failed with as cause; AnswerError for an answer that broke off or has
   *   no text; the signal's reason when it aborts, at once even when the model does not listen to it.
   */
  ask(reply: Reply, options?: {stage?: 'model'; onRefused?: (name: string) => void}): Promise<Relayed>;
  /** Begins the stage of a further call of the model. */
  beginCall(): void;
  /** Ends the stage of a message that called tools: they are waited for now. */
  endMessage(): void;
  /** Ends the stage of a call that failed, for the wait before the next; what it returns ends the wait. */
  beginRetry(): () => void;
  /** Who answers in place of the chosen model; undefined where that does. */
  fellBack(): FellBack | undefined;
  /** The attempt that was handed over; undefined when none was. */
  handedOver(): HandedOver | undefined;
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
  const shown = new Map<string, {url: string; title?: string}>();
  let wholeText = '';
  let handedOver: HandedOver | undefined;
  let fellBack: FellBack | undefined;
  let endStage: EndStage | undefined;
  let firstMs: number | undefined;
  let lastMs = 0;
  let open = false;
  let isSpeaking = false; // text of this message has come
  let isGenerating = false; // the stage is that of text; the next call may begin before the last text was taken

  const endMessage = () => endStage?.(isGenerating ? lastMs : sinceMs());
  const beginCall = () => {
    if (signal.aborted) return; // others may still read along
    endMessage();
    isGenerating = false;
    endStage = stages.begin('model', sinceMs());
  };
  const beginText = (nowMs: number) => {
    isSpeaking = true;
    isGenerating = true;
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
    const paragraph = (isSpeaking ? '' : beginText(lastMs)) + text;
    wholeText += paragraph;
    for (const delta of split(paragraph)) {
      events.write({type: 'text-delta', id: 't', delta});
      await orAborted(events.ready(), signal);
    }
  };

  const relay: Relay = {
    source({url, title}) {
      if (url === undefined || shown.has(url) || shown.size >= MAX_SOURCE_COUNT || !isShowable(url)) return;
      const source = {url, ...(title ? {title: title.slice(0, 200)} : {})};
      shown.set(url, source);
      events.write({type: 'source-url', sourceId: `s${shown.size}`, ...source});
    },
    async ask(reply, {stage, onRefused} = {}) {
      let askedMs = sinceMs();
      if (stage) beginCall();
      let relayed: Relayed | undefined;
      try {
        for (;;) {
          const {done, value: part} = await orAborted(reply.read().catch(failProvider), signal);
          if (done) break;
          if (part.type === 'text-delta') await addText(part.text);
          else if (part.type === 'start-step') isSpeaking = false;
          else if (part.type === 'tool-error' && !(part.error instanceof ToolFailure)) onRefused?.(part.toolName);
          else if (part.type === 'source' && part.sourceType === 'url') relay.source(part);
          else if (part.type === 'error') throw new ProviderError(part.error);
          else if (part.type === 'finish') {
            relayed = {finishReason: part.finishReason, usage: part.totalUsage, text: '', sources: []};
          } else if (part.type === 'fell-back') {
            fellBack = part.to;
            events.write({type: 'data-fw-fallback', data: {why: 'breaker', kind: 'route'}});
          } else if (part.type === 'handed-over') {
            const nowMs = sinceMs();
            handedOver = {lostMs: nowMs - askedMs, lost: part.lost};
            askedMs = nowMs;
            if (stage) beginCall();
          }
        }
      } finally {
        reply.cancel();
      }
      if (!relayed || relayed.finishReason === 'interrupted') throw new AnswerError('model-cut');
      if (relayed.finishReason === 'error') throw new AnswerError('model-failed');
      if (firstMs === undefined) throw new AnswerError('model-empty');
      return {...relayed, text: wholeText, sources: [...shown.values()]};
    },
    closeText(timeoutMs) {
      if (!open) return;
      open = false;
      if (timeoutMs === undefined) endStage?.(lastMs);
      else endStage?.(timeoutMs, 'timeout');
      events.write({type: 'text-end', id: 't'});
    },
    beginCall,
    endMessage,
    beginRetry() {
      if (signal.aborted) return () => {}; // as above
      const nowMs = sinceMs();
      endStage?.(nowMs, 'error');
      const endWait = stages.begin('retry', nowMs);
      return () => {
        if (signal.aborted) return;
        endWait(sinceMs());
        beginCall();
      };
    },
    fellBack: () => fellBack,
    firstTokenMs: () => firstMs,
    handedOver: () => handedOver,
  };
  return relay;
}

/** Between the texts of two messages. */
const PARAGRAPH = '\n\n';

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

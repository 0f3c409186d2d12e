import type {ChatEvent, Words as Waited} from '../chat/index.ts';
import type {MoreParts} from './parts.ts';
import {readSpoken} from './spoken.ts';
import {sayOrigin, sayWait} from './substitute.tsx';
import {createVoice, GAP_MS} from './voice.ts';

/** Says to screen readers what happened. */
export interface Announcer {
  hear(event: ChatEvent): void;
  say(text: string): void;
}

/** How long an answer's first word may take before it is said that it is on its way, in ms. */
export const SILENCE_MS = 1000;

/** How many parts of one answer are said before it is whole. */
export const PART_COUNT = 3;

/**
 * Speaks through the status region that is there before anything is opened: that a question was sent, an answer in
 * whole sentences, and what buttons did. Why an answer failed is said at once, in a region of its own.
 */
export function createAnnouncer({chat, box, status, words, language, isOpen, signal}: MoreParts): Announcer {
  const alert = document.createElement('p');
  alert.className = 'unseen';
  alert.role = 'alert';
  status.after(alert);
  status.ariaAtomic = 'false';
  const voice = createVoice(status, signal);
  const urgent = createVoice(alert, signal);
  /** How much of the answer was said, in characters and in parts. */
  let saidChars = 0;
  let partCount = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** What was said of the wait; the seconds in it are for the eye. */
  let saidWait = '';
  signal.addEventListener('abort', () => clearTimeout(timer));

  function sayNew(isWhole: boolean): void {
    const answer = [...box.querySelectorAll('.text')].at(-1);
    const text = answer ? readSpoken(answer, {words, isWhole}).slice(saidChars) : '';
    if (!text.trim()) return;
    voice.say(text);
    saidChars += text.length;
    partCount++;
  }

  function follow(): void {
    if (isOpen()) sayNew(false);
    if (partCount < PART_COUNT) timer = setTimeout(follow, GAP_MS);
  }

  /** Says what is done; that an answer is on its way has been said by itself. */
  function sayWaited(waited: Waited): void {
    const {stage, label, waitedS} = waited;
    if (!stage && !label) return;
    if (saidChars === 0) clearTimeout(timer);
    const wait = `${waitedS !== undefined} ${stage} ${label}`;
    if (wait !== saidWait) voice.say(sayWait(waited, {words, language}));
    saidWait = wait;
  }

  return {
    say: voice.say,
    hear(event) {
      const {kind} = event;
      if (kind === 'sign') {
        if (!event.words) voice.say(words.came);
        else if (isOpen()) sayWaited(event.words);
      }
      if (kind === 'sign' || kind === 'trouble' || kind === 'turn' || kind === 'budget' || kind === 'hedge') return;
      clearTimeout(timer);
      if (kind === 'send') {
        saidChars = partCount = 0;
        saidWait = '';
        voice.hush();
        voice.say(words.sent);
        timer = setTimeout(() => voice.say(words.answering), SILENCE_MS);
      } else if (kind === 'firsttoken') timer = setTimeout(follow, GAP_MS);
      else if (kind === 'complete') {
        if (isOpen()) sayNew(true);
      } else if (kind === 'stop') {
        voice.hush();
        voice.say(words.stopped);
      } else if (kind === 'fallback') {
        voice.hush();
        const answer = chat.state().messages.findLast((message) => message.kind === 'answer');
        voice.say(answer ? sayOrigin(answer, words) : '');
        if (event.problem) urgent.say(words.problems[event.problem]);
        if (event.step === 'faq' || event.step === 'message') queueMicrotask(() => isOpen() && sayNew(true));
      } else if (kind === 'error') {
        voice.hush();
        urgent.say(words.problems[event.problem]);
      }
    },
  };
}

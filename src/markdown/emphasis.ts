import {createMark, MAX_REACH, type Mark, type Span} from './piece.ts';

/** A delimiter run: markers of emphasis or strikethrough side by side. */
export interface Run {
  mark: Mark;
  character: string;
  /** Its length before any span used a part of it. */
  length: number;
  /** Its place in the source. */
  at: number;
  canOpen: boolean;
  canClose: boolean;
}

/** Openers that wait for their closers, and where each kind of closer has looked in vain. */
export interface Openers {
  runs: Run[];
  /** Place before which no opener fits, by kind of closer. */
  bottoms: Map<string, number>;
}

/** With more openers than these waiting, none of them is likely to be meant. */
const MAX_HEALED = 8;

/** Makes an empty stack of openers. */
export function createOpeners(): Openers {
  return {runs: [], bottoms: new Map()};
}

/** Reads the delimiter run at a place. https://spec.commonmark.org/0.31.2/#delimiter-run */
export function readRun(text: string, at: number): Run {
  const character = text.charAt(at);
  let end = at + 1;
  while (text[end] === character) end++;
  const before = kindOf([...text.slice(Math.max(at - 2, 0), at)].at(-1));
  const after = kindOf(text.slice(end, end + 2));
  const left = after > SPACE && (after > PUNCTUATION || before < WORD);
  const right = before > SPACE && (before > PUNCTUATION || after < WORD);
  const inWord = character === '_';
  const length = end - at;
  const possible = character !== '~' || length < 3;
  return {
    mark: createMark(text.slice(at, end)),
    character,
    length,
    at,
    canOpen: possible && left && (!inWord || !right || before === PUNCTUATION),
    canClose: possible && right && (!inWord || !left || after === PUNCTUATION),
  };
}

const SPACE = 0;
const PUNCTUATION = 1;
const WORD = 2;

/** Tells what the character is with which a text begins; nothing counts as space. */
function kindOf(text = ''): number {
  if (!text || /^\s/.test(text)) return SPACE;
  return /^[\p{P}\p{S}]/u.test(text) ? PUNCTUATION : WORD;
}

/**
 * Matches closers with openers, from the first run to the last; runs that can still open join the stack.
 * https://spec.commonmark.org/0.31.2/#phase-2-inline-structure
 */
export function matchRuns(closers: readonly Run[], {runs, bottoms}: Openers): void {
  for (const closer of closers) {
    const kind = `${closer.character}${closer.canOpen}${closer.length % 3}`;
    while (closer.canClose && closer.mark.text) {
      const bottom = Math.max(bottoms.get(kind) ?? 0, closer.at - MAX_REACH);
      let place = runs.length - 1;
      for (let run = runs[place]; run && run.at >= bottom && !fits(run, closer); run = runs[place]) place--;
      const opener = place < 0 ? undefined : runs[place];
      if (!opener || opener.at < bottom) {
        bottoms.set(kind, closer.at);
        break;
      }
      runs.length = place + 1;
      const size =
        closer.character === '~' ? closer.length : Math.min(opener.mark.text.length, closer.mark.text.length, 2);
      const span = createSpan(closer.character, size);
      opener.mark.opens.push(span);
      closer.mark.closes.push(span);
      opener.mark.text = opener.mark.text.slice(size);
      closer.mark.text = closer.mark.text.slice(size);
      if (!opener.mark.text) runs.pop();
    }
    if (closer.canOpen && closer.mark.text) runs.push(closer);
  }
}

function fits(opener: Run, closer: Run): boolean {
  if (opener.character !== closer.character) return false;
  if (opener.character === '~') return opener.length === closer.length;
  const both = closer.canOpen || opener.canClose;
  return !both || (opener.length + closer.length) % 3 !== 0 || closer.length % 3 === 0;
}

function createSpan(character: string, size: number): Span {
  const marker = character.repeat(size);
  const tag = character === '~' ? 'del' : size > 1 ? 'strong' : 'em';
  return {tag, opener: marker, closer: marker, url: '', title: ''};
}

/**
 * Opens what is clearly meant to be emphasis although its closer is still to come.
 *
 * @returns The spans to close at the end, the innermost first.
 */
export function healOpeners({runs}: Openers): Span[] {
  const spans: Span[] = [];
  if (runs.length > MAX_HEALED) return spans;
  for (const {mark, character, canClose} of runs) {
    const size = mark.text.length;
    if (canClose || size > 3 || (character === '~' && size !== 2)) continue;
    mark.text = '';
    // three are emphasis around strong emphasis
    const healed = (size > 2 ? [2, 1] : [size]).map((each) => createSpan(character, each));
    mark.opens.push(...healed);
    spans.push(...healed.reverse());
  }
  return spans.reverse();
}

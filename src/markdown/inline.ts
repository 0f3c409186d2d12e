import {codeText, findTicks, matchTicks, type Ticks} from './code-span.ts';
import {createOpeners, healOpeners, matchRuns, type Run, readRun} from './emphasis.ts';
import {readEntity} from './entities.ts';
import {normaliseLabel, readInlineTarget, readLabel, type Target} from './link.ts';
import {createMark, MAX_REACH, type Mark, type Piece, type Span} from './piece.ts';
import {trimEnd} from './space.ts';

/** How a leaf's text is to be read. */
export interface InlineOptions {
  /** Place to begin at: 0, or that of a cut. */
  from: number;
  /** Links, and brackets that might have been some, before that place; beyond MAX_LINKS there are none. */
  linkCount: number;
  /** Whether more text may follow. Then what is half written is shown as what it will most likely be, or held back. */
  open: boolean;
  /** Gives a link that was defined apart, by its label's compared form. */
  find: (label: string) => Target | undefined;
}

interface Bracket {
  mark: Mark;
  /** Its index among the pieces. */
  index: number;
  at: number;
  image: boolean;
  /** How many runs waited when it was opened. */
  runCount: number;
  /** Whether another bracket was opened after it. */
  nested: boolean;
}

/** The most links of an answer. Pairs of brackets count too, so that late definitions change no other link. */
const MAX_LINKS = 500;

/** Least distance between two cuts, in characters. */
const CUT_CHARS = 512;

/** Longest tail that is held back, in characters. */
const HELD_CHARS = 256;

const PLAIN = /[^\\`*_~[\]!<&\n]+/y;
const AUTOLINK =
  /<(?:([a-z][a-z\d+.-]{1,31}:[^\0- <>]*)|([\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*))>/iy;
/** At the end of an open text: what may still become a marker, an escape, an entity, an autolink or half a character. */
const HELD = /(?:\\?[*_~`]+|\\|&[#\w]*|<[^\s<>]*|[\uD800-\uDBFF])$/;

/** Ways in which a link's half-written target may end. */
const COMPLETIONS = [')', '>)', '")', "')", '))'];

/** Reads a leaf's text into pieces, by the second phase of CommonMark's parsing strategy, in time linear to its length. */
export function readInline(source: string, options: InlineOptions): {pieces: Piece[]; linkCount: number} {
  const {from, open, find} = options;
  const text = open ? hold(source) : trimEnd(source);
  const pieces: Piece[] = [];
  const openers = createOpeners();
  const brackets: Bracket[] = [];
  /** Runs within brackets that are still open. */
  let waiting: Run[] = [];
  let {linkCount} = options;
  let ticks: Ticks | undefined;
  let at = from;
  let lastCut = from;
  /** Where a bracket closed a link: links hold no links, so brackets before it open none. */
  let linkedBefore = 0;
  /** Whether what came before may still turn out to be something else. */
  let undecided = false;

  function say(words: string): void {
    const last = pieces.at(-1);
    if (last?.kind === 'text') last.text += words;
    else pieces.push({kind: 'text', text: words});
  }

  function sayPlain(): void {
    PLAIN.lastIndex = at;
    const plainEnd = PLAIN.test(text) ? PLAIN.lastIndex : at + 1;
    let end = Math.min(Math.max(at + 1, lastCut + CUT_CHARS), plainEnd);
    while (end < plainEnd && !mayCut(text, end)) end++;
    // spaces before a line end are no words
    say(text[end] === '\n' ? trimEnd(text.slice(at, end)) : text.slice(at, end));
    at = end;
  }

  function cut(): void {
    pieces.push({kind: 'cut', at, linkCount});
    lastCut = at;
  }

  /** Whether nothing that follows can change what came before. */
  function isSettled(): boolean {
    const oldest = at - MAX_REACH;
    const bracket = brackets.at(-1);
    if (bracket && bracket.at < oldest) {
      brackets.length = 0;
      matchWaiting();
    }
    const opener = openers.runs.at(-1);
    return !undecided && brackets.length === 0 && !(opener && opener.at >= oldest);
  }

  function matchWaiting(): void {
    matchRuns(waiting, openers);
    waiting = [];
  }

  function readDelimiters(): void {
    const run = readRun(text, at);
    at += run.length;
    pieces.push(run.mark);
    waiting.push(run);
    if (brackets.length === 0) matchWaiting();
  }

  function readCode(): void {
    ticks ??= findTicks(text, at);
    const {start, end, close} = matchTicks(ticks, {text, at});
    if (close) {
      pieces.push({kind: 'code', text: codeText(text.slice(start, end))});
      at = close;
    } else if (open && start + MAX_REACH > text.length) {
      if (start < text.length) pieces.push({kind: 'code', text: codeText(text.slice(start))});
      undecided = true;
      at = text.length;
    } else {
      say(text.slice(at, start));
      at = start;
    }
  }

  function readEscape(): void {
    const next = text.charAt(at + 1);
    const known = /[!-/:-@[-`{-~]/.test(next);
    if (next === '\n') pieces.push({kind: 'break', text: ''});
    else say(known ? next : '\\');
    at += known ? 2 : 1;
  }

  function readLineEnd(): void {
    if (text[at - 1] === ' ' && text[at - 2] === ' ') pieces.push({kind: 'break', text: ''});
    say('\n');
    at++;
  }

  function openBracket(image: boolean): void {
    const mark = createMark(image ? '![' : '[');
    const outer = brackets.at(-1);
    if (outer) outer.nested = true;
    brackets.push({mark, index: pieces.push(mark) - 1, at, image, runCount: waiting.length, nested: false});
    at += mark.text.length;
  }

  function closeBracket(): void {
    const bracket = brackets.at(-1);
    const possible =
      bracket &&
      at - bracket.at <= MAX_REACH &&
      (bracket.image || bracket.at >= linkedBefore) &&
      linkCount++ < MAX_LINKS;
    const target = possible ? readTarget(bracket) : undefined;
    if (target === 'half') {
      undecided = true;
      at = text.length;
      return;
    }
    brackets.pop();
    if (bracket && target) {
      const closer = text.slice(at, target.end);
      link(bracket, {tag: bracket.image ? 'img' : 'a', opener: bracket.mark.text, closer, ...target});
      at = target.end;
    } else {
      say(']');
      at++;
    }
    if (brackets.length === 0) matchWaiting();
  }

  /** Reads what follows the closing bracket at this place; `half` when it may still become a target. */
  function readTarget(bracket: Bracket): (Target & {end: number}) | 'half' | undefined {
    const next = text[at + 1];
    if (open && next === undefined) return 'half';
    if (next === '(') {
      const target = readInlineTarget(text, at + 1);
      if (target) return target;
      const rest = open && text.length - at < HELD_CHARS * 8 ? text.slice(at + 1) : '';
      if (rest && COMPLETIONS.some((each) => readInlineTarget(rest + each, 0)?.end === rest.length + each.length)) {
        return 'half';
      }
    }
    const label = next === '[' ? readLabel(text, at + 1) : undefined;
    if (open && next === '[' && !label && !/[[\]]/.test(text.slice(at + 2))) return 'half';
    const own = label === undefined || label.value === '';
    if (own && bracket.nested) return undefined;
    const name = own ? text.slice(bracket.at + bracket.mark.text.length, at) : label.value;
    const found = name.length < 1000 ? find(normaliseLabel(name)) : undefined;
    return found && {url: found.url, title: found.title, end: label?.end ?? at + 1};
  }

  function link({mark, image, at: openedAt, runCount}: Bracket, span: Span): void {
    mark.text = '';
    mark.opens.push(span);
    matchRuns(waiting.splice(runCount), createOpeners());
    pieces.push(createMark('', [span]));
    if (!image) linkedBefore = openedAt;
  }

  function readPointed(): void {
    AUTOLINK.lastIndex = at;
    const [whole = '', address, mail = ''] = AUTOLINK.exec(text) ?? [];
    if (whole && linkCount++ < MAX_LINKS) {
      const span: Span = {tag: 'a', opener: '<', closer: '>', url: address ?? `mailto:${mail}`, title: ''};
      const mark = createMark('');
      mark.opens.push(span);
      pieces.push(mark, {kind: 'text', text: address ?? mail}, createMark('', [span]));
      at += whole.length;
      return;
    }
    undecided ||= open && !/[\s<>]/.test(text.slice(at + 1));
    say('<');
    at++;
  }

  function readAmpersand(): void {
    const entity = readEntity(text, at);
    say(entity?.value ?? '&');
    undecided ||= open && text.length - at < 12;
    at = entity?.end ?? at + 1;
  }

  function heal(): void {
    const image = brackets.find((each) => each.image);
    for (const bracket of brackets) bracket.mark.text = '';
    matchWaiting();
    if (image) pieces.length = image.index;
    const end = image?.at ?? text.length;
    openers.runs = openers.runs.filter((run) => run.at >= lastCut && run.at < end);
    pieces.push(createMark('', healOpeners(openers)));
  }

  while (at < text.length) {
    if (at - lastCut >= CUT_CHARS && mayCut(text, at) && isSettled()) cut();
    const character = text[at];
    if (character === '\\') readEscape();
    else if (character === '`') readCode();
    else if (character === '*' || character === '_' || character === '~') readDelimiters();
    else if (character === '[') openBracket(false);
    else if (character === '!' && text[at + 1] === '[') openBracket(true);
    else if (character === ']') closeBracket();
    else if (character === '<') readPointed();
    else if (character === '&') readAmpersand();
    else if (character === '\n') readLineEnd();
    else sayPlain();
  }
  if (open) heal();
  else matchWaiting();
  return {pieces, linkCount};
}

function hold(source: string): string {
  const text = trimEnd(source);
  const tail = text.slice(-HELD_CHARS);
  return trimEnd(text.slice(0, text.length - tail.length) + tail.replace(HELD, ''));
}

/** Whether a text node may end at a place: before a word, or before an ideograph, because those have no spaces. */
function mayCut(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (text[at - 1] === ' ') return code > 32;
  return (code > 0x2e7f && code < 0xd800) || (code > 0xf8ff && code < 0xfe00);
}

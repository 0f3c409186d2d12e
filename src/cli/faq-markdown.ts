import {slugOf} from './faq-names.ts';
import {createLines, type Lines, type Path, type Problem, type Source} from './faq-source.ts';

interface Line {
  text: string;
  line: number;
}

/** A heading and what stands below it, up to the next heading of any level. */
interface Section extends Line {
  level: number;
  /** What stands in `{#…}` behind the heading. */
  anchor: string | undefined;
  body: Line[];
}

const HEADING = /^(#{1,6})\s+(.*?)\s*#*\s*$/;
const FENCE = /^ {0,3}(```|~~~)/;
const ALSO = /^\s*(?:\*\*)?(?:also|also asked|variants)(?:\*\*)?:(?:\*\*)?\s*(.*)$/i;
const BULLET = /^\s*(?:[-*+]|\d+[.)])\s+/;

/**
 * Reads a FAQ that is written as Markdown: a heading with text below it is a question and its answer, one without names
 * the topic of the headings below it. `{#id}` behind a question names it. Lines after `Also:`, up to an empty one, are
 * other phrasings. What is listed below `# Negatives` has no answer.
 */
export function readMarkdown(text: string): Source {
  const lines = createLines();
  const problems: Problem[] = [];
  const {sections, before} = readSections(text);
  const [first] = before;
  if (first) problems.push({level: 'warning', line: first.line, text: 'text before the first heading is left out'});
  const topics: {level: number; topic: string}[] = [];
  const entries: object[] = [];
  const negatives: string[] = [];
  sections.forEach((section, at) => {
    const {level, anchor, body} = section;
    while ((topics.at(-1)?.level ?? 0) >= level) topics.pop();
    if (slugOf(anchor ?? section.text) === 'negatives') {
      for (const each of body) {
        lines.set(['negatives', negatives.length], each.line);
        negatives.push(each.text.replace(BULLET, '').trim());
      }
      return;
    }
    const next = sections[at + 1];
    if (body.length === 0 && next && next.level > level) {
      topics.push({level, topic: anchor ?? slugOf(section.text)});
      return;
    }
    entries.push(readEntry(section, {path: ['entries', entries.length], topic: topics.at(-1)?.topic, lines}));
  });
  return {
    value: {entries, ...(negatives.length > 0 && {negatives})},
    lineOf: lines.lineOf,
    nameOf: ([, , key]) => (key === undefined || key === 'question' ? 'the heading' : `its ${key}`),
    problems,
  };
}

function readEntry(
  {text, anchor, line, body}: Section,
  {path, topic, lines}: {path: Path; topic: string | undefined; lines: Lines},
): object {
  const {answer, answerLine = line, variants} = readBody(body);
  lines.set(path, line);
  lines.set([...path, 'answer'], answerLine);
  variants.forEach((variant, at) => {
    lines.set([...path, 'variants', at], variant.line);
  });
  return {
    id: anchor ?? slugOf(text),
    question: text,
    variants: variants.map((variant) => variant.text),
    answer,
    ...(topic !== undefined && {topic}),
  };
}

function readSections(text: string): {sections: Section[]; before: Line[]} {
  const sections: Section[] = [];
  const before: Line[] = [];
  let fence = '';
  text.split(/\r?\n/).forEach((content, at) => {
    const [, mark = ''] = FENCE.exec(content) ?? [];
    const heading = fence === '' && mark === '' ? HEADING.exec(content) : null;
    if (mark !== '' && (fence === '' || fence === mark)) fence = fence === '' ? mark : '';
    const body = sections.at(-1)?.body ?? before;
    if (heading) {
      const [, marks = '', words = ''] = heading;
      const [, title = words, anchor] = /^(.*?)\s*\{#([^}]*)\}$/.exec(words) ?? [];
      sections.push({text: title, line: at + 1, level: marks.length, anchor, body: []});
    } else body.push({text: content, line: at + 1});
  });
  for (const {body} of sections) trim(body);
  trim(before);
  for (const {anchor, text: title, body} of sections) {
    if (slugOf(anchor ?? title) === 'negatives')
      body.splice(0, body.length, ...body.filter((each) => each.text.trim()));
  }
  return {sections, before};
}

/** Takes the empty lines from both ends. */
function trim(lines: Line[]): void {
  while (lines[0]?.text.trim() === '') lines.shift();
  while (lines.at(-1)?.text.trim() === '') lines.pop();
}

function readBody(body: readonly Line[]): {answer: string; answerLine?: number; variants: Line[]} {
  const variants: Line[] = [];
  const rest: Line[] = [];
  let state: 'answer' | 'also' | 'listing' = 'answer';
  for (const each of body) {
    const [isAlso, inline = ''] = ALSO.exec(each.text) ?? [];
    const isEmpty = each.text.trim() === '';
    if (isAlso !== undefined && state !== 'listing') {
      if (inline !== '') variants.push({text: inline, line: each.line});
      state = inline === '' ? 'also' : 'listing';
    } else if (state === 'answer') rest.push(each);
    else if (!isEmpty) {
      variants.push({text: each.text.replace(BULLET, '').trim(), line: each.line});
      state = 'listing';
    } else if (state === 'listing') state = 'answer'; // an empty line right behind `Also:` ends nothing yet
  }
  trim(rest);
  const [first] = rest;
  return {
    answer: rest.map(({text}) => text).join('\n'),
    ...(first && {answerLine: first.line}),
    variants,
  };
}

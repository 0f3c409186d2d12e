import {type FaqEntry, MAX_QUESTION_CHARS, type Negative, readWords} from '../faq/index.ts';
import {readField, readFields, type Tell} from './faq-fields.ts';
import {FORBIDDEN_NAMES} from './faq-json.ts';
import {faultOfAddress, findLinkFaults} from './faq-links.ts';
import {type Path, quote} from './faq-source.ts';

/** From how many characters on an answer is more than a chat should say at once. */
export const LONG_ANSWER_CHARS = 2000;
/** The most characters of an answer that a pack takes. */
export const MAX_ANSWER_CHARS = 20_000;
/** The most characters of an id. */
const MAX_ID_CHARS = 64;

const ENTRY_FIELDS = {
  id: 'text',
  question: 'text',
  answer: 'text',
  variants: 'texts',
  topic: 'text',
  tags: 'texts',
  links: 'list',
  expiresAt: 'text',
  private: 'flag',
  context: 'object',
} as const satisfies Record<keyof FaqEntry, string>;
const NEGATIVE_FIELDS = {question: 'text', variants: 'texts'} as const satisfies Record<keyof Negative, string>;
const LINK_FIELDS = {url: 'text', title: 'text'} as const;

/** Reads an entry and tells what is wrong with it by itself; what it cannot do without is empty when it is missing. */
export function readEntry(value: unknown, {path, tell}: {path: Path; tell: Tell}): FaqEntry {
  const read = readFields(value, {fields: ENTRY_FIELDS, path, tell}) as Partial<FaqEntry>; // each of its kind
  const isObject = typeof value === 'object' && value !== null;
  for (const key of ['id', 'question', 'answer'] as const) {
    if (isObject && !(key in value)) tell(path, `has no ${key}`);
    else if (read[key]?.trim() === '') tell([...path, key], 'is empty');
  }
  checkId(read.id, {path: [...path, 'id'], tell});
  checkPhrasings({question: read.question ?? '', ...read}, {path, tell});
  checkAnswer(read.answer ?? '', {path: [...path, 'answer'], tell});
  if (read.expiresAt !== undefined && !isDate(read.expiresAt)) {
    tell([...path, 'expiresAt'], `is ${quote(read.expiresAt)}, no date such as "2027-01-31" or "2027-01-31T18:00:00Z"`);
  }
  (read.links as unknown[] | undefined)?.forEach((link, at) => {
    const place = [...path, 'links', at];
    const {url, title} = readFields(link, {fields: LINK_FIELDS, path: place, tell});
    const fault = typeof url === 'string' ? faultOfAddress(url.trim()) : 'has no url';
    if (fault !== undefined) tell(place, fault);
    if (typeof title !== 'string' || title.trim() === '') tell(place, 'has no title');
  });
  for (const [name, values] of Object.entries(read.context ?? {})) {
    readField(values, {kind: 'texts', path: [...path, 'context', name], tell});
  }
  return {id: '', question: '', ...read};
}

/** Reads a negative: a question, or one with its variants. */
export function readNegative(value: unknown, {path, tell}: {path: Path; tell: Tell}): Negative {
  const given = typeof value === 'string' ? {question: value} : value;
  const read = readFields(given, {fields: NEGATIVE_FIELDS, path, tell}) as Partial<Negative>; // each of its kind
  if (!read.question?.trim()) tell(path, 'has no question');
  const negative = {question: '', ...read};
  checkPhrasings(negative, {path, tell});
  return negative;
}

function checkId(id: string | undefined, {path, tell}: {path: Path; tell: Tell}): void {
  if (id === undefined || id.trim() === '') return;
  if (FORBIDDEN_NAMES.includes(id)) tell(path, `may not be ${quote(id)}`);
  else if (id.length > MAX_ID_CHARS) tell(path, `is longer than ${MAX_ID_CHARS} characters`);
  else if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:/-]*$/u.test(id)) {
    tell(path, `is ${quote(id)}; an id has letters, digits and . _ : / - only, a letter or digit first`);
  }
}

function checkPhrasings({question, variants = []}: Negative, {path, tell}: {path: Path; tell: Tell}): void {
  const look = (text: string, place: Path) => {
    if (text.trim() === '') tell(place, 'is empty', 'warning');
    else if (readWords(text).length === 0)
      tell(place, `has no word: ${quote(text)}`, place.includes('variants') ? 'warning' : 'error');
    else if (text.length > MAX_QUESTION_CHARS) {
      tell(place, `is longer than ${MAX_QUESTION_CHARS} characters; the rest is not compared`, 'warning');
    }
  };
  if (question.trim() !== '') look(question, [...path, 'question']);
  variants.forEach((variant, at) => {
    look(variant, [...path, 'variants', at]);
  });
}

function checkAnswer(answer: string, {path, tell}: {path: Path; tell: Tell}): void {
  const length = `is ${answer.length.toLocaleString('en')} characters long`;
  if (answer.length > MAX_ANSWER_CHARS) tell(path, `${length}; ${MAX_ANSWER_CHARS.toLocaleString('en')} at most`);
  else if (answer.length > LONG_ANSWER_CHARS) {
    const most = LONG_ANSWER_CHARS.toLocaleString('en');
    tell(path, `${length}; more than ${most} is much to read in a chat: link to a page`, 'warning');
  }
  for (const {text} of findLinkFaults(answer.slice(0, MAX_ANSWER_CHARS))) tell(path, text);
}

/** Whether a text is a day, or a time of one, that there is. */
function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$/.exec(text) ?? [];
  if (day === undefined || Number.isNaN(Date.parse(text))) return false;
  return new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
}

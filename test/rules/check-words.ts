import type {Words} from '../../src/widget/words/words.ts';

/** Words on buttons that stand in a line with others: they must stay short. */
const BUTTONS = ['send', 'stop', 'retry', 'copy', 'follow', 'stay', 'edit', 'cancel', 'newest', 'reasons'];

/** The most characters that such a button has room for. */
const BUTTON_CHARS = 24;

/**
 * Finds what is wrong with the words of a language, measured by the English ones: a line for each.
 *
 * @param options.alike - Texts that are the same in English.
 */
export function checkWords(options: {tag: string; words: Words; english: Words; alike: readonly string[]}): string[] {
  const {tag, words, english, alike} = options;
  const {unread, dir, ...rest} = words;
  const {unread: _, dir: __, ...englishRest} = english;
  const own = flatten(rest);
  const wanted = flatten(englishRest);
  const isLatin = new Intl.Locale(tag).maximize().script === 'Latn';
  const lines: string[] = [];

  for (const key of own.keys()) if (!wanted.has(key)) lines.push(`${key}: is not known`);
  for (const [key, inEnglish] of wanted) {
    const text = own.get(key);
    if (text === undefined) lines.push(`${key}: is missing`);
    else lines.push(...checkText({key, text, inEnglish, isLatin, alike}));
  }

  const {pluralCategories} = new Intl.PluralRules(tag).resolvedOptions();
  const forms = Object.keys(unread).sort();
  const needed = [...pluralCategories].sort();
  if (`${forms}` !== `${needed}`) lines.push(`unread: has the forms ${forms.join(', ')}, not ${needed.join(', ')}`);
  for (const [form, text] of Object.entries(unread)) {
    lines.push(...checkText({key: `unread.${form}`, text, inEnglish: english.unread.other, isLatin, alike}));
  }

  const {direction} = localeInfo(tag);
  if (dir !== direction) lines.push(`dir: is ${dir}, not ${direction}`);
  return lines;
}

function checkText(options: {
  key: string;
  text: string;
  inEnglish: string;
  isLatin: boolean;
  alike: readonly string[];
}): string[] {
  const {key, text, inEnglish, isLatin, alike} = options;
  const lines: string[] = [];
  const [gaps, wantedGaps] = [gapsOf(text), gapsOf(inEnglish)];
  const most = BUTTONS.includes(key.split('.')[0] ?? '') ? BUTTON_CHARS : inEnglish.length * 2 + 8;
  if (text.trim() === '') lines.push(`${key}: is empty`);
  if (gaps !== wantedGaps) lines.push(`${key}: has the gaps "${gaps}", not "${wantedGaps}"`);
  if (text === inEnglish && !alike.includes(text)) lines.push(`${key}: is English`);
  if (!isLatin && /[a-z]/i.test(text.replace(/\{\w+}/g, ''))) lines.push(`${key}: has Latin letters`);
  if (text.length > most) lines.push(`${key}: is ${text.length} characters long, ${most} at most`);
  return lines;
}

const gapsOf = (text: string) => (text.match(/\{\w+}/g) ?? []).sort().join(' ');

/** Gives every text by its path; what is no text counts as missing. */
function flatten(words: object, path = ''): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === 'string' ? [[`${path}${key}`, value] as const] : [...flatten(value ?? {}, `${path}${key}.`)],
    ),
  );
}

/** Says what Intl knows of how a language is written. */
function localeInfo(tag: string): {direction: string} {
  // the types of this method are not there yet
  return (new Intl.Locale(tag) as Intl.Locale & {getTextInfo(): {direction: string}}).getTextInfo();
}

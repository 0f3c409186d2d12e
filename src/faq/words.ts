/** The most characters of a question that are read: what is longer is no question of a FAQ, and must cost no more. */
export const MAX_QUESTION_CHARS = 400;

/** Letters that stand for words by themselves, where no spaces are written. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]/gu;

const VOWEL = /[aeiouy]/;
const SHORT: Readonly<Record<string, string>> = {m: 'am', re: 'are', ve: 'have', ll: 'will', d: 'would', s: 'is'};

/**
 * Splits text into words as they are compared: lower case, without accents, vowel marks and punctuation, short forms of
 * English written out. Empty for a text without letters and digits.
 */
export function readWords(text: string): string[] {
  const plain = text
    .slice(0, MAX_QUESTION_CHARS)
    .normalize('NFKD')
    // accents of Latin, Greek and Cyrillic; Arabic vowel marks and the stroke that only lengthens a word
    .replace(/[\u0300-\u036f\u0640\u064b-\u065f\u0670]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/\bcan['’]?t\b|\bcannot\b/g, 'can not')
    .replace(/n['’]t\b/g, ' not')
    .replace(/\b(do|is|are|was|does|did|have|has|could|should|would)nt\b/g, '$1 not')
    .replace(/\b(what|where|how|who|when|that)s\b/g, '$1 is')
    .replace(/['’](m|re|ve|ll|d|s)\b/g, (_, short: string) => ` ${SHORT[short]}`)
    .slice(0, MAX_QUESTION_CHARS) // some signs become a whole sentence
    .replace(UNSPACED, ' $& ');
  return plain.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/** Cuts a word to its stem, lightly: endings that many languages of Latin letters share, and only of long words. */
export function stemOf(word: string): string {
  // without patterns of whole words: a page that opens a large pack does this some thousand times at once
  let stem = word;
  if (stem.length > 3 && stem.endsWith('s')) {
    if (stem.endsWith('ies')) stem = `${stem.slice(0, -3)}y`;
    else if (!/[su]/.test(stem.charAt(stem.length - 2))) stem = stem.slice(0, -1);
  }
  const ending = stem.endsWith('ing') ? 3 : stem.endsWith('ed') ? 2 : 0;
  if (ending > 0 && stem.length > 4 && VOWEL.test(stem.slice(0, -ending))) stem = stem.slice(0, -ending);
  if (stem.length > 3) {
    if (stem.endsWith('e')) stem = stem.slice(0, -1);
    if (stem.endsWith('y')) stem = `${stem.slice(0, -1)}i`;
    if (stem.at(-1) === stem.at(-2)) stem = stem.slice(0, -1);
  }
  return stem;
}

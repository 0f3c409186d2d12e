/**
 * What nobody sees and no answer needs: control characters, zero-width and bidirectional controls (the marks U+200C to
 * U+200F stay, which Persian, emoji and Hebrew need), annotations, and plane 14 with its tag characters.
 */
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\x01-\x08\x0B-\x1F\x7F-\x9F\u200B\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\uDB40-\uDB43][\uDC00-\uDFFF]/g;

/** Removes invisible characters and replaces NUL, as CommonMark demands. */
export function clean(text: string): string {
  return text.replace(INVISIBLE, '').replaceAll('\0', '\uFFFD');
}

/** One example of a specification: what is written, and the HTML that it means. */
export interface Example {
  /** Its number within the text it was read from, from 1 on. */
  number: number;
  markdown: string;
  html: string;
}

/** Reads the examples out of the text of a specification in CommonMark's own notation; `→` stands for a tab there. */
export function readExamples(specification: string): Example[] {
  const pattern = /^(`{32}) example[^\n]*\n([\s\S]*?)^\.\n([\s\S]*?)^\1$/gm;
  return [...specification.replaceAll('\r\n', '\n').matchAll(pattern)].map(([, , markdown = '', html = ''], at) => ({
    number: at + 1,
    markdown: markdown.replaceAll('→', '\t'),
    html: html.replaceAll('→', '\t'),
  }));
}

/**
 * The 72 examples of CommonMark 0.31.2 with raw HTML in them, which is shown as text here: those in whose tree the
 * reference implementation (commonmark.js 0.31) has an HTML block or HTML inline.
 */
export const RAW_HTML_EXAMPLES: ReadonlySet<number> = new Set([
  21, 31, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 164, 165, 166, 167, 168, 169,
  170, 171, 172, 173, 174, 175, 176, 177, 178, 179, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189, 190, 191, 201,
  308, 309, 344, 475, 476, 477, 491, 494, 524, 536, 613, 614, 615, 616, 617, 623, 625, 626, 627, 628, 629, 630, 631,
  642, 643,
]);

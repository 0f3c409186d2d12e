/** Gives the place of the first character that is no space or tab. */
export function skipSpace(text: string, at: number): number {
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

/** Removes spaces, tabs and line ends from a text's end. A loop, because a pattern would be quadratic here. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\n'.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Removes spaces and tabs from both ends. */
export function trim(text: string): string {
  return trimEnd(text.slice(skipSpace(text, 0)));
}

/** Cuts a text into UTF-16 units, so that characters beyond the basic plane come in halves. */
export const characters = (text: string): string[] => text.split('');

/** Cuts a text at random places: into parts of 1 to `most` units. */
export function cutAtRandom(text: string, {random, most}: {random: () => number; most: number}): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const size = 1 + Math.floor(random() * most);
    parts.push(text.slice(at, at + size));
    at += size;
  }
  return parts;
}

/** Cuts a text into what a model sends at a time: about four characters, often a word with the space before it. */
export const tokens = (text: string): string[] => text.match(/ ?[\p{L}\p{N}]{1,6}|[^\p{L}\p{N} ]{1,3}| /gu) ?? [];

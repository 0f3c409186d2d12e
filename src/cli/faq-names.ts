/** How many letters of a name may be wrong so that another is meant. */
const MAX_WRONG = 3;

/** Finds the name that was probably meant; undefined when none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');
  const [best] = known
    .map((other) => ({other, distance: distanceOf(plain(name.slice(0, 40)), plain(other))}))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.min(MAX_WRONG, best.other.length / 2) ? best.other : undefined;
}

/** Says after a name that is not known which one was probably meant, or which there are. */
export function writeKnown(name: string, known: readonly string[]): string {
  const meant = nearestName(name, known);
  return meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`;
}

/** Makes a name for a question that has none: its words, without accents and punctuation. */
export function slugOf(text: string): string {
  const words =
    text
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.join('-').slice(0, 64).replace(/-$/, '');
}

/** Counts the letters that must be changed, added or left out to make one word of another (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, at) => at);
  for (let at = 0; at < a.length; at++) {
    const next = [at + 1];
    for (let other = 0; other < b.length; other++) {
      const [left = 0, above = 0, across = 0] = [next[other], row[other + 1], row[other]];
      next.push(Math.min(left + 1, above + 1, across + (a[at] === b[other] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Whether a text is a language tag (BCP 47). */
export function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false; // it throws for what is no tag
  }
}

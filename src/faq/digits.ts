/**
 * Numbers as text that JSON leaves as it is and brotli packs well: the last character of each number is one of 45, those
 * before it are of 46 others.
 */
const LAST = 45;
const MORE = 46;

/** Into how many parts of 1 others are rounded, so that a compiled pack decides as a plain one does. */
export const PRECISION = 4096;

/** Rounds a number to what can be written. */
export const round = (value: number): number => Math.round(value * PRECISION) / PRECISION;

/** Writes whole numbers from 0 on. */
export function writeDigits(numbers: readonly number[]): string {
  const charOf = (digit: number) => String.fromCharCode(digit < 57 ? digit + 35 : digit + 36);
  return numbers
    .map((number) => {
      let rest = number;
      let text = '';
      for (; rest >= LAST; rest = Math.floor((rest - LAST) / MORE)) text += charOf(LAST + ((rest - LAST) % MORE));
      return text + charOf(rest);
    })
    .join('');
}

/** Creates what reads one number after the other; 0 when none is left. */
export function createDigitReader(text: string): () => number {
  let at = 0;
  return () => {
    let factor = 1;
    let number = 0;
    while (at < text.length) {
      const code = text.charCodeAt(at++);
      const digit = code < 92 ? code - 35 : code - 36;
      number += digit * factor;
      if (digit < LAST) break;
      factor *= MORE;
    }
    return number;
  };
}

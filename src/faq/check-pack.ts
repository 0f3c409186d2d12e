import type {CompiledPack, FaqEntry, Negative, PlainPack} from './pack.ts';

/**
 * Why something is not taken for a pack: it is none; it was compiled in a form that only a later version reads; it is cut
 * off, or was changed after it had been compiled.
 */
export type PackErrorKind = 'not-a-pack' | 'newer-version' | 'damaged';

/** A pack that cannot be used. */
export class PackError extends Error {
  readonly kind: PackErrorKind;
  constructor(kind: PackErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

const isText = (value: unknown): boolean => typeof value === 'string';
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isAsked = (subject?: Negative | null): boolean => isText(subject?.question) && areTexts(subject?.variants ?? []);
const isEntry = (entry?: FaqEntry | null): boolean =>
  isAsked(entry) &&
  isText(entry?.id) &&
  [entry?.answer, entry?.topic, entry?.expiresAt].every((value) => isText(value ?? '')) &&
  Object.values(entry?.context ?? {}).every(areTexts);

/**
 * Reads what was loaded as a pack, plain or compiled: what is given back makes a matcher that does not throw. Answers,
 * questions and links of a compiled pack may have been changed by hand, what was learned and the order of entries not.
 *
 * @param value - What `JSON.parse` made of the file.
 * @throws PackError
 */
export function readPack(value: unknown): PlainPack | CompiledPack {
  // nothing of it is believed before it was looked at
  const pack = value as (Omit<CompiledPack, 'compiled'> & {compiled?: unknown; negatives?: unknown}) | null;
  if (!Array.isArray(pack?.entries)) throw new PackError('not-a-pack', 'no pack: it has no list of entries');
  const {compiled, entries, negatives = [], weights} = pack;
  if (typeof compiled === 'number' && compiled > 1)
    throw new PackError('newer-version', 'compiled for a later version');
  const isWhole =
    compiled === undefined
      ? Array.isArray(negatives) && negatives.every((each) => isText(each) || isAsked(each))
      : compiled === 1 &&
        [weights, pack.holders, pack.phrasings].every(areTexts) &&
        areTexts([pack.words, pack.holderCounts, pack.shares]) &&
        typeof pack.threshold === 'number';
  if (!isWhole || !entries.every(isEntry) || (compiled === 1 && sumOf(pack) !== pack.sum)) {
    throw new PackError('damaged', 'a damaged pack');
  }
  return value as PlainPack | CompiledPack; // it was looked at
}

/** Reckons a number that changes with what was learned of a pack, and with the order of its entries (after FNV-1a). */
export function sumOf(pack: Omit<CompiledPack, 'compiled' | 'sum'>): number {
  const {threshold, words, holderCounts, holders, shares, phrasings, weights, entries} = pack;
  const ids = entries.map(({id}) => id);
  // the spaces fill up the last number
  const bytes = new TextEncoder().encode(
    [threshold, words, holderCounts, holders, shares, phrasings, weights, ids, '   '].join('\n'),
  );
  // four letters at once, because this is run once and so never gets fast
  const numbers = new Uint32Array(bytes.buffer, 0, bytes.length >> 2);
  let sum = bytes.length;
  for (let at = 0; at < numbers.length; at++) sum = Math.imul(sum ^ (numbers[at] ?? 0), 0x01000193);
  return sum >>> 0;
}

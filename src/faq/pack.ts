/** A question that must go to the model although it looks like one of the pack's. */
export interface Negative {
  /** The question as visitors ask it. */
  question: string;
  /** Other phrasings of it. */
  variants?: readonly string[];
}

/** One question of a pack, and its answer. */
export interface FaqEntry {
  /** What names it in results. */
  id: string;
  /** The question as visitors are shown it. */
  question: string;
  /** Other phrasings of the question. */
  variants?: readonly string[];
  /** Markdown. */
  answer?: string;
  /** What several entries are about. */
  topic?: string;
  /** Labels by which learned answers are dropped. */
  tags?: readonly string[];
  /** Pages to read on. */
  links?: readonly {url: string; title: string}[];
  /** A date or time from which on it is neither answered nor suggested. */
  expiresAt?: string;
  /** Names with the values of which the visitor's context must have one. */
  context?: Readonly<Record<string, readonly string[]>>;
  /** Whether its topic may not be told before the question is sent. */
  private?: boolean;
}

/** A pack as a site writes it. */
export interface PlainPack {
  /** What tells it from earlier ones. */
  version?: string;
  /** BCP 47. */
  language?: string;
  ttlMs?: number;
  entries: readonly FaqEntry[];
  /** Known questions without an answer here. */
  negatives?: readonly (string | Negative)[];
  /** Topics by name, where one is private. */
  topics?: Readonly<Record<string, {private?: boolean}>>;
}

/** A pack with its index, made by `compilePack`. */
export interface CompiledPack extends Omit<PlainPack, 'negatives'> {
  /** The version of the index's form. */
  compiled: 1;
  /** All words of all phrasings, separated by spaces, the frequent first. */
  words: string;
  /** How many of the entries and negatives have each stem, in the order of its first word. */
  holderCounts: string;
  /** Who they are, each as the distance to the one before, and how many of its phrasings have the stem. */
  holders: readonly string[];
  /** How many phrasings each entry and negative has, and how much a stem says of it. */
  shares: string;
  /** The phrasings of each as numbers of words. */
  phrasings: readonly string[];
  /** What was learned about each entry, then about each negative. */
  weights: readonly string[];
  /** From which probability on an answer is given, 0 to 1. */
  threshold: number;
  /** A sum over all that was learned, by which `readPack` sees whether it is whole. */
  sum: number;
}

/** Lists the phrasings of an entry or a negative. */
export const phrasingsOf = (entry: string | Negative): readonly string[] =>
  typeof entry === 'string' ? [entry] : [entry.question, ...(entry.variants ?? [])];

/** Texts of one document by the weight that a word has in them: what it is about, its title, its body. */
export interface Fields {
  topic: string;
  title: string;
  text: string;
}

/** How well a document answers: `score` orders documents, `share` (0 to 1) is how much of the question it knows. */
export interface Match {
  at: number;
  score: number;
  share: number;
}

/** Words that carry no topic. */
const STOP_WORDS = new Set(
  (
    'a about after all also am an and any anything are as at be been before but by can could did do does for from get ' +
    'give got had has have hello hey hi how i if in into is it its just kind let like long many may me much my need no ' +
    'not of off on or our out over own please possible some something tell than thank thanks that the their them then ' +
    'there they thing this those to too up us use very want was we were what when where which who why will with would ' +
    'yes you your'
  ).split(' '),
);

/** Words of a shop that ask for the same thing; any of them finds the others at half weight. */
const SAME = [
  ['deliver', 'ship', 'parcel', 'package', 'arrive', 'dispatch', 'post'],
  ['return', 'back', 'exchange', 'refund'],
  ['pay', 'card', 'invoice', 'paypal', 'visa', 'mastercard'],
  ['cost', 'price', 'fee', 'expensive', 'charge'],
  ['track', 'follow', 'status', 'order', 'parcel', 'package'],
  ['size', 'fit', 'measure'],
  ['discount', 'voucher', 'coupon', 'code', 'promo'],
  ['contact', 'phon', 'email', 'call', 'support'],
  ['broken', 'damage', 'defect', 'warranty', 'repair', 'guarantee'],
].map((words) => words.map(stem));

const FIELD_WEIGHTS = {topic: 3, title: 2, text: 1} as const;

/** Reads the stems of the words that carry a topic, in order, repeats included. */
export function readStems(text: string): string[] {
  const words =
    text
      .toLowerCase()
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => !STOP_WORDS.has(word) && (word.length > 1 || /\p{Lo}/u.test(word))).map(stem);
}

/**
 * Creates an index that scores documents by the words that they share with a question, rare words counting more
 * (inverse document frequency as in Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond").
 *
 * @returns Scores a question: documents that know at least one of its words, best first.
 */
export function createIndex(documents: readonly Fields[]): (question: string) => Match[] {
  const weights = documents.map(weigh);
  const counts = new Map<string, number>();
  for (const words of weights) for (const word of words.keys()) counts.set(word, (counts.get(word) ?? 0) + 1);
  const rarity = (word: string) => {
    const count = counts.get(word) ?? 0;
    return Math.log(1 + (documents.length - count + 0.5) / (count + 0.5));
  };
  return (question) => {
    const asked = [...new Set(readStems(question))].filter((word) => counts.has(word) || !/^\d+$/.test(word));
    const wholeRarity = asked.reduce((sum, word) => sum + rarity(word), 0);
    return weights
      .map((words, at) => {
        const match = {at, score: 0, share: 0};
        for (const word of asked) {
          const found = bestOf(words, word);
          match.score += found * rarity(word);
          if (found > 0) match.share += rarity(word) / wholeRarity;
        }
        return match;
      })
      .filter(({score}) => score > 0)
      .sort((a, b) => b.score - a.score || a.at - b.at);
  };
}

function weigh(fields: Fields): Map<string, number> {
  const words = new Map<string, number>();
  for (const field of ['topic', 'title', 'text'] as const) {
    for (const word of new Set(readStems(fields[field]))) {
      words.set(word, (words.get(word) ?? 0) + FIELD_WEIGHTS[field]);
    }
  }
  return words;
}

/** How strongly a document knows a word, 0 to 1: a rare word in passing outweighs a common one in every field. */
function bestOf(words: ReadonlyMap<string, number>, word: string): number {
  const same = SAME.filter((group) => group.includes(word)).flat();
  const strength = (known: string) => {
    const weight = words.get(known) ?? 0;
    return weight / (weight + 1);
  };
  const alike = Math.max(0, ...same.filter((other) => other !== word).map(strength));
  return Math.min(1, strength(word) + alike / 2);
}

/** Light English stemming: enough that ships, shipped, shipping and shipment are one word. */
function stem(word: string): string {
  if (word.length < 4) return word;
  let cut = word.replace(/ies$/, 'y').replace(/(?<=[^su])s$/, '');
  if (cut.length > 6) cut = cut.replace(/(ment|ation|able)$/, '');
  if (cut.length > 5) cut = cut.replace(/(ing|ed|ly|y)$/, '');
  if (cut.length > 5) cut = cut.replace(/er$/, '');
  return cut
    .replace(/([^aeiouls])\1$/, '$1')
    .replace(/ll$/, 'l')
    .replace(/(?<=...)e$/, '');
}

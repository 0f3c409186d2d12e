import {createFinder, type KnowledgeEntry} from './knowledge.ts';
import {readStems} from './lexicon.ts';

/** What the simulated model says, and the entries that it took it from. */
export interface SimulatedAnswer {
  text: string;
  used: KnowledgeEntry[];
}

/** The most sentences of an answer. */
const MAX_SENTENCE_COUNT = 4;

/** How much more an entry counts that retrieval had put into the prompt. */
const RETRIEVED_WEIGHT = 1.5;

/**
 * Creates what answers from knowledge by shared words: sentences of the best entries, a greeting for a greeting, and
 * plain words when nothing fits.
 *
 * @returns Answers a question; `instructions` is the system prompt, in which retrieved passages are recognised.
 */
export function createSimulatedAnswers(
  entries: readonly KnowledgeEntry[],
): (question: string, instructions: string) => SimulatedAnswer {
  const find = createFinder(entries);
  const topics = [...new Set(entries.map(({topic}) => topic.replaceAll('-', ' ')))].slice(0, 4);
  const offer = topics.length > 0 ? ` I can help with ${writeList(topics)}.` : '';
  return (question, instructions) => {
    const found = find(question)
      .map(({entry, score}) => ({entry, score: score * (instructions.includes(entry.text) ? RETRIEVED_WEIGHT : 1)}))
      .sort((a, b) => b.score - a.score);
    const [best, second] = found;
    if (!best) return {text: `${writePlain(question)}${offer}`, used: []};
    const sentences = pick(best.entry.text, {question, count: second ? MAX_SENTENCE_COUNT - 1 : MAX_SENTENCE_COUNT});
    const used = [best.entry];
    // another entry is worth a sentence only when it fits nearly as well
    if (second && second.score >= best.score * 0.7) {
      sentences.push(...pick(second.entry.text, {question, count: 1}));
      used.push(second.entry);
    }
    return {text: sentences.join(' '), used};
  };
}

function writePlain(question: string): string {
  const text = question.trim();
  if (/^(hi|hello|hey|hallo|moin|servus|good (morning|afternoon|evening)|guten (morgen|tag|abend))\b/i.test(text)) {
    return 'Hello! What would you like to know?';
  }
  if (/^(thanks|thank you|thx|cheers|danke)\b/i.test(text)) return 'You are welcome.';
  return 'I am sorry, I do not know that.';
}

/** The sentences that share most words with the question, in their own order; without any shared, the first ones. */
function pick(text: string, {question, count}: {question: string; count: number}): string[] {
  const asked = new Set(readStems(question));
  return text
    .trim()
    .split(/(?<=[.!?])\s+(?=\p{Lu})/u) // not inside "2 p.m. on weekdays"
    .map((sentence, at) => ({sentence, at, shared: readStems(sentence).filter((word) => asked.has(word)).length}))
    .sort((a, b) => b.shared - a.shared || a.at - b.at)
    .slice(0, count)
    .sort((a, b) => a.at - b.at)
    .map(({sentence}) => sentence)
    .filter((sentence) => sentence !== '');
}

function writeList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

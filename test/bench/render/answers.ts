import {createRandom} from '../../latency/random.ts';
import {writeAnswer} from '../../markdown/suite/corpus.ts';
import {tokens} from '../../markdown/suite/cut.ts';

/** What an answer is made of: a bit of everything, or one block that goes on and on. */
export const ANSWER_KINDS = ['rich text', 'paragraph', 'list', 'table', 'code fence'] as const;

export type AnswerKind = (typeof ANSWER_KINDS)[number];

/** Writes an answer of one kind with exactly `tokenCount` tokens. */
export function writeKind(kind: AnswerKind, {tokenCount, seed = 1}: {tokenCount: number; seed?: number}): string {
  if (kind === 'rich text') return writeAnswer({seed, tokenCount});
  const random = createRandom(seed);
  const {start, line} = BLOCKS[kind];
  let text = start;
  for (let at = 1; text.length < tokenCount * 6; at++) text += line(at, () => word(random));
  return tokens(text).slice(0, tokenCount).join('');
}

const BLOCKS: Readonly<
  Record<Exclude<AnswerKind, 'rich text'>, {start: string; line: (at: number, word: () => string) => string}>
> = {
  paragraph: {
    start: '',
    line: (at, word) => `${word()} ${word()} **${word()} ${word()}** ${word()}, \`${word()}\` ${at} `,
  },
  list: {start: '', line: (_, word) => `- ${word()} ${word()} *${word()}* ${word()}\n`},
  table: {
    start: '| Part | Size | Price |\n|---|:-:|--:|\n',
    line: (at, word) => `| ${word()} ${word()} | **${word()}** | ${at} |\n`,
  },
  'code fence': {start: '```js\n', line: (at, word) => `const ${word()} = ${word()}(${at}); // ${word()} ${word()}\n`},
};

const SYLLABLES = ['ka', 'ro', 'mi', 'ten', 'sol', 'ver', 'du', 'lin', 'pas', 'o'];

function word(random: () => number): string {
  const syllable = () => SYLLABLES[Math.floor(random() * SYLLABLES.length)] ?? '';
  return syllable() + syllable() + (random() < 0.5 ? syllable() : '');
}

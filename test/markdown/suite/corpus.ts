import {createRandom} from '../../latency/random.ts';
import {tokens} from './cut.ts';

/** Where the words of made-up answers come from. */
const WORDS =
  'order delivery parcel return refund size colour warranty payment card invoice customs address tracking basket shop material cotton wool leather sole heel summer winter price offer code minute hour day week free express standard large small available tomorrow usually because therefore however please choose open click send check keep receive contact support question answer Größe façade naïve 尺码 配送 доставка 👟 👍🏽'.split(
    ' ',
  );

/** Chooses among things by a seeded generator. */
function createChooser(random: () => number) {
  const below = (count: number) => Math.floor(random() * count);
  const one = <T>(...choices: readonly [T, ...T[]]): T => choices[below(choices.length)] ?? choices[0];
  const many = <T>({from, to}: {from: number; to: number}, make: (at: number) => T): T[] =>
    Array.from({length: from + below(to - from + 1)}, (_, at) => make(at));
  const words = (from: number, to: number) => many({from, to}, () => WORDS[below(WORDS.length)] ?? '').join(' ');
  return {below, one, many, words};
}

type Chooser = ReturnType<typeof createChooser>;

/** A few words as a model marks them. */
function phrase({one, words, below}: Chooser): string {
  const plain = words(2, 6);
  return one<() => string>(
    () => plain,
    () => plain,
    () => plain,
    () => `**${words(1, 3)}**`,
    () => `*${words(1, 2)}*`,
    () => `_${words(1, 2)}_`,
    () => `\`${words(1, 2)}\``,
    () => `~~${words(1, 2)}~~`,
    () => `[${words(1, 3)}](https://shop.example/${below(900)}?a=${below(90)}&b=c "${words(1, 2)}")`,
    () => `[${words(1, 2)}](https://shop.example/help/${below(900)})`,
    () => `**${words(1, 2)} *${words(1, 2)}* \`${words(1, 1)}\`**`,
    () => `5 &times; ${below(90)} &amp; ${below(9)} < ${10 + below(90)}`,
    () => `<https://shop.example/${below(900)}>`,
    () => `${words(1, 1)}_${below(9)}_${words(1, 1)} [${below(9)}] ~${below(90)} ${words(1, 1)}*`,
    () => `${below(90)} | ${below(90)} a * b \\_ "${words(1, 2)}" ${words(1, 1)}!`,
  )();
}

const sentence = (chooser: Chooser) => {
  const text = chooser.many({from: 1, to: 5}, () => phrase(chooser)).join(' ');
  return `${text}${chooser.one('.', '.', '!', '?', ':')}`;
};

const prose = (chooser: Chooser) =>
  chooser.many({from: 1, to: 4}, () => sentence(chooser)).join(chooser.one(' ', ' ', '\n'));

function list(chooser: Chooser, depth = 0): string {
  const {one, many, below, words} = chooser;
  const marker = one('-', '-', '*', '1.', `${1 + below(9)}.`, '- [ ]', '- [x]');
  const gap = one('\n', '\n', '\n\n');
  const items = many({from: 2, to: 6}, (at) => {
    const mark = /^\d/.test(marker) ? `${Number.parseInt(marker, 10) + at}.` : marker;
    const content = `${mark} ${one(
      () => words(1, 6),
      () => sentence(chooser),
    )()}`;
    if (depth > 1 || below(6) > 0) return content;
    const indent = ' '.repeat(/^\d/.test(marker) ? mark.length + 1 : 2);
    return `${content}\n${list(chooser, depth + 1).replaceAll(/^(?=.)/gm, indent)}`;
  });
  return items.join(gap);
}

function table({one, many, words, below}: Chooser): string {
  const columns = 2 + below(3);
  const row = (cell: () => string) => `| ${Array.from({length: columns}, cell).join(' | ')} |`;
  const cell = () =>
    one(
      () => words(1, 2),
      () => `${below(900)} €`,
      () => `**${words(1, 1)}**`,
      () => `\`${words(1, 1)}\``,
    )();
  return [
    row(() => words(1, 1)),
    row(() => one('---', ':--', '--:', ':-:')),
    ...many({from: 2, to: 8}, () => row(cell)),
  ].join('\n');
}

function code({one, many, below, words}: Chooser): string {
  const lines = many(
    {from: 1, to: 9},
    () => `${' '.repeat(below(3) * 2)}const ${one('a', 'b', 'total')} = fetch('/${below(99)}'); // ${words(1, 3)}`,
  );
  return `\`\`\`${one('', 'js', 'ts', 'html')}\n${lines.join('\n')}\n\`\`\``;
}

/** One block of an answer as a model writes it. */
function block(chooser: Chooser): string {
  const {one, words} = chooser;
  return one<() => string>(
    () => prose(chooser),
    () => prose(chooser),
    () => prose(chooser),
    () => `${one('##', '###', '####')} ${words(2, 5)}`,
    () => list(chooser),
    () => list(chooser),
    () => table(chooser),
    () => code(chooser),
    () => `> ${sentence(chooser)}\n> ${sentence(chooser)}`,
    () => '---',
  )();
}

/** A rich answer as a model writes one, of exactly `tokenCount` tokens; it may end in the middle of something. */
export function writeAnswer({seed, tokenCount}: {seed: number; tokenCount: number}): string {
  const chooser = createChooser(createRandom(seed));
  const blocks: string[] = [prose(chooser)];
  // a token has about four characters, so this is enough
  for (let length = 0; length < tokenCount * 6; ) {
    const next = block(chooser);
    blocks.push(next);
    length += next.length + 2;
  }
  return tokens(blocks.join('\n\n')).slice(0, tokenCount).join('');
}

/** Syntax in odd places: what a parser that reads piece by piece is most likely to get wrong. */
function oddity(chooser: Chooser): string {
  const {one, words, below} = chooser;
  const label = one('one', 'two', 'Three four', 'ΑΓΩ');
  return one<() => string>(
    () => `[${words(1, 2)}][${label}] and [${label}] and ![${words(1, 1)}][${label}]`,
    () => `[${label}]: https://shop.example/${below(99)} '${words(1, 2)}'`,
    () => `[${label}]:\n   </a b>\n   "${words(1, 2)}\n${words(1, 2)}"`,
    () => `> [${label}]: /quoted\n> [${label}] ${words(1, 3)}`,
    () => `${words(1, 4)}\n${one('===', '---', '-', '=')}`,
    () => `${words(1, 3)}${one('  ', '\\', '   ')}\n${words(1, 3)}`,
    () => `    ${words(1, 4)}\n\n\t${words(1, 4)}`,
    () => `- ${words(1, 2)}\n\n  ${words(1, 2)}\n- ${words(1, 2)}`,
    () => `-\n  ${words(1, 2)}\n-\n\n  ${words(1, 2)}`,
    () => `1. ${words(1, 2)}\n2) ${words(1, 2)}\n2`,
    () => `> - > 1. ${words(1, 2)}\nlazy ${words(1, 2)}\n> \`\`\`\n> ${words(1, 2)}`,
    () => `~~~${one('', ' a b', '`')}\n${words(1, 3)}\n~~~~`,
    () => `\`\`\`\n${words(1, 3)}\n\`\`\` ${words(1, 1)}`,
    () => `**${words(1, 1)}*${words(1, 1)}**${words(1, 1)}***${words(1, 1)}_${words(1, 1)}__`,
    () => `\`\`${words(1, 1)}\` ${words(1, 1)}\`\`\` \`${words(1, 1)}`,
    () => `[a [b](/c) d](/e "f) ${words(1, 1)}](<g h>) ![i ![j](/k)](/l)`,
    () => `<a href="${words(1, 1)}"> <!-- ${words(1, 1)} --> <${one('b', 'https://a.example', 'jo@shop.example')}>`,
    () => `&copy; &#35; &#x1F45F; &notanentity; &amp &#0; \\& \\* \\\\ \\a`,
    () => `| a | b |\n| ${one('--', ':-:', '')} | -- |\n| \\| | \`|\` |\n| ${words(1, 1)}\n${words(1, 2)}`,
    () => `${words(1, 1)} | ${words(1, 1)}\n- | -\n${words(1, 1)} | **${words(1, 1)}`,
    () => `- [ ] ${words(1, 1)}\n- [x]${words(1, 1)}\n- [X] ${words(1, 1)}\n  - [ ]`,
    () => `~${words(1, 1)}~ ~~${words(1, 1)}~~~ ~~~~${words(1, 1)}~~`,
    () => `#${one('', ' ', '# ', ' # ')}${words(0, 2)} #\n#######${words(1, 1)}`,
    () => `* * *\n_ _ _\n- - ${words(1, 1)}\n+ + +`,
    () => `\t-\t${words(1, 2)}\n\n \t  ${words(1, 2)}`,
    () => `${words(1, 1)}\u00a0**${words(1, 1)}**\u00a0*${words(1, 1)}*，**${words(1, 1)}。**${words(1, 1)}`,
  )();
}

/**
 * A document in which plain answers and odd syntax are mixed, with definitions before and after their use, and with the
 * line ends of one system or of several. The same seed gives the same document.
 */
export function writeDocument(seed: number): string {
  const random = createRandom(seed);
  const chooser = createChooser(random);
  const text = chooser
    .many({from: 4, to: 12}, () => chooser.one(oddity, oddity, block)(chooser))
    .reduce((before, after) => `${before}${chooser.one('\n\n', '\n\n', '\n', '\n\n\n', '\n \n')}${after}`);
  const ended = `${text}${chooser.one('', '\n', '\n\n[one]: /late "late"', '\n\n[two]: <late>\n[three  FOUR]: /later\n')}`;
  const lineEnds = chooser.one<() => string>(
    () => '\n',
    () => '\n',
    () => '\r\n',
    () => '\r',
    () => chooser.one('\n', '\r\n', '\r'),
  );
  return ended.replaceAll('\n', lineEnds);
}

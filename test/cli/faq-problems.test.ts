import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {readCsv} from '../../src/cli/faq-csv.ts';
import {inspectFaq} from '../../src/cli/faq-inspect.ts';
import {readJson} from '../../src/cli/faq-json.ts';
import {faultOfAddress, findLinkFaults} from '../../src/cli/faq-links.ts';
import {readMarkdown} from '../../src/cli/faq-markdown.ts';
import type {Source} from '../../src/cli/faq-source.ts';
import {createPolicy} from '../../src/markdown/policy.ts';
import {createRandom} from '../latency/random.ts';

const nowAt = Date.parse('2026-06-01');
const inspect = (source: Source) => inspectFaq(source, {nowAt});
/** Problems as they are read: `line level text`, without those about few phrasings. */
const tell = (source: Source) =>
  inspect(source)
    .problems.filter(({text}) => !/hardly more than its own words/.test(text))
    .map(({level, line, text}) => `${line ?? '-'} ${level} ${text}`);

/** A FAQ of one good entry, with something else in it; each value stands in a line of its own. */
const jsonOf = (entry: object, pack: object = {}) =>
  readJson(
    JSON.stringify({entries: [{id: 'a', question: 'What is it?', answer: 'This.', ...entry}], ...pack}, null, 1),
  );

describe('JSON', () => {
  test.each([
    ['{"entries": [\n {"id" "a"}]}', '2 error not JSON: "\\"" is unexpected here (column 8)'],
    ['{"entries": [\n]', '2 error not JSON: it ends too early (column 2)'],
    ['{"entries": [],}', '1 error not JSON: "}" is unexpected here (column 16)'],
    ['hello', '1 error not JSON: "h" is unexpected here (column 1)'],
    ['{"entries": [\n {"id": "a\nb"}]}', '2 error a line break or a tab stands between quotes: write \\n or \\t'],
    ['['.repeat(200_000), '- error not JSON that a FAQ could be: nested too deeply'],
  ])('that is none is told with its line', (text, problem) => {
    expect(tell(readJson(text))).toEqual([problem]);
  });

  test.each([
    ['[]', '1 error the whole is a list; a FAQ is an object: {"entries": […]}'],
    ['"faq"', '1 error the whole is no object: {"entries": […]}'],
    ['{}', '1 error /entries has no entry to answer with'],
    ['{"entries":\n 5}', '2 error /entries is a number, not a list'],
    ['{"entries": [],\n "ttlMs": "7d"}', '2 error /ttlMs is a text, not a number'],
    ['{"entries": [],\n "ttlMs": -1}', '2 error /ttlMs is -1, no whole number of milliseconds above 0'],
    ['{"entries": [],\n "language": "x"}', '2 error /language is "x", no tag such as "en" or "pt-BR"'],
    [
      '{"entries": [],\n "negativs": []}',
      '2 warning /negativs is not known and left out ("negativs"; did you mean negatives?)',
    ],
    ['{"entries": [],\n "constructor": 1}', '2 error "constructor" may not be a name'],
    ['{"version": "1",\n "entries": [],\n "version": "2"}', '3 error "version" is given twice, first in line 1'],
    ['{"entries": [],\n "topics": {"retruns": {}}}', '2 warning /topics/retruns is the topic of no entry; known are '],
  ])('%s', (text, problem) => {
    expect(tell(readJson(text))).toContain(problem);
  });

  test.each<[object, string]>([
    [
      {id: 'a b'},
      '4 error /entries/0/id is "a b"; an id has letters, digits and . _ : / - only, a letter or digit first',
    ],
    [{id: '__proto__'}, '4 error /entries/0/id may not be "__proto__"'],
    [{id: 'x'.repeat(65)}, '4 error /entries/0/id is longer than 64 characters'],
    [{id: undefined}, '3 error /entries/0 has no id'],
    [{answer: undefined}, '3 error /entries/0 has no answer'],
    [{answer: ' '}, '6 error /entries/0/answer is empty'],
    [{question: ''}, '5 error /entries/0/question is empty'],
    [{question: '?!'}, '5 error /entries/0/question has no word: "?!"'],
    [{answer: 5}, '6 error /entries/0/answer is a number, not a text'],
    [
      {answer: 'a'.repeat(2001)},
      '6 warning /entries/0/answer is 2,001 characters long; more than 2,000 is much to read in a chat: link to a page',
    ],
    [{answer: 'a'.repeat(20_001)}, '6 error /entries/0/answer is 20,001 characters long; 20,000 at most'],
    [{answer: 'See [it](/a'}, '6 error /entries/0/answer has a link that is not closed: a ) is missing ("[it](/a")'],
    [
      {expiresAt: 'soon'},
      '7 error /entries/0/expiresAt is "soon", no date such as "2027-01-31" or "2027-01-31T18:00:00Z"',
    ],
    [
      {expiresAt: '2027-02-30'},
      '7 error /entries/0/expiresAt is "2027-02-30", no date such as "2027-01-31" or "2027-01-31T18:00:00Z"',
    ],
    [{expiresAt: '2026-05-31'}, '7 warning /entries/0/expiresAt is past (2026-05-31): the entry is left out'],
    [
      {variants: ['what is IT']},
      '8 warning /entries/0/variants/0 "what is IT" is left out: it says the same as the question',
    ],
    [
      {variants: ['and', 'And?']},
      '9 warning /entries/0/variants/1 "And?" is left out: it says the same as another variant',
    ],
    [{variants: 'and'}, '7 error /entries/0/variants is a text, not a list of texts'],
    [{variants: ['a', null]}, '9 error /entries/0/variants/1 is null, not a text'],
    [
      {variants: ['word '.repeat(81)]},
      '8 warning /entries/0/variants/0 is longer than 400 characters; the rest is not compared',
    ],
    [{links: [{url: 'javascript:x', title: 'X'}]}, '8 error /entries/0/links/0 is refused by the page: javascript:'],
    [{links: [{url: '/x'}]}, '8 error /entries/0/links/0 has no title'],
    [{private: 'yes'}, '7 error /entries/0/private is a text, not true or false'],
    [{context: {page: 'checkout'}}, '8 error /entries/0/context/page is a text, not a list of texts'],
    [{awnser: 'x'}, '7 warning /entries/0/awnser is not known and left out ("awnser"; did you mean answer?)'],
  ])('of an entry with %j', (entry, problem) => {
    expect(tell(jsonOf(entry))).toEqual(expect.arrayContaining([problem]));
    expect(tell(jsonOf(entry)).filter((line) => !line.includes('no entry')).length).toBeLessThanOrEqual(2);
  });

  test('an entry that nothing is wrong with', () => {
    const links = [{url: '/returns', title: 'Returns'}];
    const entry = {
      links,
      tags: ['a'],
      expiresAt: '2027-01-01T10:00:00+02:00',
      private: true,
      context: {page: ['checkout']},
    };
    expect(tell(jsonOf({...entry, topic: 't'}, {topics: {t: {private: true}}, negatives: ['where is it']}))).toEqual(
      [],
    );
  });

  test('of ids, phrasings and negatives that stand in two places, which are told with both lines', () => {
    const lines = [
      '{"entries": [',
      ' {"id": "a", "question": "How do I return it?", "answer": "A"},',
      ' {"id": "a", "question": "Where are you?", "answer": "B"},',
      ' {"id": "b", "question": "how do i return it", "answer": "C", "variants": ["where is my order"]}],',
      ' "negatives": ["Where is my order?"]}',
    ];
    expect(tell(readJson(lines.join('\n')))).toEqual([
      '3 error /entries/1 has the id "a" of another entry in line 2',
      '4 error /entries/2/question "how do i return it" is also a phrasing of "a" in line 2: one of them is never found by it',
      '4 error /entries/2/variants/0 "where is my order" is also a negative in line 5: it would never be answered',
    ]);
  });

  test('entries of different pages may share a phrasing', () => {
    const entries = ['cart', 'help'].map((page) => ({
      id: page,
      question: 'What now?',
      answer: 'A',
      context: {page: [page]},
    }));
    expect(tell(readJson(JSON.stringify({entries})))).toEqual([]);
  });
});

describe('what is compiled', () => {
  test('has no unknown names, no phrasing twice and nothing that is past', () => {
    const entries = [
      {id: 'a', question: 'What is it?', answer: 'A', variants: ['what is it', 'and', '', 'and!'], colour: 'red'},
      {id: 'b', question: 'Still there?', answer: 'B', expiresAt: '2026-01-01'},
    ];
    const {pack} = inspect(
      readJson(JSON.stringify({entries, colour: 'red', negatives: ['why', {question: 'who', variants: ['WHO']}]})),
    );
    expect(pack).toEqual({
      entries: [{id: 'a', question: 'What is it?', answer: 'A', variants: ['and']}],
      negatives: [
        {question: 'why', variants: []},
        {question: 'who', variants: []},
      ],
    });
  });
});

describe('a table', () => {
  test.each([',', ';', '\t'])('is separated by %j as its first line is', (separator) => {
    const rows = [
      ['ID', 'Question', 'Variant 1', 'Variant 2', 'Answer', 'Private', 'expires_at', 'negative'],
      ['a', '"What, ""it""; is?"', 'x|y', 'z', '"Two\nlines"', 'yes', '2027-01-01', ''],
      ['', 'Where is it?', 'track it', '', '', '', '', 'x'],
    ];
    const source = readCsv(rows.map((row) => row.join(separator)).join('\n'));
    expect(source.problems).toEqual([]);
    expect(source.value).toEqual({
      entries: [
        {
          id: 'a',
          question: 'What, "it"; is?',
          variants: ['x', 'y', 'z'],
          answer: 'Two\nlines',
          private: true,
          expiresAt: '2027-01-01',
        },
      ],
      negatives: [{question: 'Where is it?', variants: ['track it']}],
    });
  });

  test('may say in a line before the names what separates its cells', () => {
    const source = readCsv('sep=;\nquestion;answer\n"A, b?";C\n;d\n');
    expect(source.value).toMatchObject({entries: [{question: 'A, b?', answer: 'C'}, {answer: 'd'}]});
    expect(tell(source)).toEqual(['4 error column id is empty', '4 error the row has no question']);
  });

  test('without ids takes them from the questions', () => {
    const {value} = readCsv('question,answer\nÜber was geht es?,A\n');
    expect(value).toEqual({entries: [{id: 'uber-was-geht-es', question: 'Über was geht es?', answer: 'A'}]});
  });

  test.each([
    ['id,question\na,b,c\n', '2 error has 3 cells, the first line has 2'],
    ['id,question,answer\na,b\n', '2 error has 2 cells, the first line has 3'],
    ['id,question,answer\n"a","b\nc",d,e\n', '2 error has 4 cells, the first line has 3'],
    ['id,question,answer\na,b,c\n\n,d,e\n', '4 error the row has no id'],
    ['id,question,answer\na,b,\n', '2 error the row has no answer'],
    ['id,question,answer\na,"b\n?",c\na,d,e\n', '4 error the row has the id "a" of another entry in line 2'],
    ['id,question,answer\na,b,"c\n', '2 error a quote is opened and never closed'],
    [
      'id,question,answer\na,"b" x,c\n',
      '2 error text follows a closing quote; a quote between quotes is written twice',
    ],
    ['id,question,awnser\na,b,c\n', '1 warning column "awnser" is not known and left out; did you mean answer?'],
    ['id,question,awnser\na,b,c\n', '1 error there is no column answer'],
    ['id,question,question,answer\na,b,c,d\n', '1 error column question is there twice'],
    ['a,b,c\n', expect.stringContaining('1 error the first line must name the columns')],
    ['question,answer,private\nb,c,maybe\n', '2 error column private is "maybe", neither yes nor no'],
    ['question,answer\nb,"x [y](/z"\n', expect.stringContaining('2 error column answer has a link that is not closed')],
  ])('%j', (text, problem) => {
    expect(tell(readCsv(text))).toEqual(expect.arrayContaining([problem]));
  });

  test('may have empty cells behind its columns, as spreadsheets leave them', () => {
    expect(tell(readCsv('question,answer\nWhat?,That.,,\n,,,\n'))).toEqual([]);
  });
});

describe('Markdown', () => {
  const text = `# Our shop

## Delivery

### When do you ship? {#ship}

Also: how fast are you
- when do you send it
* is it quick

Within **two** days:

- Monday
- Tuesday

\`\`\`
# no heading
\`\`\`

### Where to?

Also asked:

1. to which countries

Everywhere.

## Can I return it? ##
Yes.

## Negatives
- where is my parcel

- where is my refund
`;

  test('has questions with answers, other phrasings, topics, ids and negatives', () => {
    const {value, problems} = readMarkdown(text);
    expect(problems).toEqual([]);
    expect(value).toEqual({
      entries: [
        {
          id: 'ship',
          question: 'When do you ship?',
          variants: ['how fast are you', 'when do you send it', 'is it quick'],
          answer: 'Within **two** days:\n\n- Monday\n- Tuesday\n\n```\n# no heading\n```',
          topic: 'delivery',
        },
        {
          id: 'where-to',
          question: 'Where to?',
          variants: ['to which countries'],
          answer: 'Everywhere.',
          topic: 'delivery',
        },
        {id: 'can-i-return-it', question: 'Can I return it?', variants: [], answer: 'Yes.', topic: 'our-shop'},
      ],
      negatives: ['where is my parcel', 'where is my refund'],
    });
  });

  test.each([
    ['# A?\n# B?\nb\n', '1 error its answer is empty'],
    ['# A?\na\n\n# A?\nb\n', '4 error the heading has the id "a" of another entry in line 1'],
    ['# A? {#a b}\na\n', expect.stringContaining('1 error its id is "a b"')],
    ['hello\n# A?\na\n', '1 warning text before the first heading is left out'],
    ['# A?\n\n\nSee [it]().\n', expect.stringContaining('4 error its answer has a link that leads nowhere')],
    ['# A?\nAlso:\n- a\n- A?\n\nb\n', '4 warning its variants "A?" is left out: it says the same as the question'],
    ['only text', '1 warning text before the first heading is left out'],
  ])('%j', (source, problem) => {
    expect(tell(readMarkdown(source))).toEqual(expect.arrayContaining([problem]));
  });
});

describe('links of answers', () => {
  test.each([
    'See [a](/b), [c](https://d.example/e_(f) "title"), ![g](</h>) and <https://j.example>.',
    '`[a](` and\n```\n[b](\n```\nand \\[c](d and [x] and (y)',
    '[a]: https://b.example\n\n[a] [b][c]',
    '[mail](mailto:a@b.example), [call](tel:+46406280412), [top](#top), [q](?a=b)',
  ])('are fine: %j', (answer) => {
    expect(findLinkFaults(answer)).toEqual([]);
  });

  test.each([
    ['See [a](/b and', 'is not closed: a ) is missing'],
    ['See [a](/b\n\nor c)', 'is not closed: a ) is missing'],
    ['See [a(/b) now', 'is not closed: a ] is missing'],
    ['See [a]()', 'leads nowhere'],
    ['See [a]( )', 'leads nowhere'],
    ['See [a](b c)', 'has a space or an angle bracket in its address "b c"'],
    ['See [a] (https://b.example)', 'is none: a space stands between ] and ('],
    ['See [a](www.b.example)', 'leads into the page itself: write https://www.b.example'],
    ['See [a](javascript:alert(1))', 'is refused by the page: javascript:'],
    ['See [a](JaVaScRiPt:alert(1))', 'is refused by the page: javascript:'],
    ['See <vbscript:x>', 'is refused by the page: vbscript:'],
    ['[a]: data:text/html,x', 'is refused by the page: data:'],
    ['See [a](https://u:p@b.example)', 'is refused by the page: a user name stands in its address'],
    ['See [a](https://)', 'has no address that can be read: "https://"'],
  ])('are not: %j', (answer, fault) => {
    expect(findLinkFaults(answer).map(({text}) => text)).toEqual([expect.stringContaining(`has a link that ${fault}`)]);
  });

  test('are refused where the page refuses them', () => {
    const policy = createPolicy({baseUrl: 'http://page.invalid/'});
    const schemes = [
      'https:',
      'http:',
      'mailto:',
      'tel:',
      'ftp:',
      'javascript:',
      'data:',
      'blob:',
      'file:',
      'sms:',
      'ws:',
    ];
    for (const address of [
      ...schemes.map((scheme) => `${scheme}//b.example/c`),
      '/a',
      '#b',
      '?c',
      'https://u@b.example',
    ]) {
      expect(faultOfAddress(address) === undefined, address).toBe(policy.link(address) !== null);
    }
  });
});

test('whatever a file holds, its problems are told and nothing is thrown', () => {
  const random = createRandom(5);
  const seeds = [
    readFileSync('demo/faq/shop.json', 'utf8').slice(0, 3_000),
    'id,question,answer\na,"b",c\n',
    '# A {#a}\nAlso:\n- b\n\n[c](d)\n',
  ];
  const pieces = [
    '"',
    ',',
    '\n',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '#',
    'Also:',
    '`',
    '\\',
    '\u2028',
    '__proto__',
    '|',
    ';',
    '<',
    ':',
    ' ',
    '\ud800',
    '0',
    'null',
  ];
  for (let round = 0; round < 900; round++) {
    let text = seeds[round % 3] ?? '';
    for (let change = 0; change < 1 + random() * 8; change++) {
      const at = Math.floor(random() * text.length);
      const piece = pieces[Math.floor(random() * pieces.length)] ?? '';
      text = text.slice(0, at) + piece + text.slice(at + Math.floor(random() * 4));
    }
    for (const read of [readJson, readCsv, readMarkdown]) {
      for (const {line = 1} of inspect(read(text)).problems) {
        expect(line).toBeGreaterThan(0);
        expect(line).toBeLessThanOrEqual(text.split('\n').length);
      }
    }
  }
});

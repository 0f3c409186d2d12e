import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {FAQ_EXIT, type FaqArguments} from '../../src/cli/faq-arguments.ts';
import {MAX_FILE_MB} from '../../src/cli/faq-input.ts';
import {prepareOutput} from '../../src/cli/faq-output.ts';
import {createProgress} from '../../src/cli/faq-progress.ts';
import {runFaq} from '../../src/cli/run-faq.ts';
import {compilePack, createMatcher, type FaqEntry, readPack} from '../../src/faq/index.ts';
import {entryOf, SHOP} from '../faq/packs.ts';

let folder: string;
const faq = () => join(folder, 'faq.json');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firstword-faq-'));
  writeFileSync(faq(), JSON.stringify(SHOP));
});
afterEach(() => rmSync(folder, {recursive: true}));

/** Makes entries of which each has some phrasings of the next one. */
function muddled(): FaqEntry[] {
  const frames = ['how do i', 'can i', 'is it possible to', 'what does it cost to', 'please help me', 'where can i'];
  const nouns = ['sofa', 'lamp', 'chair', 'desk', 'shelf', 'rug', 'bed', 'clock', 'mirror', 'vase', 'stool', 'bench'];
  const clear = nouns.flatMap((noun) =>
    ['return', 'cancel', 'track'].map((verb) => {
      const asked = ['', ' quickly', ' at home'].flatMap((end) =>
        frames.map((frame) => `${frame} ${verb} the ${noun}${end}`),
      );
      return entryOf(`${verb}-${noun}`, asked);
    }),
  );
  return clear.map((entry, at) => {
    const {variants = []} = clear[(at + 1) % clear.length] ?? entry;
    return {...entry, variants: [...(entry.variants ?? []).slice(0, 13), ...variants.slice(13)]};
  });
}

async function run(
  command: 'build' | 'check',
  file: string,
  given: FaqArguments = {},
  signal = new AbortController().signal,
) {
  const said = {stdout: '', stderr: ''};
  const to = (name: keyof typeof said) => ({
    write(text: string, done?: () => void) {
      said[name] += text;
      done?.();
    },
  });
  const nowAt = Date.parse('2026-06-01');
  const code = await runFaq({command, file, given}, {signal, stdout: to('stdout'), stderr: to('stderr'), nowAt});
  return {code, ...said};
}

const readBuilt = (name = 'faq.pack.json') => JSON.parse(readFileSync(join(folder, name), 'utf8'));

describe('build', () => {
  test('writes the pack beside the FAQ, which decides as one that is compiled in code', async () => {
    const {code, stdout} = await run('build', faq());
    expect(code).toBe(FAQ_EXIT.fine);
    expect(stdout).toContain(`Written to ${join(folder, 'faq.pack.json')}`);
    const built = readPack(readBuilt());
    expect(built).toEqual(
      JSON.parse(JSON.stringify(compilePack({...SHOP, negatives: (SHOP.negatives ?? []).slice()}))),
    );
    expect(createMatcher(built).match('can i send it back')).toEqual({id: 'returns', score: 1, confident: true});
    expect(readdirSync(folder).sort()).toEqual(['faq.json', 'faq.pack.json']);
  });

  test('names version, language and lifetime as it is told', async () => {
    await run('build', faq(), {version: '7', language: 'de', ttl: 5_000, output: join(folder, 'b.json')});
    expect(readBuilt('b.json')).toMatchObject({version: '7', language: 'de', ttlMs: 5_000});
  });

  test('makes a version of the content where none is given', async () => {
    const versionOf = async (pack: object) => {
      writeFileSync(faq(), JSON.stringify(pack));
      await run('build', faq());
      return readBuilt().version;
    };
    const {version: _, ...rest} = SHOP;
    const first = await versionOf(rest);
    expect(first).toMatch(/^[\da-f]{12}$/);
    expect(await versionOf(rest)).toBe(first);
    expect(await versionOf({...rest, language: 'fr'})).not.toBe(first);
  });

  test('writes nothing when something is wrong, or when warnings are taken for that', async () => {
    writeFileSync(faq(), JSON.stringify({...SHOP, colour: 'red'}));
    expect(await run('build', faq(), {strict: true})).toMatchObject({code: FAQ_EXIT.problems});
    expect(readdirSync(folder)).toEqual(['faq.json']);
    expect(await run('build', faq())).toMatchObject({code: FAQ_EXIT.fine});
    writeFileSync(faq(), JSON.stringify({...SHOP, ttlMs: 'long'}));
    const before = readFileSync(join(folder, 'faq.pack.json'), 'utf8');
    expect(await run('build', faq())).toMatchObject({code: FAQ_EXIT.problems});
    expect(readFileSync(join(folder, 'faq.pack.json'), 'utf8')).toBe(before);
  });

  test('writes the pack to standard output, and what is said of it elsewhere', async () => {
    const {code, stdout, stderr} = await run('build', faq(), {output: '-'});
    expect(code).toBe(FAQ_EXIT.fine);
    expect(readPack(JSON.parse(stdout))).toMatchObject({compiled: 1});
    expect(stderr).toContain('0 errors, 0 warnings');
  });

  test('stops when it is told, and leaves nothing', async () => {
    const {code, stderr} = await run('build', faq(), {}, AbortSignal.abort());
    expect({code, stderr}).toEqual({code: FAQ_EXIT.stopped, stderr: 'Stopped. Nothing was written.\n'});
    expect(readdirSync(folder)).toEqual(['faq.json']);
  });

  test('does not make a pack of a pack', async () => {
    await run('build', faq());
    const {code, stdout} = await run('build', join(folder, 'faq.pack.json'));
    expect(code).toBe(FAQ_EXIT.problems);
    expect(stdout).toContain('error: this is a pack already; build it from the FAQ');
  });
});

describe('check', () => {
  test('says how well the FAQ does, and writes nothing', async () => {
    const {code, stdout} = await run('check', faq());
    expect(code).toBe(FAQ_EXIT.fine);
    for (const said of [
      /: 4 entries, 24 phrasings, 2 negatives\n/,
      / {2}known questions {5}[\d.]+ % of 24 held-out phrasings answered rightly; /,
      / {2}unknown questions {3}[\d.]+ % of 24 answered while their entry was left out\n/,
      / {2}threshold {11}0\.9\d\d\n/,
      / {2}size .* B an entry\n/,
      /\n {2}returns and \w+, \d+ times: ".+", ".+"\n/,
      /0 errors, 0 warnings\n$/,
    ]) {
      expect(stdout).toMatch(said);
    }
    expect(readdirSync(folder)).toEqual(['faq.json']);
  });

  test('says what cannot be measured', async () => {
    writeFileSync(faq(), JSON.stringify({entries: [{id: 'a', question: 'What is it?', answer: 'A'}]}));
    const {code, stdout} = await run('check', faq());
    expect([code, ...(stdout.match(/not measured: .*/g) ?? [])]).toEqual([
      FAQ_EXIT.fine,
      'not measured: no entry has enough phrasings to hold one out',
      'not measured: there is one entry only',
      'not measured: no answer was given, or there is one entry only',
    ]);
    expect((await run('check', faq(), {minCoverage: 0.1})).stdout).toContain('error: coverage could not be measured');
  });

  test('reports the same as JSON', async () => {
    const {stdout} = await run('check', faq(), {json: true, minCoverage: 0.99});
    expect(JSON.parse(stdout)).toMatchObject({
      file: faq(),
      ok: false,
      problems: [{level: 'error', text: expect.stringContaining('less than the 0.99 that were asked for')}],
      entryCount: 4,
      phrasingCount: 24,
      report: {heldOutCount: 24, threshold: expect.any(Number), confusable: expect.any(Array)},
    });
  });

  test('finds the same in the pack that was made of it', async () => {
    await run('build', faq());
    const {report} = JSON.parse((await run('check', faq(), {json: true})).stdout);
    const ofPack = JSON.parse((await run('check', join(folder, 'faq.pack.json'), {json: true})).stdout);
    const {heldOutCount, coverageShare, falseShare, threshold} = report;
    expect(ofPack).toMatchObject({
      ok: true,
      entryCount: 4,
      report: {heldOutCount, coverageShare, falseShare, threshold},
    });
  });

  test.each([
    ['of a later version', {compiled: 2}, 'compiled by a later version of firstword'],
    ['that was changed', {threshold: 0.5}, 'cut off or changed after it had been compiled'],
    ['without entries', {entries: undefined}, 'it has no entries'],
  ])('refuses a pack %s in words', async (_, change, words) => {
    writeFileSync(join(folder, 'faq.pack.json'), JSON.stringify({...compilePack(SHOP), ...change}));
    const {code, stdout} = await run('check', join(folder, 'faq.pack.json'));
    expect(code).toBe(FAQ_EXIT.problems);
    expect(stdout).toContain(words);
  });

  test.each<[FaqArguments, number]>([
    [{minCoverage: 0}, FAQ_EXIT.fine],
    [{minCoverage: 0.99}, FAQ_EXIT.problems],
    [{maxFalse: 1}, FAQ_EXIT.fine],
    [{minPrecision: 0.5, strict: true}, FAQ_EXIT.fine],
  ])('as a gate of %j ends with %d', async (given, code) => {
    expect(await run('check', faq(), given)).toMatchObject({code});
  });

  test('as a gate it holds back a FAQ that answers wrongly, and says which entry does', async () => {
    writeFileSync(faq(), JSON.stringify({entries: muddled()}));
    const {code, stdout} = await run('build', faq(), {minPrecision: 0.97, maxFalse: 0.02});
    expect(code).toBe(FAQ_EXIT.problems);
    expect(stdout).toMatch(/error: precision is 0\.\d+, less than the 0\.97 that were asked for\n/);
    expect(stdout).toMatch(/error: 0\.\d+ of unknown questions are answered, more than the 0\.02 that were allowed\n/);
    expect(stdout).toMatch(/Next: "\w+-\w+" answers what is not its own \(\d+ of \d+, such as ".+"\)/);
    expect(stdout).toMatch(/Next: ".+" of "\w+-\w+" would be answered by "\w+-\w+": tell the two apart/);
    expect(readdirSync(folder)).toEqual(['faq.json']);
  });

  test('lists twenty problems by line, and counts the others', async () => {
    const entries = Array.from({length: 30}, (_, at) => ({
      id: `e${at}`,
      question: `What ${at}?`,
      answer: at % 2 ? '' : 'A',
    }));
    writeFileSync(faq(), JSON.stringify({entries, colour: 1}, null, 1));
    const {code, stdout} = await run('check', faq());
    const lines = stdout.trimEnd().split('\n');
    expect([code, lines.length, ...lines.slice(-2)]).toEqual([1, 22, 'and 26 more', '15 errors, 31 warnings']);
    const places = lines.slice(0, 20).map((line) => Number(/:(\d+): /.exec(line)?.[1]));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(lines.filter((line) => line.includes(': error: ')).length).toBe(15);
  });

  test('the demo shop’s FAQ is fine', async () => {
    const {code, stdout} = await run('check', 'demo/faq/shop.json', {strict: true, minPrecision: 0.97});
    expect({code, end: stdout.slice(-23)}).toEqual({code: 0, end: '0 errors, 0 warnings\n'.padStart(23, '\n')});
  });
});

describe('a file', () => {
  test.each<[string, string | Buffer, string]>([
    [
      'with a mark at its beginning and Windows line ends',
      '\ufeff{"entries":\r\n []}',
      '2: error: /entries has no entry',
    ],
    ['in UTF-16 that says so', Buffer.from('\ufeff{"entries":\n []}', 'utf16le'), '2: error: /entries has no entry'],
    ['in UTF-16 that does not', Buffer.from('{"entries": []}', 'utf16le'), '1: error: is no text; if it is UTF-16'],
    ['in Latin 1', Buffer.from('{"entries":\n ["\xe9"]}', 'latin1'), '2: error: is not UTF-8 from here on'],
    ['that is empty', '', '1: error: the file is empty'],
    ['of blank lines', ' \n\n', '1: error: the file is empty'],
  ])('%s', async (_, content, problem) => {
    writeFileSync(faq(), content);
    const {code, stdout} = await run('check', faq());
    expect(code).toBe(FAQ_EXIT.problems);
    expect(stdout).toContain(`${faq()}:${problem}`);
  });

  test.each<[string, string, FaqArguments, string]>([
    ['that is not there', 'none.json', {}, 'none.json: there is no such file'],
    ['that is a folder', '', {format: 'json'}, 'it is a folder'],
    ['of which nobody says what it is', 'faq.txt', {}, 'add --format json, csv or markdown'],
    ['that is too large', 'large.json', {}, `large.json: it is 20.0 MB; a FAQ may have ${MAX_FILE_MB} MB`],
    ['of which the output has no folder', 'faq.json', {output: 'none/b.json'}, 'there is no such folder'],
    ['that would be overwritten', 'faq.json', {output: 'faq.json'}, 'the pack would overwrite the FAQ'],
    [
      'that would be overwritten by another name',
      'faq.json',
      {output: 'link.json'},
      'the pack would overwrite the FAQ',
    ],
    ['of which the output is a folder', 'faq.json', {output: '.'}, 'it is a folder'],
  ])('%s is refused before anything is learned', async (_, name, given, words) => {
    if (name === 'large.json') writeFileSync(join(folder, name), Buffer.alloc(20_000_000, ' '));
    symlinkSync(faq(), join(folder, 'link.json'));
    const output = given.output === undefined ? {} : {output: join(folder, given.output)};
    await expect(run('build', join(folder, name), {...given, ...output})).rejects.toMatchObject({
      kind: 'file',
      message: expect.stringContaining(words),
    });
  });

  test('is written as a whole or not at all', () => {
    const gone = join(folder, 'gone');
    mkdirSync(gone);
    const write = prepareOutput(join(gone, 'out.json'), {input: faq()});
    rmSync(gone, {recursive: true});
    expect(() => write('after')).toThrow('it cannot be written');
    writeFileSync(join(folder, 'real.json'), 'before');
    symlinkSync(join(folder, 'real.json'), join(folder, 'link.json'));
    prepareOutput(join(folder, 'link.json'), {input: faq()})('after');
    expect(readFileSync(join(folder, 'real.json'), 'utf8')).toBe('after');
    expect(readdirSync(folder).sort()).toEqual(['faq.json', 'link.json', 'real.json']);
  });
});

describe('progress', () => {
  function follow(isTTY: boolean, shares: readonly [number, number][]): string {
    const parts: string[] = [];
    let nowMs = 0;
    const output = {isTTY, write: (part: string) => parts.push(part)};
    const progress = createProgress({output, what: 'learning', clock: () => nowMs});
    for (const [timeMs, share] of shares) {
      nowMs = timeMs;
      progress.show(share);
    }
    progress.end();
    return parts.join('');
  }

  test('is not told of what is quick', () => {
    for (const isTTY of [true, false])
      expect(
        follow(isTTY, [
          [10, 0.3],
          [500, 0.9],
        ]),
      ).toBe('');
  });

  test('moves on a terminal, and goes away', () => {
    const text = follow(true, [
      [750, 0.1],
      [760, 0.11],
      [900, 0.2],
    ]);
    expect(text).toBe('\rlearning: 10 % \rlearning: 20 % \r\u001b[K');
  });

  test('is a few lines elsewhere', () => {
    const text = follow(false, [
      [800, 0.02],
      [900, 0.1],
      [1000, 0.26],
      [1100, 0.4],
      [1200, 0.7],
      [1300, 0.8],
      [1400, 1],
    ]);
    expect(text.match(/\d+ %/g)).toEqual(['2 %', '26 %', '70 %']);
  });
});

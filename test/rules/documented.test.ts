import {describe, test, vi} from 'vitest';
import {checkProperties, checkSentences, checkVerbs} from './check-docs.ts';
import {expectBreaches, expectKept, plant} from './planted.ts';
import {readProject} from './source.ts';

vi.setConfig({testTimeout: 60_000}); // the first test of a file parses every program

const project = readProject();

describe('every exported name', () => {
  test('is described by a sentence', () => {
    expectKept(checkSentences(project), {atLeast: 300});
  });

  test('is found when it is not', () => {
    const planted = plant({
      'src/chat/a.ts': '/** Makes a. */\nexport const a = 1;\nexport const b = 2;',
      'src/chat/c.ts': '/** no sentence */\nexport interface C {}\n/** Of words without an end */\nexport type D = 1;',
      'src/chat/e.ts': '/** Makes e. */\n\nconst between = 1;\nexport function e() {}',
      'src/chat/f.ts': '/**\n * @param a - Some a. */\nexport function f(a: 1) {}\n// Makes g.\nexport class G {}',
      'src/chat/h.ts': '/** Makes h: 1.5 of\n * them. More.\n */\nexport const h = 1;\nconst own = 1;',
      'src/chat/i.ts': `const i = 1;\n/** Makes j. */\nconst j = 2;\nexport {i, j};\nexport {x} from './x.ts';`,
    });
    expectBreaches(
      checkSentences(planted),
      ['src/chat/a.ts#b', 'no doc comment'],
      ['src/chat/c.ts#C', 'no sentence'],
      ['src/chat/c.ts#D', 'no sentence'],
      ['src/chat/e.ts#e', 'no doc comment'],
      ['src/chat/f.ts#f', 'no sentence'],
      ['src/chat/f.ts#G', 'no doc comment'],
      ['src/chat/i.ts#i', 'no doc comment'],
    );
  });
});

describe('every exported function', () => {
  test('is described by what it does', () => {
    expectKept(checkVerbs(project), {atLeast: 300});
  });

  test('is found when it is not', () => {
    const planted = plant({
      'src/chat/a.ts': '/** Make a. */\nexport const a = () => 1;\n/** Makes b. */\nexport function b() {}',
      'src/chat/c.ts':
        '/** The c of a. */\nexport function c() {}\n/** Whether it is d. */\nexport const d = function () {};',
      'src/chat/e.tsx':
        '/** The header. */\nexport function Header() {}\n/** The title. */\nexport function title() {}',
      'src/chat/f.ts': '/** The size of f. */\nexport const f = 1;',
    });
    expectBreaches(
      checkVerbs(planted),
      ['src/chat/a.ts#a', '"Make"'],
      ['src/chat/c.ts#c', '"The"'],
      ['src/chat/e.tsx#title', '"The"'],
    );
  });
});

describe('every property of a public interface', () => {
  test('is described, or says by its name or type what it is', () => {
    expectKept(checkProperties(project), {atLeast: 200});
  });

  test('is found when it is not', () => {
    const planted = plant({
      'package.json':
        '{"exports": {"./latency": {"default": "dist/npm/latency/index.js"}, "./package.json": "./package.json"}}',
      'src/latency/index.ts': `export * from './a.ts';\nexport type {B} from './b.ts';`,
      'src/latency/a.ts': [
        '/** One thing; `named` is another. */',
        'export interface A {',
        '  waitMs: number; named: string; thing: Thing; things?: readonly Thing[] | undefined; kind: "a";',
        '  /** Told. */ told: string;',
        '  bare: string; some: Map<string, number>; act(): void;',
        '}',
        '/** A thing. */\nexport type Thing = 1;',
      ].join('\n'),
      'src/latency/b.ts': 'export interface B {size: number}\nexport interface Inner {size: number}',
    });
    expectBreaches(
      checkProperties(planted),
      ['src/latency/a.ts#A.bare'],
      ['src/latency/a.ts#A.some'],
      ['src/latency/a.ts#A.act'],
      ['src/latency/b.ts#B.size'],
    );
  });
});

import {describe, expect, test, vi} from 'vitest';
import {
  CONSOLE_PLACES,
  checkAny,
  checkClasses,
  checkConsole,
  checkDefaultExports,
  checkLengths,
  checkParameters,
  checkSwitchedOff,
  LONG_FILES,
  MANY_PARAMETERS,
  MAX_LINES,
} from './check-names.ts';
import {exportsOf, parse} from './parse.ts';
import {expectBreaches, expectKept, plant} from './planted.ts';
import {choose, PRODUCT_CODE, readProject} from './source.ts';

vi.setConfig({testTimeout: 60_000}); // the first test of a file parses every program

const project = readProject();

describe('exports', () => {
  test('have names', () => {
    expectKept(checkDefaultExports(project), {atLeast: 100});
  });

  test('are found when they are defaults', () => {
    const planted = plant({
      'src/chat/a.ts': 'export default function a() {}',
      'demo/b.mjs': 'const b = 1;\nexport {b as default};',
      'src/chat/c.ts': `export {default} from './a.ts';`,
      'vite.config.ts': 'export default {};',
    });
    expectBreaches(checkDefaultExports(planted), ['src/chat/a.ts:1'], ['demo/b.mjs:2'], ['src/chat/c.ts:1']);
  });
});

describe('classes', () => {
  test('are errors, or an element', () => {
    expectKept(checkClasses(project), {atLeast: 100});
  });

  test('are found when they are not', () => {
    const planted = plant({
      'src/chat/a.ts': 'export class ChatError extends Error {}\nclass Chat {}',
      'src/chat/b.ts': 'const element = class extends HTMLElement {};\nconst more = class extends Map {};',
      'src/chat/c.ts': 'class Late extends StreamError {}',
    });
    expectBreaches(checkClasses(planted), ['src/chat/a.ts:2', 'class Chat'], ['src/chat/b.ts:2']);
  });
});

describe('the compiler', () => {
  test('is nowhere told to believe anything', () => {
    expectKept(checkAny(project), {atLeast: 150});
  });

  test('is found when it is', () => {
    const planted = plant({
      'src/chat/a.ts': 'const any = 1;\nexport const a = any as any;',
      'test/chat/a.test.ts': 'let a: Map<string, any>;',
    });
    expectBreaches(checkAny(planted), ['src/chat/a.ts:2', 'any'], ['test/chat/a.test.ts:1']);
  });

  test('is not switched off without a reason, nor is the linter', () => {
    expectKept(checkSwitchedOff(project), {atLeast: 150});
  });

  test('is found when it is switched off', () => {
    const planted = plant({
      'src/chat/a.ts':
        '// @ts-expect-error\na();\n// @ts-ignore: because\nb();\n// @ts-expect-error: its types lie about b\nb();',
      'src/chat/b.tsx': '// biome-ignore lint/a11y/noAutofocus: <explanation>\nconst b = 1;',
      'src/chat/c.ts': '// biome-ignore lint/a11y/noAutofocus: the visitor asked for it\nconst c = "biome-ignore";',
      'src/chat/d.css': 'a {}\n/* biome-ignore-start lint/complexity/noImportantStyles */',
    });
    expectBreaches(
      checkSwitchedOff(planted),
      ['src/chat/a.ts:1'],
      ['src/chat/a.ts:3'],
      ['src/chat/b.tsx:1'],
      ['src/chat/d.css:2', 'without a reason'],
    );
  });
});

describe('parameters', () => {
  test('of exported functions are few and no booleans', () => {
    expectKept(checkParameters(project), {atLeast: 60});
  });

  test('are found when they are many or booleans', () => {
    const planted = plant({
      'src/chat/a.ts':
        'export function a(one: string, two: string, three?: string) {}\nfunction own(a: boolean, b: 1, c: 2) {}',
      'src/chat/b.ts':
        'export const b = (open: boolean) => {};\nexport const c = function (name: string, open = false) {};',
      'src/chat/d.ts': 'const d = (open?: boolean | undefined) => {};\nexport {d as e};',
      'src/chat/f.ts': 'export const f = ({open}: {open: boolean}, of: readonly boolean[]) => {};',
      'src/chat/g.ts': 'export function g(only: true | 1) {}',
    });
    expectBreaches(
      checkParameters(planted),
      ['src/chat/a.ts#a', '3 things'],
      ['src/chat/b.ts#b', 'open: boolean'],
      ['src/chat/b.ts#c', 'open = false'],
      ['src/chat/d.ts#e', 'boolean'],
      ['src/chat/g.ts#g', 'true'],
    );
  });

  test('that are declared to be many still are', () => {
    const exported = choose(project, PRODUCT_CODE)
      .map(parse)
      .flatMap((module) => exportsOf(module).map(({name}) => `${module.path}#${name}`));
    expect(Object.keys(MANY_PARAMETERS).filter((place) => !exported.includes(place))).toEqual([]);
  });
});

describe('files', () => {
  test('are short', () => {
    expectKept(checkLengths(project), {atLeast: 100});
  });

  test('are found when they are long', () => {
    const planted = plant({
      'src/chat/a.ts': 'a();\n'.repeat(MAX_LINES),
      'src/chat/b.ts': 'b();\n'.repeat(MAX_LINES + 1),
    });
    expectBreaches(checkLengths(planted), ['src/chat/b.ts', `${MAX_LINES + 1} lines`]);
  });

  test('that are declared to be long are there', () => {
    expect(Object.keys(LONG_FILES).filter((path) => !project.some((file) => file.path === path))).toEqual([]);
  });
});

describe('the console', () => {
  test('is written to in the declared places, by lines that say whose they are', () => {
    expectKept(checkConsole(project), {atLeast: 4});
  });

  test('is found when it is written to elsewhere, or without our name', () => {
    const planted = plant({
      'src/chat/a.ts': `console.log('[firstword] a');`,
      'src/loader/instance.ts': `console.warn(\`[firstword] \${line}\`);\nconsole.warn(\`\${line} [firstword]\`);\nconst say = console.warn;`,
      'src/server/observe.ts': `console.log(JSON.stringify({log: 'firstword'}));\nconsole.log(line);`,
      'src/server/handler.ts': `console.error('[firstword] a:', error);\nconsole.log(JSON.stringify(error));`,
      'src/cli/serve.ts': 'console.log(line);',
    });
    expectBreaches(
      checkConsole(planted),
      ['src/chat/a.ts:1', 'not for it'],
      ['src/loader/instance.ts:2', '[firstword]'],
      ['src/loader/instance.ts:3', '[firstword]'],
      ['src/server/observe.ts:2', '[firstword]'],
      ['src/server/handler.ts:2', '[firstword]'],
    );
  });

  test('has no declared place that is gone', () => {
    const gone = CONSOLE_PLACES.filter(({path}) => !project.some((file) => path.test(file.path)));
    expect(gone).toEqual([]);
  });
});

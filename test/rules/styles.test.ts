import {expect, test} from 'vitest';
import {checkSides} from './check-styles.ts';
import {expectBreaches, expectKept, plant} from './planted.ts';
import {readProject} from './source.ts';

test('nothing of the widget is on the left or on the right, but at the beginning or at the end', () => {
  expectKept(checkSides(readProject()), {atLeast: 300});
});

test('what is on a side of its own is found', () => {
  const planted = plant({
    'src/widget/a.css':
      '.a {\n  margin-left: 4px;\n}\n.b {\n  text-align: right;\n  /* left: 0; */\n  inset: 0 4px auto auto;\n}',
    'src/widget/b.css': '.a {left: 0; border-radius: 4px 4px 4px 0; border-radius: 9px 9px 0 0; padding: 4px 8px}',
    'src/loader/launcher.ts': 'const STYLE = `:host{padding:0 calc(1px + 2px) 0 8px;margin:1px 2px}`;',
    'src/dashboard/c.css': '.a {left: 0}',
  });
  expectBreaches(
    checkSides(planted),
    ['src/widget/a.css:2', 'margin-left'],
    ['src/widget/a.css:5', 'text-align'],
    ['src/widget/a.css:7', 'inset'],
    ['src/widget/b.css:1', 'left'],
    ['src/widget/b.css:1', '4px 4px 4px 0'],
    ['src/loader/launcher.ts:1', 'padding'],
  );
  expect(checkSides(planted).lookedAtCount).toBeGreaterThan(6);
});

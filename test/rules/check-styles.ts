import {choose, type SourceFile, type Verdict} from './source.ts';

/** Where the widget's styles stand: its sheets, and what the loader draws before them. */
const STYLES = /^src\/(widget\/.*\.css|loader\/launcher\.ts)$/;

/** Properties that take four sides at once: the second is the right, the fourth the left. */
const FOUR_SIDES = /(?<![\w-])(?:margin|padding|inset|border-(?:width|style|color))\s*:\s*(.+)/g;

/** A property that takes four corners at once, from the top left on with the clock. */
const CORNERS = /(?<![\w-])border-radius\s*:\s*(.+)/g;

/** Finds styles that do not turn round where words run from right to left. */
export function checkSides(files: readonly SourceFile[]): Verdict {
  let lookedAtCount = 0;
  const breaches = choose(files, STYLES).flatMap(({path, text}) => {
    const sheet = path.endsWith('.ts') ? loaderSheet(text) : text;
    const bare = sheet.replace(/\/\*.*?\*\//gs, (comment) => comment.replace(/[^\n]/g, ' '));
    return [...bare.matchAll(/[^;{}]+/g)].flatMap(({0: declaration, index}) => {
      lookedAtCount++;
      const start = index + declaration.length - declaration.trimStart().length;
      const line = bare.slice(0, start).split('\n').length;
      return faults(declaration).map((what) => `${path}:${line}: ${what}: ${declaration.trim()}`);
    });
  });
  return {lookedAtCount, breaches};
}

function faults(declaration: string): string[] {
  // a notch is where it is, whichever way words run: both of its sides are named together
  const bare = declaration.replace('max(env(safe-area-inset-left), env(safe-area-inset-right))', '');
  const found = /\b(left|right)\b/.test(bare) ? ['names a side'] : [];
  for (const [, value = ''] of declaration.matchAll(FOUR_SIDES)) {
    const [, right, , left] = partsOf(value);
    if (left !== undefined && left !== right) found.push('sides that differ');
  }
  for (const [, value = ''] of declaration.matchAll(CORNERS)) {
    const [topLeft, topRight = topLeft, bottomRight = topLeft, bottomLeft = topRight] = partsOf(value);
    if (topLeft !== topRight || bottomLeft !== bottomRight) found.push('corners that differ');
  }
  return found;
}

/** Splits a value at its spaces, but for those in brackets. */
const partsOf = (value: string) =>
  value
    .replace('!important', '')
    .trim()
    .split(/\s+(?![^(]*\))/);

/** The sheet that the loader has as text. */
const loaderSheet = (text: string) => /`(:host[^`]+)`/.exec(text)?.[1] ?? '';

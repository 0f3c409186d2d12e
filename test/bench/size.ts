// npm run bench:size: weighs every file that a browser loads, every set of them and some imports against their limits.
import {measureImports} from './measure-imports.ts';
import {measureSizes, overLimit, type Weight} from './measure-sizes.ts';

const weights = measureSizes('dist');
const number = (bytes: number | undefined) => bytes?.toLocaleString('en-US') ?? '';

type Figures = Pick<Weight, 'bytes' | 'brotliBytes' | 'limitBytes'>;

function table(title: string, rows: readonly (readonly [name: string, weight: Figures])[]): void {
  const width = Math.max(title.length, ...rows.map(([name]) => name.length));
  const line = (...[name, ...figures]: string[]) =>
    console.log([name?.padEnd(width), ...figures.map((figure) => figure.padStart(9))].join('  '));
  line(title, 'bytes', 'brotli 11', 'limit');
  for (const [name, {bytes, brotliBytes, limitBytes}] of rows) {
    line(name, number(bytes), number(brotliBytes), number(limitBytes));
  }
  console.log('');
}

table(
  'file',
  weights.filter(({set}) => set === 'file').map((weight) => [weight.file, weight]),
);
table(
  'import set',
  weights.filter(({set}) => set !== 'file').map((weight) => [weight.set, weight]),
);
const imports = await measureImports();
table(
  'import in a bundle, without what comes later',
  imports.map((weight) => [weight.code, weight]),
);
const over = [
  ...overLimit(weights),
  ...overLimit(imports.map((weight) => ({...weight, file: weight.code, set: 'file'}))),
];
for (const words of over) console.error(`Over its limit: ${words}`);
process.exitCode = over.length > 0 ? 1 : 0;

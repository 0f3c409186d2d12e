import type {PackReport} from '../faq/index.ts';
import {type Problem, quote} from './faq-source.ts';

/** How much a FAQ is, and what its pack weighs. */
export interface FaqFigures {
  entryCount: number;
  phrasingCount: number;
  negativeCount: number;
  packBytes: number;
  brotliBytes: number;
}

/** The most problems, and pairs, that are listed one by one. */
const MAX_LISTED = 20;
const MAX_PAIRS = 8;
const MAX_HINTS = 3;

/** Lists problems by line, errors before warnings when there are too many, and says how many there are. */
export function writeProblems(file: string, problems: readonly Problem[]): string[] {
  const errors = problems.filter(({level}) => level === 'error');
  const warnings = problems.filter(({level}) => level === 'warning');
  const listed = new Set([...errors, ...warnings].slice(0, MAX_LISTED));
  const lines = problems
    .filter((problem) => listed.has(problem))
    .map(({level, line, text}) => `${file}${line === undefined ? '' : `:${line}`}: ${level}: ${text}`);
  const hidden = problems.length - listed.size;
  if (hidden > 0) lines.push(`and ${hidden} more`);
  lines.push(`${counted(errors.length, 'error')}, ${counted(warnings.length, 'warning')}`);
  return lines;
}

/** Says what was found, for people. */
export function writeReport(file: string, {report, figures}: {report: PackReport; figures: FaqFigures}): string[] {
  const {entryCount, phrasingCount, negativeCount, packBytes, brotliBytes} = figures;
  const {precisionShare, mixedPrecisionShare} = report;
  const perEntry = Math.round(brotliBytes / (entryCount || 1)).toLocaleString('en');
  const right =
    precisionShare === undefined ? 'none was answered' : `${percent(precisionShare)} of the answers were right`;
  const rows = [
    [
      'known questions',
      `${percent(report.coverageShare)} of ${report.heldOutCount} held-out phrasings answered rightly; ${right}`,
    ],
    [
      'unknown questions',
      `${percent(report.falseShare)} of ${report.leftOutCount} answered while their entry was left out`,
    ],
    [
      'in all',
      mixedPrecisionShare === undefined
        ? 'not measured: no answer was given, or there is one entry only'
        : `${percent(mixedPrecisionShare)} of the answers would be right where 30 of 100 questions have none here`,
    ],
    ['threshold', report.threshold.toFixed(3)],
    ['size', `${kB(packBytes)}, ${kB(brotliBytes)} as brotli, ${perEntry} B an entry`],
  ];
  if (report.heldOutCount === 0)
    rows[0] = ['known questions', 'not measured: no entry has enough phrasings to hold one out'];
  if (report.leftOutCount === 0) rows[1] = ['unknown questions', 'not measured: there is one entry only'];
  return [
    `${file}: ${counted(entryCount, 'entry', 'entries')}, ${counted(phrasingCount, 'phrasing')}, ${counted(negativeCount, 'negative')}`,
    '',
    ...rows.map(([name = '', text = '']) => `  ${name.padEnd(20)}${text}`),
    ...writePairs(report),
    ...writeHints(report),
  ];
}

function writePairs({confusable}: PackReport): string[] {
  if (confusable.length === 0) return [];
  const lines = confusable.slice(0, MAX_PAIRS).map(({ids: [one, other], count, examples: [first, second]}) => {
    return `  ${one} and ${other}, ${count === 1 ? 'once' : `${count} times`}: ${quote(first)}, ${quote(second)}`;
  });
  const hidden = confusable.length - lines.length;
  return [
    '',
    'Nearest to each other (a phrasing found the wrong one first, mostly too unsure to answer):',
    ...lines,
    ...(hidden > 0 ? [`  and ${hidden} more pairs`] : []),
  ];
}

function writeHints({mistakes, confusable, needVariants}: PackReport): string[] {
  const hints: string[] = [];
  const foreign = mistakes.filter(({leftOut}) => leftOut === 'entry');
  if (foreign.length > 0) {
    const [id, count] = mostFrequent(foreign.map(({takenFor}) => takenFor));
    const example = foreign.find(({takenFor}) => takenFor === id)?.question ?? '';
    hints.push(
      `${quote(id)} answers what is not its own (${count} of ${foreign.length}, such as ${quote(example)}): write into negatives what sounds like it and has no answer here`,
    );
  }
  const wrong = mistakes.filter(({leftOut}) => leftOut === 'phrasing');
  const [first] = wrong;
  if (first) {
    hints.push(
      first.id === undefined
        ? `the negative ${quote(first.question)} would be answered by ${quote(first.takenFor)} when asked in other words: give it variants`
        : `${quote(first.question)} of ${quote(first.id)} would be answered by ${quote(first.takenFor)}: tell the two apart by more phrasings, or make one of them`,
    );
  }
  const [pair] = confusable;
  if (pair && pair.count > 2 && !first)
    hints.push(`give ${pair.ids.map(quote).join(' and ')} phrasings that only one of them has, or make one of them`);
  if (needVariants.length > 0) {
    const names = needVariants.slice(0, 3).join(', ');
    const more = needVariants.length > 3 ? ` and ${needVariants.length - 3} more` : '';
    hints.push(`write more phrasings for ${names}${more}: what is asked in other words is found by them`);
  }
  return hints.length === 0 ? [] : ['', ...hints.slice(0, MAX_HINTS).map((hint) => `Next: ${hint}.`)];
}

function mostFrequent(names: readonly string[]): [string, number] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
}

const counted = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

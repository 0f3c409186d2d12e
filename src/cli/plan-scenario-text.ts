import type {Published, ScenarioReport, ScenarioResult} from '../planner/index.ts';
import {row, wrap, writeLimitMs, writeMs, writePercentile} from './plan-words.ts';

const WIDTHS = [34, 12, 13, 13];
const TAIL_WIDTHS = [34, 9, 9, 9, 9, 9];

/** Says what published arithmetic comes to, for people. */
export function writeScenario({title, source, rows, note, tailRatio, turnCount, seed}: ScenarioReport): string[] {
  const shares = rows[0]?.figures.map(({share}) => writePercentile(share)) ?? [];
  return [
    ...wrap(`${title}: ${turnCount.toLocaleString('en')} simulated turns, seed ${seed}`),
    ...wrap(`from "${source}"`),
    '',
    row(['', 'published', 'its times', 'with a tail'], WIDTHS),
    ...rows.map((result) => row(writeResult(result), WIDTHS)),
    '',
    row(['percentiles with a tail', ...shares], TAIL_WIDTHS),
    ...rows
      .filter(({published}) => published.kind === 'mean' || rows.length === 1)
      .map(({words, figures}) => row([`  ${words}`, ...figures.map(({valueMs}) => writeMs(valueMs))], TAIL_WIDTHS)),
    '',
    ...wrap(`"With a tail" every time has the same mean, and a P99 that is ${tailRatio} times its median.`),
    ...wrap(`Note: ${note}.`),
  ];
}

function writeResult({words, published, simulated, tailed, isRefuted}: ScenarioResult): string[] {
  const write = (value: number) => writeValue(published, value);
  return [
    `  ${words}${published.kind === 'mean' ? ', mean' : ''}`,
    write(publishedValue(published)),
    `${write(simulated)}${isRefuted ? ' (!)' : ''}`,
    tailed === undefined ? '-' : write(tailed),
  ];
}

const publishedValue = (published: Published) => ('stepMs' in published ? published.ms : published.share);

const writeValue = (published: Published, value: number) =>
  'stepMs' in published ? writeLimitMs(Math.round(value / 10) * 10) : `${(value * 100).toFixed(1)} %`;

import type {Limit} from '../latency/index.ts';
import type {Difference, PlanFigure, PlanShare} from '../planner/index.ts';

/** How wide a line is at most. */
export const LINE_CHARS = 80;

/** Writes a time with three digits that mean something. */
export function writeMs(ms: number): string {
  if (ms < 999.5) return `${ms < 9.995 && ms % 1 !== 0 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
  const seconds = ms / 1000;
  return `${seconds.toFixed(seconds < 9.995 ? 2 : seconds < 99.95 ? 1 : 0)} s`;
}

/** Writes a declared time as short as it is. */
export function writeLimitMs(ms: number): string {
  return ms >= 1000 ? `${+(ms / 1000).toFixed(3)} s` : `${+ms.toFixed(1)} ms`;
}

/** Writes a percentile's name. */
export function writePercentile(share: number): string {
  return `P${+(share * 100).toFixed(2)}`;
}

/** Writes a limit with its percentile. */
export function writeLimit({ms, share}: Limit): string {
  return `${writeLimitMs(ms)} at ${writePercentile(share)}`;
}

/** Writes a share in percent. */
export function writeShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Writes a share with its interval. */
export function writeCertain({share, lowShare, highShare}: PlanShare): string {
  return `${writeShare(share)} (${(lowShare * 100).toFixed(1)} to ${(highShare * 100).toFixed(1)})`;
}

/** Writes half of a percentile's interval, in percent of it. */
export function writeHalf({valueMs, lowMs, highMs}: PlanFigure): string {
  const half = valueMs > 0 ? (highMs - lowMs) / 2 / valueMs : 0;
  return `±${(half * 100).toFixed(1)} %`;
}

/** Writes seconds that are saved, with half of the interval. */
export function writeSaved({valueMs, lowMs, highMs}: Difference): string {
  const seconds = (ms: number) => (ms / 1000).toFixed(2);
  const value = seconds(valueMs);
  return `${value === '-0.00' ? '0.00' : value} ±${seconds((highMs - lowMs) / 2)}`;
}

/** Writes a change of a share in points; nothing where there is none. */
export function writePoints(share: number): string | undefined {
  const points = (share * 100).toFixed(1);
  if (Math.abs(Number(points)) === 0) return undefined;
  return `${share > 0 ? '+' : ''}${points} points`;
}

/** Puts cells into columns: the first to the left, the others to the right, each as wide as it is told. */
export function row(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
    .join('')
    .trimEnd();
}

/** Breaks words into lines, which begin with so many blanks. */
export function wrap(words: string, {indent = 0, next = indent}: {indent?: number; next?: number} = {}): string[] {
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  for (const word of words.split(/ (?!%)/)) {
    if (line.trim() !== '' && line.length + word.length > LINE_CHARS) {
      lines.push(line.trimEnd());
      line = ' '.repeat(next);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}

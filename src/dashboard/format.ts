const NARROW_SPACE = '\u202f';

/**
 * Writes a time with three digits that mean something: `7.2 ms`, `717 ms`, `4.10 s`, `12.4 s`, `125 s`.
 *
 * @param ms - 0 to 600,000.
 */
export function formatMs(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)}${NARROW_SPACE}ms`;
  if (ms < 999.5) return `${Math.round(ms)}${NARROW_SPACE}ms`;
  const seconds = ms / 1000;
  const digits = seconds < 9.995 ? 2 : seconds < 99.95 ? 1 : 0;
  return `${seconds.toFixed(digits)}${NARROW_SPACE}s`;
}

/** Writes a declared time without digits that say nothing: `400 ms`, `3 s`, `1.5 s`. */
export function formatBudget(ms: number): string {
  return ms < 1000 ? `${ms}${NARROW_SPACE}ms` : `${ms / 1000}${NARROW_SPACE}s`;
}

/** Writes a count with its thousands apart: `6,002`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en');
}

/** Writes a share in per cent; what is not nothing never reads as 0, what is not all never as 100. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (share > 0 && percent < 0.1 - 1e-9) return `<0.1${NARROW_SPACE}%`;
  if (share < 1 && percent > 99.9 + 1e-9) return `>99.9${NARROW_SPACE}%`;
  const fine = (percent > 0 && percent < 9.95) || (percent > 99 && percent < 100);
  return `${fine ? percent.toFixed(1) : Math.round(percent)}${NARROW_SPACE}%`;
}

/** Writes a percentile's name: `P99`, `P99.9`. */
export function formatPercentile(share: number): string {
  return `P${Math.round(share * 1000) / 10}`;
}

/** Writes the time of day at the reader's place, to the second, of an instant in epoch ms. */
export function formatClock(at: number): string {
  return new Date(at).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false});
}

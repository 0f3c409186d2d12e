/**
 * Reads a time as attributes write it: `800ms`, `4s`, or a bare number of milliseconds.
 *
 * @returns Milliseconds (0 to 600,000), or undefined for anything else.
 */
export function readTime(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(text.trim());
  if (!found) return undefined;
  const timeMs = Number(found[1]) * (found[2] === 's' ? 1000 : 1);
  return timeMs <= 600_000 ? timeMs : undefined;
}

const UNITS_MS: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/**
 * Reads how long something is kept: a time as `readTime` takes it, or one of minutes, hours or days such as `90m`, `12h`,
 * `7d`.
 *
 * @returns Whole milliseconds above 0, or undefined for anything else.
 */
export function readLifetime(text: string): number | undefined {
  const [, number, unit = 'ms'] = /^(\d{1,9}(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim()) ?? [];
  const lifetimeMs = Math.round(Number(number) * (UNITS_MS[unit] ?? 0));
  return lifetimeMs > 0 ? lifetimeMs : undefined;
}

/**
 * Reads a percentile as budgets write it: `p80`, `p99`, `p99.9`.
 *
 * @returns A share between 0 and 1, or undefined for anything else.
 */
export function readPercentile(text: string): number | undefined {
  const found = /^p(\d{1,2}(?:\.\d{1,2})?)$/.exec(text.trim());
  const share = found ? Number(found[1]) / 100 : 0;
  return share > 0 ? Math.round(share * 1e6) / 1e6 : undefined;
}

/** Rounds a measured time to the record's precision, one decimal of a millisecond. */
export function roundMs(timeMs: number): number {
  return Math.round(timeMs * 10) / 10;
}

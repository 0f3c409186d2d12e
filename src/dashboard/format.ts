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

/** Writes a moment at the reader's place as briefly as it is clear: `14:20` on the day of `nowAt`, else with the day. */
export function formatMoment(at: number, nowAt: number): string {
  const [moment, now] = [new Date(at), new Date(nowAt)];
  const clock = moment.toLocaleTimeString('en', {hour: '2-digit', minute: '2-digit', hour12: false, hourCycle: 'h23'});
  if (moment.toDateString() === now.toDateString()) return clock;
  const before = new Date(nowAt);
  before.setDate(before.getDate() - 1);
  if (moment.toDateString() === before.toDateString()) return `yesterday, ${clock}`;
  return `${moment.toLocaleDateString('en', {day: 'numeric', month: 'short'})}, ${clock}`;
}

/** Writes a number that may be less than none the way `write` does. */
export function formatSigned(value: number, write: (value: number) => string): string {
  return value < 0 ? `−${write(-value)}` : write(value);
}

/** Writes a difference in ms with its sign: `+1.20 s`, `−40 ms`, `0.0 ms`. */
export function formatDifference(ms: number): string {
  return `${signOf(ms, 0.05)}${formatMs(Math.abs(ms))}`;
}

/** Writes a difference of shares with its sign, in points of a per cent: `+2.4 pp`. */
export function formatPoints(share: number): string {
  const points = Math.abs(share * 100);
  const digits = points >= 9.95 ? 0 : 1;
  return `${signOf(share, 0.0005)}${points.toFixed(digits)}${NARROW_SPACE}pp`;
}

/** What is written as 0 has no sign. */
function signOf(value: number, least: number): string {
  if (Math.abs(value) < least) return '';
  return value > 0 ? '+' : '−';
}

/** Writes how long something lasts, in its largest unit: `28 days`, `5 hours`, `12 minutes`; less is `1 minute`. */
export function formatSpan(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  if (minutes < 90) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

/** Writes how many times as fast as may be a budget is used up: `0.4×`, `14.6×`, `120×`. */
export function formatBurn(rate: number): string {
  return `${rate.toFixed(rate < 99.95 ? 1 : 0)}×`;
}

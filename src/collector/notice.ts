import {type Alert, type AlertNotice, NOTICE_VERSION} from '../protocol/index.ts';

const WINDOW_WORDS = {'5m': '5 minutes', '30m': '30 minutes', '1h': 'hour', '6h': '6 hours', '3d': '3 days'} as const;

/** Writes what a webhook is posted of an alert's firing or clearing. */
export function writeNotice(alert: Alert, event: AlertNotice['event']): AlertNotice {
  return {v: NOTICE_VERSION, event, text: event === 'firing' ? writeFiring(alert) : writeClearing(alert), alert};
}

function writeFiring(alert: Alert): string {
  const {targetShare, budgetMs, sinceAt, rule, worst, route} = alert;
  const percent = Math.round(targetShare * 1e4) / 100;
  const budget = budgetMs === undefined ? 'its budget' : `its budget of ${budgetMs} ms`;
  const [long, short] = [rule.longBurn, rule.shortBurn].map((burn) => burn.toFixed(1));
  const places = [worst?.pageRoute, worst?.route].filter((place) => place !== undefined && place !== route);
  const where = places.length > 0 ? ` Most of it: ${places.join(', ')}.` : '';
  return `${subjectOf(alert)} breaks ${budget} since ${timeOf(sinceAt)}: ${rule.badCount} bad turns in the last ${WINDOW_WORDS[rule.longWindow]}, ${long} times as many as ${percent} % allow, ${short} times in the last ${WINDOW_WORDS[rule.shortWindow]}.${where}`;
}

function writeClearing(alert: Alert): string {
  const {sinceAt, clearedAt = sinceAt} = alert;
  return `${subjectOf(alert)} keeps its budget again: it broke it from ${timeOf(sinceAt)}, and has not for a while by ${timeOf(clearedAt)}.`;
}

function subjectOf({kind, name, site, route}: Alert): string {
  const subject = kind === 'stage' ? `Stage ${name}` : name;
  const place = [route, site].filter((each) => each !== undefined).join(' of ');
  return place === '' ? subject : `${subject} on ${place}`;
}

function timeOf(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

// npm run demo:traffic: fills a running collector with turns of a shop that does not exist.
import {parseArgs} from 'node:util';
import {
  DEFAULT_TURN_COUNT,
  INCIDENT_WORDS,
  INCIDENTS,
  MAX_SPAN_MS,
  type PlacedIncident,
  planTraffic,
} from './traffic/plan.ts';
import {SendError, sendBatches} from './traffic/send-batches.ts';
import {SIMULATED_SITE, simulateTurns} from './traffic/simulate-turns.ts';

const HELP = `npm run demo:traffic -- [options]

Fills a running collector on this machine with simulated turns of the last 24 hours, in which
something goes wrong. They name the site ${SIMULATED_SITE} and are marked as simulated wherever they show.

  --incident <name>  plant only this one, over the last quarter of the time; default each in its turn:
${INCIDENTS.map((name) => `                       ${name}: ${INCIDENT_WORDS[name]}`).join('\n')}
                       none: nothing goes wrong
  --count <turns>    how many turns; default ${DEFAULT_TURN_COUNT}
  --hours <hours>    how far back, 24 at most and by default
  --seed <number>    the same number gives the same turns; default a new one
  --url <address>    the server with the collector; default http://127.0.0.1:3000
  --help             this`;

const HOUR_MS = 3_600_000;

function fail(words: string): never {
  console.error(words);
  process.exit(1);
}

function readArguments() {
  try {
    const {values} = parseArgs({
      options: {
        incident: {type: 'string'},
        count: {type: 'string'},
        hours: {type: 'string'},
        seed: {type: 'string'},
        url: {type: 'string', default: 'http://127.0.0.1:3000'},
        help: {type: 'boolean', default: false},
      },
    });
    return values;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
  }
}

function readNumber(name: string, {text, most}: {text: string | undefined; most: number}): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  const fits = number > 0 && number <= most && (name === 'hours' || Number.isInteger(number));
  return fits ? number : fail(`--${name} is a number above 0, ${most} at most; "${text.slice(0, 20)}" is none.`);
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return fail(`--url is an address; "${text.slice(0, 80)}" is none.`);
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (!isHere)
    fail(`Simulated turns go to this machine only, not to ${url.hostname}: use http://127.0.0.1 and its port.`);
  return url;
}

function sayIncident({name, beginsAgoMs, endsAgoMs}: PlacedIncident, endAt: number, home: URL): string {
  const clock = (at: number) =>
    new Date(at).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit', hour12: false});
  const [fromAt, untilAt] = [endAt - beginsAgoMs, endAt - endsAgoMs];
  const link = new URL('/dashboard/', home);
  link.search = `${new URLSearchParams({from: `${fromAt}`, until: `${untilAt}`, site: SIMULATED_SITE})}`;
  return `  ${name}, ${clock(fromAt)} to ${endsAgoMs === 0 ? 'now' : clock(untilAt)}: ${INCIDENT_WORDS[name]}\n    ${link}`;
}

const values = readArguments();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const incident = [...INCIDENTS, 'none' as const].find((name) => name === values.incident);
if (values.incident && !incident) {
  fail(`--incident is one of ${INCIDENTS.join(', ')} or none; "${values.incident.slice(0, 40)}" is not.`);
}
const turnCount = readNumber('count', {text: values.count, most: 1_000_000});
const hours = readNumber('hours', {text: values.hours, most: 24});
const seed = readNumber('seed', {text: values.seed, most: 2 ** 31 - 1}) ?? Date.now() % 2 ** 31;
const url = readUrl(values.url);
const plan = planTraffic({
  ...(incident ? {incident} : {}),
  ...(turnCount ? {turnCount} : {}),
  spanMs: hours ? hours * HOUR_MS : MAX_SPAN_MS,
});

const endAt = Date.now();
let saidCount = 0;
console.log(`Sending ${plan.turnCount} simulated turns to ${url.origin} (seed ${seed}) …`);
try {
  const sent = await sendBatches({
    batches: simulateTurns(seed, plan),
    url: new URL('/v1/turns', url).href,
    onProgress(count) {
      if (count - saidCount < plan.turnCount / 10 || count === plan.turnCount) return;
      saidCount = count;
      console.log(`  ${count} of ${plan.turnCount}`);
    },
  });
  const {acceptedCount, refusedCount} = sent;
  console.log(
    `${acceptedCount} turns are stored, ${refusedCount} were refused, in ${Math.round((Date.now() - endAt) / 100) / 10} s.`,
  );
  const planted = plan.incidents.map((placed) => sayIncident(placed, endAt, url));
  console.log(planted.length > 0 ? `\nPlanted:\n\n${planted.join('\n')}` : '\nNothing is planted.');
  console.log(`\n${new URL(`/dashboard/?site=${SIMULATED_SITE}`, url)} shows all of it.`);
  if (refusedCount > 0) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof SendError)) throw error;
  fail(`${error.message}\nIs the demo running? \`npm start\` says its address; name it with --url.`);
}

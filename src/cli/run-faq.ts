import {createHash} from 'node:crypto';
import {brotliCompressSync} from 'node:zlib';
import {
  type CompiledPack,
  compileInSteps,
  PackError,
  type PackReport,
  type PlainPack,
  readPack,
  type Steps,
  unfoldPack,
} from '../faq/index.ts';
import {FAQ_EXIT, type FaqArguments} from './faq-arguments.ts';
import {readFaqFile, STANDARD} from './faq-input.ts';
import {inspectFaq, sorted} from './faq-inspect.ts';
import {nameOutput, prepareOutput} from './faq-output.ts';
import {createProgress, type Output} from './faq-progress.ts';
import {type FaqFigures, writeProblems, writeReport} from './faq-report.ts';
import type {Problem, Source} from './faq-source.ts';

/** What a command reaches the world by. */
export interface FaqSurroundings {
  /** Stops it, between two steps. */
  signal: AbortSignal;
  stdout: Output;
  stderr: Output;
  /** When it is, in epoch ms. */
  nowAt: number;
}

/** How long it learns before it looks whether it was stopped, in ms. */
const PAUSE_MS = 50;

/**
 * Checks a FAQ, and compiles it when that is asked for and nothing is wrong.
 *
 * @returns One of FAQ_EXIT.
 * @throws CommandError `file` when a file cannot be read or written.
 */
export async function runFaq(
  {command, file, given}: {command: 'build' | 'check'; file: string; given: FaqArguments},
  surroundings: FaqSurroundings,
): Promise<number> {
  const {signal, stdout, stderr, nowAt} = surroundings;
  const output = command === 'build' ? (given.output ?? nameOutput(file)) : undefined;
  const write = output === undefined || output === STANDARD ? undefined : prepareOutput(output, {input: file});
  // where the pack itself goes to standard output, what is said of it does not
  const say = (lines: readonly string[]) => print(output === STANDARD ? stderr : stdout, `${lines.join('\n')}\n`);

  const stop = async () => {
    await print(stderr, 'Stopped. Nothing was written.\n');
    return FAQ_EXIT.stopped;
  };

  const source = await readFaqFile(file, {format: given.format, signal}).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    return undefined;
  });
  if (!source) return stop();
  const {problems, pack} = examine(source, {command, given, nowAt});
  const result = hasErrors(problems) ? undefined : await compile(pack, surroundings);
  if (signal.aborted) return stop();
  if (result) problems.push(...checkGates(result.report, given));
  const isFine = !hasErrors(problems) && !(given.strict && problems.length > 0);
  if (given.json)
    await say([JSON.stringify({file, ok: isFine, problems, ...result?.figures, report: result?.report}, null, 1)]);
  else {
    if (result) await say([...writeReport(file, result), '']);
    await say(writeProblems(file, problems));
  }
  if (!isFine) return FAQ_EXIT.problems;
  if (write) write(`${result?.text}\n`);
  else if (output === STANDARD) await print(stdout, `${result?.text}\n`);
  if (write && !given.json) await say([`Written to ${output}`]);
  return FAQ_EXIT.fine;
}

const hasErrors = (problems: readonly Problem[]) => problems.some(({level}) => level === 'error');

/** Looks at a FAQ, or at a compiled pack as the FAQ that it was made of, with what the options say of it. */
function examine(
  source: Source,
  {command, given, nowAt}: {command: 'build' | 'check'; given: FaqArguments; nowAt: number},
): {problems: Problem[]; pack: PlainPack} {
  let inspected = source;
  if (isCompiledForm(source.value)) {
    const problem = command === 'build' ? 'this is a pack already; build it from the FAQ' : tellDamage(source.value);
    if (problem !== undefined) return {problems: [{level: 'error', text: problem}], pack: {entries: []}};
    // what was looked at has lines of a file that nobody wrote
    inspected = {...source, value: unfoldPack(readPack(source.value) as CompiledPack), lineOf: () => undefined};
  }
  const {problems, pack} = inspectFaq(inspected, {nowAt});
  const {language = pack.language, ttl = pack.ttlMs} = given;
  const whole: PlainPack = {...pack, ...(language !== undefined && {language}), ...(ttl !== undefined && {ttlMs: ttl})};
  return {
    problems: sorted(problems),
    pack: {version: given.version || pack.version || hashOf(whole), ...omitVersion(whole)},
  };
}

const omitVersion = ({version: _, ...rest}: PlainPack) => rest;

/** Makes a version that is another one when anything in the pack is. */
const hashOf = (pack: PlainPack) => createHash('sha256').update(JSON.stringify(pack)).digest('hex').slice(0, 12);

const isCompiledForm = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'compiled');

function tellDamage(value: unknown): string | undefined {
  try {
    readPack(value);
    return undefined;
  } catch (error) {
    if (!(error instanceof PackError)) throw error;
    return {
      'not-a-pack': 'this is no pack: it has no entries',
      'newer-version': 'this pack was compiled by a later version of firstword; install that, or build it anew',
      damaged: 'this pack was cut off or changed after it had been compiled; build it anew',
    }[error.kind];
  }
}

interface Compiled {
  text: string;
  report: PackReport;
  figures: FaqFigures;
}

/** Compiles a pack; undefined when it was stopped. */
async function compile(pack: PlainPack, {signal, stderr}: FaqSurroundings): Promise<Compiled | undefined> {
  const reports: PackReport[] = [];
  const phrasingCount = pack.entries.reduce((sum, {variants = []}) => sum + 1 + variants.length, 0);
  const what = `learning ${pack.entries.length} entries with ${phrasingCount} phrasings`;
  const progress = createProgress({output: stderr, what, clock: () => performance.now()});
  const steps = compileInSteps(pack, {onReport: (report) => reports.push(report)});
  const compiled = await pace(steps, {signal, onShare: progress.show});
  progress.end();
  const [report] = reports;
  if (!compiled || !report) return undefined;
  const text = JSON.stringify(compiled);
  const figures = {
    entryCount: pack.entries.length,
    phrasingCount,
    negativeCount: pack.negatives?.length ?? 0,
    packBytes: Buffer.byteLength(text),
    brotliBytes: brotliCompressSync(text).length,
  };
  return {text, report, figures};
}

/** Does steps with pauses, in which a signal is heard; gives undefined when it was. */
async function pace<Result>(
  steps: Steps<Result>,
  {signal, onShare}: {signal: AbortSignal; onShare: (share: number) => void},
): Promise<Result | undefined> {
  let pausedMs = performance.now();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (performance.now() - pausedMs < PAUSE_MS) continue;
    onShare(step.value);
    await new Promise((done) => setImmediate(done));
    if (signal.aborted) return undefined;
    pausedMs = performance.now();
  }
}

function checkGates(report: PackReport, {minPrecision, minCoverage, maxFalse}: FaqArguments): Problem[] {
  const problems: Problem[] = [];
  const {coverageShare, precisionShare, falseShare, heldOutCount} = report;
  const fail = (text: string) => problems.push({level: 'error', text});
  if (minCoverage !== undefined && coverageShare < minCoverage) {
    const share = heldOutCount === 0 ? 'could not be measured' : `is ${coverageShare.toFixed(3)}`;
    fail(`coverage ${share}, less than the ${minCoverage} that were asked for`);
  }
  if (minPrecision !== undefined && precisionShare !== undefined && precisionShare < minPrecision) {
    fail(`precision is ${precisionShare.toFixed(3)}, less than the ${minPrecision} that were asked for`);
  }
  if (maxFalse !== undefined && falseShare > maxFalse) {
    fail(`${falseShare.toFixed(3)} of unknown questions are answered, more than the ${maxFalse} that were allowed`);
  }
  return problems;
}

/** Writes, and waits until it is through: what is printed last must not be lost when the process ends. */
const print = (output: Output, text: string) => new Promise<void>((done) => output.write(text, () => done()));

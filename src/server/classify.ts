import {type CompiledPack, type FaqEntry, type PlainPack, readWords} from '../faq/index.ts';
import type {Said} from '../protocol/index.ts';
import {
  chooseThreshold,
  createComplexity,
  type JudgedQuestion,
  type ReadComplexity,
  type RouteExample,
} from './complexity.ts';
import {matcherOf} from './faq-option.ts';
import type {RouteName} from './model.ts';

/** What a classifier may look at beside the question: what was said before, and what the page says of itself. */
export interface ClassifyFacts {
  history: readonly Said[];
  /** Data from the browser; absent when the page said nothing. */
  page?: unknown;
}

/** What a question is, as far as its route and its figures need to know. */
export interface Classified {
  /** A word or hyphenated words: figures are told apart by it, so never the visitor's own. */
  promptClass: string;
  route: RouteName;
  /** How probable it is that the route is right, 0 to 1; absent when the classifier cannot say. */
  confidence?: number;
  /** How probable it is that the question needs the powerful model, 0 to 1; what thresholds are held against. */
  complexity?: number;
}

/** Says what a question is. What it throws, or is late with, costs its opinion, not the answer. */
export type Classify = (question: string, facts: ClassifyFacts) => Classified | Promise<Classified>;

/** The part of complex questions that may be sent to the fast model when nothing else is set. */
export const MAX_COMPLEX_TO_FAST_SHARE = 0.05;

/** From which probability on a topic is taken for a question's class. */
const CLASS_SHARE = 0.6;

/** How many entries are looked at for it. */
const NEAR_COUNT = 5;

/** How many complex examples a threshold is chosen from at least; with fewer it stays in the middle. */
const FEWEST_COMPLEX_COUNT = 20;

const FOLD_COUNT = 5;

const GREETING =
  /^(hi|hello|hey|thanks|thank you|good (morning|evening|day)|hallo|guten (tag|morgen|abend)|danke|bonjour|salut|merci|hola|gracias|ciao|grazie)( there| you| a lot| very much)?$/;

/**
 * Creates a local classifier, without a model or a network: the class comes from the FAQ pack, the route from rules on
 * the question's form and from examples.
 *
 * The class is the topic of the pack's entry that answers the question, else the topic it is most likely about, else
 * `greeting`, `complex` or `other`. Private entries and topics give no class.
 *
 * The limit between the routes is the middle, or lower where examples that were held out in turn show that otherwise more
 * than `maxComplexToFastShare` of the complex ones would go to the fast model; that takes 20 complex ones. A question that
 * the pack answers for sure is simple.
 *
 * @param options.pack - FAQ pack, plain or compiled.
 * @param options.examples - Questions with the route that each should take.
 * @param options.maxComplexToFastShare - 0 to 1; default MAX_COMPLEX_TO_FAST_SHARE.
 */
export function createClassifier(
  options: {pack?: PlainPack | CompiledPack; examples?: readonly RouteExample[]; maxComplexToFastShare?: number} = {},
): (question: string, facts?: ClassifyFacts) => Required<Classified> {
  const {pack, examples = [], maxComplexToFastShare = MAX_COMPLEX_TO_FAST_SHARE} = options;
  const readComplexity = createComplexity(examples);
  const classOf = createClassReader(pack, examples);
  const powerfulFrom = learnThreshold(examples, maxComplexToFastShare);
  return (question, {history} = {history: []}) => {
    const {promptClass, isAnswered} = classOf(question);
    const complexity = isAnswered ? 0 : readComplexity(question, history.length);
    const route = complexity >= powerfulFrom ? 'powerful' : 'fast';
    const confidence = route === 'powerful' ? complexity : 1 - complexity;
    return {promptClass: promptClass ?? (route === 'powerful' ? 'complex' : 'other'), route, confidence, complexity};
  };
}

function createClassReader(pack: PlainPack | CompiledPack | undefined, examples: readonly RouteExample[]) {
  const matcher = pack && matcherOf(pack);
  const entries = new Map(pack?.entries.map((entry) => [entry.id, entry]));
  const taught = new Map<string, string>();
  for (const {question, promptClass} of examples) {
    if (promptClass !== undefined) taught.set(readWords(question).join(' '), promptClass);
  }
  const isPrivate = (entry: FaqEntry) =>
    entry.private === true || (entry.topic !== undefined && pack?.topics?.[entry.topic]?.private === true);
  return (question: string): {promptClass: string | undefined; isAnswered: boolean} => {
    const words = readWords(question).join(' ');
    const match = matcher?.match(question);
    const entry = match?.confident ? entries.get(match.id) : undefined;
    const isAnswered = entry !== undefined;
    const exact = taught.get(words);
    if (exact !== undefined) return {promptClass: exact, isAnswered};
    if (GREETING.test(words)) return {promptClass: 'greeting', isAnswered: true};
    if (entry) return {promptClass: isPrivate(entry) ? undefined : (entry.topic ?? entry.id), isAnswered};
    // the matcher's own topics are of beginnings, and surer of themselves than whole questions let one be
    const shares = new Map<string, number>();
    for (const {id, score} of matcher?.suggest(question, NEAR_COUNT) ?? []) {
      const near = entries.get(id);
      if (near?.topic !== undefined && !isPrivate(near)) shares.set(near.topic, (shares.get(near.topic) ?? 0) + score);
    }
    const [topic] = [...shares].find(([, share]) => share >= CLASS_SHARE) ?? [];
    return {promptClass: topic, isAnswered};
  };
}

/** Judges each example by a measure that did not learn from it. */
function learnThreshold(examples: readonly RouteExample[], maxShare: number): number {
  if (examples.filter(({route}) => route === 'powerful').length < FEWEST_COMPLEX_COUNT) return 0.5;
  const judged: JudgedQuestion[] = [];
  for (let fold = 0; fold < FOLD_COUNT; fold++) {
    const read: ReadComplexity = createComplexity(examples.filter((_, at) => at % FOLD_COUNT !== fold));
    examples.forEach(({question, route}, at) => {
      if (at % FOLD_COUNT === fold) judged.push({wanted: route, complexity: read(question, 0)});
    });
  }
  return Math.min(0.5, chooseThreshold(judged, maxShare));
}

/** A classification as a stage: when it ran, in ms since the request was got. */
export interface ClassifyStage extends Classified {
  fromMs: number;
  toMs: number;
  /** There when the classifier failed or was late, and the local one answered in its place. */
  failed?: true;
}

/** How long a classifier may take before the local one answers in its place, in ms; less where a deadline is nearer. */
export const CLASSIFY_WAIT_MS = 50;

/** The time since the request was got, in ms, and when on that clock its answer must have begun. */
interface StepTimes {
  sinceMs: () => number;
  deadlineMs?: number | undefined;
}

/**
 * Creates the step that classifies a question before its answer begins.
 *
 * @param options.own - The handler's own classifier; absent means the local one.
 */
export function createClassifyStep(options: {
  own: Classify | undefined;
  local: (question: string, facts: ClassifyFacts) => Classified;
}): (question: string, facts: ClassifyFacts & StepTimes) => Promise<ClassifyStage> {
  const {own, local} = options;
  return async (question, {sinceMs, deadlineMs = Number.POSITIVE_INFINITY, ...facts}) => {
    const fromMs = sinceMs();
    if (!own) return {...local(question, facts), fromMs, toMs: sinceMs()};
    try {
      const given = readClassified(await orLate(own(question, facts), Math.min(CLASSIFY_WAIT_MS, deadlineMs - fromMs)));
      return {...given, fromMs, toMs: sinceMs()};
    } catch {
      // its words may quote the question and go nowhere; the span says that it failed
      return {...local(question, facts), fromMs, toMs: sinceMs(), failed: true};
    }
  };
}

function readClassified(given: Classified): Classified {
  const {promptClass, route} = given;
  if (!/^[\w-]{1,64}$/.test(promptClass)) throw new TypeError('no class');
  if (route !== 'fast' && route !== 'powerful') throw new TypeError('no route');
  return {promptClass, route};
}

function orLate<T>(given: T | Promise<T>, waitMs: number): T | Promise<T> {
  if (!(given instanceof Promise)) return given;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TypeError('late')), Math.max(0, waitMs));
    given.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

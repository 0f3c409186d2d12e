import {
  type CompiledPack,
  type FaqEntry,
  growMatcher,
  type Match,
  type Matcher,
  type PlainPack,
  readPack,
  saysTheSame,
} from '../faq/index.ts';
import type {Options} from '../options/index.ts';
import type {Prefetch, Taken} from '../prefetch/index.ts';
import {readTerms} from '../protocol/index.ts';
import {createDecoys, createLearned, createPackStore, type LearnedAnswer} from '../storage/index.ts';
import type {Consent} from './api.ts';
import {createPackFeed, type PackTrouble} from './pack-feed.ts';
import {type Asker, createSpeculation} from './speculation.ts';
import type {Answer, Message, Offer} from './state.ts';

/**
 * What is known about a question before anybody is asked: its whole answer, or questions that may be meant; and what was
 * looked up ahead of it.
 */
export type Known = Partial<Pick<Answer, 'text' | 'sources' | 'source' | 'state' | 'stored' | 'offers'>> & {
  ahead?: Taken | undefined;
};

/** The chat that an instant path has its place in. */
export interface Home extends Asker {
  instant: Instant | undefined;
  /** Looks again at what the draft may become. */
  foresee(): void;
}

/** Answers that need no network. Nothing here waits: what is not there yet is not known. */
export interface Instant {
  /** Takes its place in a chat, unless that is gone by then. */
  join(chat: Home): void;
  /**
   * Finds what is known about a question that is asked now; undefined where only the model can say. What was asked ahead
   * of it is settled.
   */
  find(question: string, startedMs?: number): Known | undefined;
  /** Finds the answer to a question of the pack that is likely to be near to what was asked, with that question. */
  near(question: string): {question: string; text: string; sources: Answer['sources']} | undefined;
  /** Lists questions of the pack that a draft may become, likeliest first; asks ahead of what it may become. */
  foresee(draft: string): readonly Offer[];
  /** The visitor says that the stored answer was not what was asked: this question, and what says the same, goes to the model. */
  reject(question: string): void;
  /**
   * Keeps the model's answer to the first question of a conversation for whoever asks the same, where its terms let
   * everybody have it. What a signed visitor is told may be theirs, as may what names a number or an address.
   */
  learn(messages: readonly Message[], terms: unknown, asker: {userToken: string | undefined}): void;
  /** The visitor is about to choose a question that is offered. */
  point(question: string): void;
  /** The page facts of which entries may have a condition, such as `{page: 'checkout'}`. */
  setContext(context: unknown): void;
  consent(answer: Consent): void;
  /** Erases everything, here and in the browser's databases. */
  forget(): void;
}

/** What an instant path is made of. */
export interface InstantOptions {
  /** The pack's absolute address. */
  faq: string;
  /** What tells the endpoint from others of the origin. */
  name: string;
  language: string | undefined;
  context: unknown;
  consent: Consent;
  /** How much may be done ahead of a question; `topics` where nothing is said. */
  prefetch: Options['prefetch'];
  onTrouble: (trouble: PackTrouble) => void;
  signal: AbortSignal;
}

type Pack = PlainPack | CompiledPack;

/** A pack as it is used. */
interface Book {
  matcher: Matcher;
  entries: ReadonlyMap<string, FaqEntry>;
  /** When the pack was written, else when it came, in epoch ms. */
  at: number;
}

/** From which probability on questions are offered that may be meant: likelier than not. */
export const OFFER_SCORE = 0.5;

/** How many questions are offered at most. */
export const OFFER_COUNT = 3;

/** How likely a question must be among those of the pack to be offered: what is about nothing in it is like all of them. */
export const LIKELY_SHARE = 0.25;

/** The fewest characters of a draft that questions are offered for. */
const MIN_DRAFT_CHARS = 3;

/** How long a pack is learned at a time before the page gets its turn, in ms. */
const SLICE_MS = 6;

/** How long work waits for the page to be idle where the browser does not say when that is, in ms. */
const IDLE_MS = 300;

/** A version that says when it was written. */
const DATE = /^\d{4}-\d\d-\d\d/;

/** What is likely to be somebody's own: a number of three digits or more, or an address. */
const PERSONAL = /\d{3}|@/;

/** Starts with the pack that is kept, and fetches it where none is. */
export function createInstant(options: InstantOptions): Instant {
  const {faq, name, signal} = options;
  const language = options.language ?? '';
  const packs = createPackStore(faq);
  const learned = createLearned(name);
  const decoys = createDecoys(faq);
  let context = textsOf(options.context);
  let {consent} = options;
  let book: Book | undefined;
  let newest: Book | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tell = () => {};
  let prefetch: Prefetch | undefined;
  signal.addEventListener('abort', () => clearTimeout(timer));

  /** Takes a pack into use: at once where there was none, so that it suggests meanwhile; else when all of it is learned. */
  function take(pack: Pack, cameAt: number): void {
    const {matcher, step} = growMatcher(pack);
    const mine: Book = {
      matcher,
      entries: new Map(pack.entries.map((entry) => [entry.id, entry])),
      at: DATE.test(pack.version ?? '') ? Date.parse(`${pack.version}`) : cameAt,
    };
    newest = mine;
    const before = book;
    book ??= mine;
    if (before) learned.drop({tags: changedTags(before, mine)});
    const slice = () => {
      if (newest !== mine) return;
      const untilMs = performance.now() + SLICE_MS;
      while (step()) {
        if (performance.now() < untilMs) continue;
        timer = setTimeout(slice);
        if (book === mine) tell(); // it may suggest by now
        return;
      }
      book = mine;
      tell();
    };
    clearTimeout(timer);
    slice();
  }

  const offersFor = (text: string): Offer[] =>
    (book?.matcher.suggest(text, OFFER_COUNT, {context}) ?? [])
      .filter(({score}) => score >= LIKELY_SHARE)
      .map(({id, question}) => ({id, question}));

  const isDecoy = (question: string) => decoys.entries().some((decoy) => saysTheSame(decoy.question, question));

  function agree(answer: Consent): void {
    consent = answer;
    for (const store of [packs, learned, decoys]) void store.agree(answer);
  }

  agree(options.consent);
  void createPackFeed<Pack>({
    url: faq,
    language: options.language,
    credentials: 'same-origin',
    packs,
    accept: readPack,
    onPack: take,
    onTrouble: options.onTrouble,
    signal,
    now: Date.now,
    idle: (work) => void (window.requestIdleCallback ?? ((late) => setTimeout(late, IDLE_MS)))(() => work()),
  });

  /** What the pack has that may be meant. */
  const matchOf = (question: string) => book?.matcher.match(question, {context}) ?? undefined;

  /** Finds the whole answer to a question; undefined where only the model has it. */
  function answerOf(question: string, match: Match | undefined): Known | undefined {
    const entry = match && book?.entries.get(match.id);
    if (book && match?.confident && entry?.answer) {
      const hit = match.score === 1 ? 'exact' : 'semantic';
      return give({text: entry.answer, links: entry.links ?? [], source: 'faq', stored: {at: book.at, hit}});
    }
    const known = learned.find(question, {language, nowAt: Date.now()});
    if (known) {
      const {answer: text, links, learnedAt: at} = known;
      return give({text, links, source: 'cache', stored: {at, hit: 'learned'}});
    }
    return undefined;
  }

  function know(question: string): Known | undefined {
    if (isDecoy(question)) return undefined;
    const match = matchOf(question);
    const offers = () => (match && match.score >= OFFER_SCORE ? {offers: offersFor(question)} : undefined);
    return answerOf(question, match) ?? offers();
  }

  /** What a text may be about, all of it. */
  const guess = (text: string) => book?.matcher.topics(text, Number.POSITIVE_INFINITY, {context}) ?? [];
  const isKnown = (text: string) => answerOf(text, matchOf(text)) !== undefined;

  const instant: Instant = {
    join(chat) {
      if (chat.signal.aborted) return;
      chat.instant = instant;
      context = textsOf(chat.context);
      tell = chat.foresee;
      const isWanted = (options.prefetch ?? 'topics') === 'topics';
      const mayAsk = () => consent === 'auto' || consent === 'granted';
      prefetch = isWanted ? createSpeculation(chat, {guess, isKnown, mayAsk}) : undefined;
      if (book) tell();
    },
    find(question, startedMs = performance.now()) {
      const ahead = prefetch?.take(question, startedMs);
      const known = know(question);
      return ahead ? {...known, ahead} : known;
    },
    near(asked) {
      const match = book?.matcher.match(asked, {context});
      const {answer, question, links = []} = (match && book?.entries.get(match.id)) ?? {};
      if (!match || match.score < OFFER_SCORE || !question || !answer) return undefined;
      return {question, text: answer, sources: sourcesOf(links)};
    },
    foresee(draft) {
      prefetch?.draft(draft);
      return draft.trim().length < MIN_DRAFT_CHARS ? [] : offersFor(draft);
    },
    point: (question) => prefetch?.point(question),
    reject: (question) => decoys.add(question, Date.now()),
    learn([question, answer, ...more], terms, {userToken}) {
      const allowed = readTerms(terms);
      if (allowed?.scope !== 'public' || userToken || more.length > 0 || answer?.kind !== 'answer') return;
      if (!question || PERSONAL.test(question.text)) return;
      const {ttlMs, version, tags} = allowed;
      learned.drop({version});
      const links = answer.sources.map(({url, title}) => ({url, title}));
      learned.learn({ttlMs, version, tags, question: question.text, answer: answer.text, language, links}, Date.now());
    },
    setContext(next) {
      context = textsOf(next);
    },
    consent: agree,
    forget() {
      prefetch?.drop();
      for (const store of [packs, learned, decoys]) void store.forget();
    },
  };
  return instant;
}

/** Makes a whole answer of one that was there already. */
function give({links, ...answer}: Pick<Answer, 'text' | 'source' | 'stored'> & {links: LearnedAnswer['links']}): Known {
  return {...answer, sources: sourcesOf(links), state: 'complete'};
}

const sourcesOf = (links: LearnedAnswer['links']) => links.map(({url, title}) => ({id: url, url, title}));

/** Takes of page facts those that are texts. */
function textsOf(context: unknown): Record<string, string> {
  if (typeof context !== 'object' || context === null) return {};
  return Object.fromEntries(Object.entries(context).filter(([, value]) => typeof value === 'string'));
}

/** Lists the tags of entries whose answers are others than before. */
function changedTags(before: Book, after: Book): string[] {
  return [...before.entries.values()].flatMap(({id, answer, tags = []}) =>
    after.entries.get(id)?.answer === answer ? [] : tags,
  );
}

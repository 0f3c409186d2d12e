import {readFileSync} from 'node:fs';
import type {FaqEntry, Negative, PlainPack} from '../../../src/faq/index.ts';
import {createRandom} from '../../latency/random.ts';

/** A question that nobody put into the pack. */
export interface Query {
  text: string;
  /** The entry that answers it; null for one that none does. */
  id: string | null;
  /** `near` questions have an intent like those of the pack, `far` ones have none. */
  kind: 'in' | 'near' | 'far';
  /** Its intent; questions of one are never on both sides of a cross-validation. */
  group: string;
}

/** A pack, and questions to ask it. */
export interface Split {
  name: string;
  seed: number;
  pack: PlainPack;
  queries: Query[];
}

/** How a pack is put together. */
export interface SplitOptions {
  /** What is chosen; at 0 all that was gathered as a pack, in the order in which it was. */
  seed: number;
  /** Phrasings of each entry. */
  phrasingCount: number;
  /** Phrasings of each intent that the pack has as a negative. */
  decoyCount?: number;
  /** Questions asked of each intent. */
  queryCount?: number;
  /**
   * Whether phrasings are given and asked as those who gathered them divided them, or mixed: then more intents can be
   * chosen among, and it is easier, because some people's phrasings are on both sides.
   */
  division: 'kept' | 'mixed';
}

interface Gathered {
  intents: Record<string, {given: string[]; asked: string[]}>;
  far: string[];
}

const read = (name: string): Gathered =>
  JSON.parse(readFileSync(new URL(`../../faq/data/${name}`, import.meta.url), 'utf8'));
const clinc = read('clinc.json');
const shop = read('mattress.json');
/** So many phrasings of an intent are for the pack, where it was gathered for one. */
const GIVEN_COUNT = 20;

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T]; // both are there
  }
  return mixed;
}

const entryOf = (id: string, [question = '', ...variants]: string[]): FaqEntry => ({
  id,
  question,
  variants,
  answer: '-',
  topic: id,
});

/** Chooses intents for a pack and phrasings for them by the seed: 75 of a hundred, or mixed 100 of 150. */
export function splitIntents(options: SplitOptions): Split {
  const {seed, phrasingCount, decoyCount = 0, queryCount = 12, division} = options;
  const random = createRandom(seed * 7919 + 13);
  const mix = <T>(items: readonly T[]) => (seed === 0 ? [...items] : shuffle(items, random));
  const isKept = division === 'kept';
  const isPossible = ([, {given}]: [string, {given: string[]}]) => !isKept || given.length >= GIVEN_COUNT;
  const all = mix(Object.entries(clinc.intents));
  const possible = all.filter(isPossible).slice(0, isKept && seed > 0 ? 75 : 100);
  const entries: FaqEntry[] = [];
  const negatives: Negative[] = [];
  const queries: Query[] = [];
  for (const intent of [...possible, ...all.filter((each) => !possible.includes(each))]) {
    const [id, gathered] = intent;
    const mixed = mix([...gathered.given, ...gathered.asked]);
    const given = isKept ? mix(gathered.given) : mixed.slice(0, GIVEN_COUNT);
    const asked = isKept ? mix(gathered.asked) : mixed.slice(GIVEN_COUNT);
    const isIn = possible.includes(intent);
    if (isIn) entries.push(entryOf(id, given.slice(0, phrasingCount)));
    else if (decoyCount > 0) negatives.push(entryOf(id, given.slice(0, decoyCount)));
    for (const text of asked.slice(0, queryCount)) {
      queries.push({text, id: isIn ? id : null, kind: isIn ? 'in' : 'near', group: id});
    }
  }
  for (const text of clinc.far) queries.push({text, id: null, kind: 'far', group: text});
  const counts = `${phrasingCount} phrasing${phrasingCount > 1 ? 's' : ''}${decoyCount > 0 ? ' with decoys' : ''}`;
  return {name: `${counts}${isKept ? '' : ', mixed'}`, seed, pack: {language: 'en', entries, negatives}, queries};
}

/** Gives the shop's questions, some intents held out by the seed, or mixed with none held out. */
export function splitShop({seed, division}: Pick<SplitOptions, 'seed' | 'division'>): Split {
  const random = createRandom(seed * 104729);
  const intents = Object.entries(shop.intents);
  const isKept = division === 'kept';
  const heldOut = new Set(seed === 0 || !isKept ? [] : shuffle(intents, random).slice(0, 4));
  const entries: FaqEntry[] = [];
  const queries: Query[] = [];
  for (const intent of intents) {
    const [id, {given, asked}] = intent;
    const all = isKept ? [...given, ...asked] : shuffle([...given, ...asked], random);
    const isIn = !heldOut.has(intent);
    if (isIn) entries.push(entryOf(id, all.slice(0, given.length)));
    for (const text of all.slice(given.length)) {
      queries.push({text, id: isIn ? id : null, kind: isIn ? 'in' : 'near', group: id});
    }
  }
  for (const text of shop.far) queries.push({text, id: null, kind: 'far', group: text});
  const name = `shop chat${isKept ? '' : ', mixed'}${heldOut.size > 0 ? ', some held out' : ''}`;
  return {name, seed, pack: {language: 'en', entries, negatives: []}, queries};
}

/** Lists distinct questions, as many as are wanted: those of people first, then two of them put together. */
export function listQuestions(count: number): string[] {
  const all = shuffle(
    [...new Set([...Object.values(clinc.intents).flatMap(({given, asked}) => [...given, ...asked]), ...clinc.far])],
    createRandom(5),
  );
  const list = new Set(all);
  for (let at = 0; list.size < count; at++) {
    const round = Math.floor(at / all.length);
    list.add(`${all[at % all.length]} ${all[(at * 7 + 3 + round) % all.length]}`);
  }
  return [...list].slice(0, count);
}

/** Puts one typing error into a word of four letters or more, behind its first letter. */
export function misspell(text: string, random: () => number): string {
  const words = [...text.matchAll(/[a-z]{4,}/gi)];
  const word = words[Math.floor(random() * words.length)];
  if (!word) return text;
  const at = word.index + 1 + Math.floor(random() * (word[0].length - 2));
  const kind = Math.floor(random() * 3);
  if (kind === 0) return text.slice(0, at) + text.slice(at + 1);
  if (kind === 1) return text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2);
  return text.slice(0, at) + 'qwertyuiopasdfghjklzxcvbnm'[Math.floor(random() * 26)] + text.slice(at + 1);
}

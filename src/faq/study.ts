import {createFinder, type Finder} from './find.ts';
import {createKnowledge, type Knowledge} from './knowledge.ts';
import type {PlainPack} from './pack.ts';
import {learn, readPhrasings} from './read-pack.ts';
import {finish, type Steps} from './steps.ts';

/** What was learned of a pack, and what finds its entries by that. */
export interface Studied {
  knowledge: Knowledge;
  finder: Finder;
}

/** About how many steps reading and learning take for each subject: what is told of the share that is done rests on it. */
const STEPS_PER_SUBJECT = 8;

/** Reads a plain pack and learns from it, step by step. */
export function* studyInSteps(pack: PlainPack): Steps<Studied> {
  const knowledge = createKnowledge(pack.entries.length);
  const allCount = STEPS_PER_SUBJECT * (pack.entries.length + (pack.negatives?.length ?? 0));
  let doneCount = 0;
  for (const steps of [readPhrasings(pack, knowledge), learn(pack, knowledge)]) {
    for (const _ of steps) yield Math.min(1, ++doneCount / allCount);
  }
  return {knowledge, finder: createFinder(knowledge)};
}

/** Reads a plain pack and learns from it, to the end. */
export function studyPack(pack: PlainPack): Studied {
  return finish(studyInSteps(pack));
}

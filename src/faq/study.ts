import {createFinder, type Finder} from './find.ts';
import {createKnowledge, type Knowledge} from './knowledge.ts';
import type {PlainPack} from './pack.ts';
import {learn, readPhrasings} from './read-pack.ts';

/** Reads a plain pack and learns from it, to the end. */
export function studyPack(pack: PlainPack): {knowledge: Knowledge; finder: Finder} {
  const knowledge = createKnowledge(pack.entries.length);
  for (const _ of readPhrasings(pack, knowledge));
  for (const _ of learn(pack, knowledge));
  return {knowledge, finder: createFinder(knowledge)};
}

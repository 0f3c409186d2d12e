import {type CompiledPack, createMatcher, type Matcher, type PlainPack, readPack} from '../faq/index.ts';

const matchers = new WeakMap<PlainPack | CompiledPack, Matcher>();

/** Gives the matcher of a pack, made once: a plain pack of a hundred entries takes half a second. */
export function matcherOf(pack: PlainPack | CompiledPack): Matcher {
  const known = matchers.get(pack);
  if (known) return known;
  const made = createMatcher(pack);
  matchers.set(pack, made);
  return made;
}

/**
 * Reads the pack that a handler was given; undefined when there is none, or one that cannot be used.
 *
 * @param warn - Is told why a pack was left out.
 */
export function readFaqOption(given: unknown, warn: (line: string) => void): PlainPack | CompiledPack | undefined {
  if (given === undefined) return undefined;
  try {
    return readPack(given);
  } catch (error) {
    warn(`faq: ${error instanceof Error ? error.message : 'no pack'}; the handler goes on without it`);
    return undefined;
  }
}

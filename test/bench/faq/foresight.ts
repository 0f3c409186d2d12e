import {createMatcher} from '../../../src/faq/index.ts';
import type {Split} from './splits.ts';

/** How often the right entry is among three suggestions, as a share of the questions that have one. */
export interface Foresight {
  /** When half of the question is written. */
  half: number;
  /** When 70 of 100 letters are. */
  most: number;
}

/** Writes a split's questions in part, and looks at what is suggested. */
export function suggestionsOf({pack, queries}: Split): Foresight {
  const matcher = createMatcher(pack);
  const asked = queries.filter(({kind}) => kind === 'in');
  const foundAt = (share: number) =>
    asked.filter(({text, id}) =>
      matcher.suggest(text.slice(0, Math.ceil(text.length * share))).some((each) => each.id === id),
    ).length / asked.length;
  return {half: foundAt(0.5), most: foundAt(0.7)};
}

import {languages} from 'virtual:firstword-files';
import type {LoadFile} from '../chat/index.ts';
import type {Words} from './words/words.ts';

/** The language that a chat speaks. */
export interface Tongue {
  /** BCP 47, as requests and dates name it; undefined where the page names none. */
  language: string | undefined;
  /** Its subtag, where there are words of it that may still come; else empty. */
  awaited(): string;
  /** The words of it; undefined until they are there, and where that is English or a language without words of ours. */
  words(): Words | undefined;
  /** Has its words loaded, once; undefined where none are awaited. Where that fails the widget speaks English. */
  load(): Promise<void> | undefined;
}

/**
 * Finds out which language a chat speaks.
 *
 * @param options.wanted - A language tag, or `auto` for the page's own.
 * @param options.onWords - Is called when its words have come.
 */
export function createTongue(options: {wanted: string; load: LoadFile; onWords: (subtag: string) => void}): Tongue {
  const {wanted, load, onWords} = options;
  const tag = wanted === 'auto' ? document.documentElement.lang : wanted;
  const language = /^[a-z]{2,3}(-[0-9a-z]{2,8})*$/i.test(tag) && tag.length <= 16 ? tag : undefined;
  const [subtag = ''] = (language ?? '').toLowerCase().split('-');
  const hash = languages[subtag];
  let words: Words | undefined;
  let loading: Promise<void> | undefined;

  return {
    language,
    awaited: () => (hash && !words ? subtag : ''),
    words: () => words,
    load() {
      if (!hash || words) return undefined;
      loading ??= load(`lang/${subtag}`, hash).then(
        (file) => {
          ({words} = file as {words: Words}); // our own file, checked by its hash
          onWords(subtag);
        },
        () => undefined, // said
      );
      return loading;
    },
  };
}

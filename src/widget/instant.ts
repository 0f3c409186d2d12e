import {createInstant, type Instant, type InstantOptions, type PackTrouble} from '../chat/index.ts';

const WORDS: Readonly<Record<PackTrouble['problem'], string>> = {
  network: 'it could not be fetched',
  http: 'it was refused',
  'too-large': 'it is larger than 20 MB',
  unreadable: 'it is no FAQ pack, or one that was damaged',
  language: 'it is written in another language than the page',
};

/** Brings to life what answers known questions at once, and says to the site's developer when it cannot. */
export function startInstant({
  print,
  ...options
}: Omit<InstantOptions, 'onTrouble'> & {print: (line: string) => void}): Instant {
  return createInstant({
    ...options,
    onTrouble({problem, status, value}) {
      const more = [status, value].filter((each) => each !== undefined).join(' ');
      print(`data-faq: ${options.faq} is not used: ${WORDS[problem]}${more && ` (${more})`}.`);
    },
  });
}

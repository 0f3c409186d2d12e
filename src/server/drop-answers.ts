import type {AnswerCache} from './answer-cache.ts';
import {Refusal} from './refusal.ts';
import {isResponse} from './visitor.ts';

/** The most tags that one request drops. */
export const MAX_DROP_COUNT = 100;

/**
 * Reads the shop's check of who may drop kept answers.
 *
 * @returns Drops what a `DELETE ?tag=…` names and says how many answers there were, or gives the shop's own refusal;
 *   undefined without a cache or a check. It throws a Refusal: 401 and 403 for whom the check does not let, 400 without a
 *   tag, 503 when the check fails.
 */
export function readDropper(options: {
  authorize: ((request: Request) => unknown) | undefined;
  cache: AnswerCache | undefined;
}): ((request: Request) => Promise<Response | {dropped: number}>) | undefined {
  const {authorize, cache} = options;
  if (!authorize || !cache) return undefined;
  return async (request) => {
    const verdict = await Promise.resolve(request)
      .then(authorize)
      .catch(() => {
        // its words are the shop's own and may name what it checked
        throw new Refusal('unavailable', 'who asks could not be checked', {'retry-after': '1'});
      });
    if (isResponse(verdict)) return verdict;
    if (verdict === null) throw new Refusal('unauthorized', 'dropping answers needs somebody who is known');
    if (verdict !== true) throw new Refusal('forbidden', 'dropping answers is not for everybody');
    const tags = new URL(request.url).searchParams.getAll('tag').filter((tag) => tag !== '');
    if (tags.length === 0) throw new Refusal('bad-request', 'no tag says which answers are dropped');
    if (tags.length > MAX_DROP_COUNT) throw new Refusal('bad-request', `more than ${MAX_DROP_COUNT} tags`);
    return {dropped: cache.drop(tags)};
  };
}

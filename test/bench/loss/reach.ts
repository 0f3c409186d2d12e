import type {End} from './plan.ts';
import type {LossSite} from './site.ts';

/** Brings the answer to a question that was asked to where its page is to end. */
export async function reach(site: LossSite, {number, moment, tokenCount}: End): Promise<void> {
  if (moment === 'before the first token') return;
  const answer = site.answer(number);
  await answer.asked;
  answer.write(tokenCount);
  if (moment === 'just settled') answer.finish();
}

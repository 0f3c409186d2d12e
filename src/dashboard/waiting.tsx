import type {Summary} from '../protocol/index.ts';
import type {LoadProblem} from './load-answer.ts';
import type {PollState} from './poll.ts';

/** What is wrong, in a sentence each. */
export const PROBLEMS: Readonly<Record<LoadProblem, string>> = {
  offline: 'The collector cannot be reached.',
  refused: 'The collector answers with an error.',
  unreadable: 'The collector answers something that this version of the dashboard cannot read.',
  slow: 'The collector takes too long to answer.',
  computing: 'The collector still computes it.',
  'no-token': 'The collector asks for a reading token.',
  'wrong-token': 'The collector does not know the reading token.',
  closed:
    'The collector tells its figures on its own machine only, as long as no reading token is set: start it with FIRSTWORD_READ_TOKEN.',
};

/** The cards that are read first. */
const FIRST = ['headline', 'chart', 'table'] as const;

/** Draws what stands in the figures' place: their outlines while they are read, or why there are none. */
export function Waiting({state, refresh}: {state: PollState<Summary>; refresh: () => void}) {
  if (state.kind === 'unavailable') {
    return (
      <div class="card message" role="alert">
        <h2>No numbers to show</h2>
        <p>{PROBLEMS[state.why]} The dashboard keeps trying.</p>
        <button type="button" onClick={refresh}>
          Try now
        </button>
      </div>
    );
  }
  return (
    <>
      <p class="sr" role="status">
        Reading the turns …
      </p>
      {FIRST.map((tall) => (
        <Place key={tall} tall={tall} />
      ))}
    </>
  );
}

/** Draws what stands in a card in the place of what is not there: that it is read, or why it cannot be. */
export function Unread({state}: {state: PollState<unknown>}) {
  return <p class="note reserve-tall">{state.kind === 'unavailable' ? PROBLEMS[state.why] : 'Reading …'}</p>;
}

/** Draws the outline of a card that is being read, about as tall as it will be, so that nothing jumps when it comes. */
export function Place({tall}: {tall: 'headline' | 'chart' | 'table'}) {
  return (
    <div class={`card skeleton skeleton-${tall}`} aria-hidden="true">
      <i class="skeleton-title" />
      <i class="skeleton-body" />
    </div>
  );
}

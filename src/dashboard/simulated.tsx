import type {Summary} from '../protocol/index.ts';
import {formatCount} from './format.ts';
import type {Query} from './query.ts';

/** Tells how much of what is shown a program made up. */
export function simulatedPart({count, simulatedCount}: Summary['turns']): 'none' | 'some' | 'all' {
  if (simulatedCount === 0) return 'none';
  return simulatedCount === count ? 'all' : 'some';
}

/** Says that turns are simulated, how many, and offers to look at them or at the others alone. */
export function Simulated(props: {turns: Summary['turns']; query: Query; onQuery: (query: Query) => void}) {
  const {turns, query, onQuery} = props;
  const part = simulatedPart(turns);
  if (part === 'none' && query.simulated === undefined) return null;
  const {simulated: _, ...both} = query;
  return (
    <p class="banner banner-simulated" data-simulated={part}>
      <span>
        <strong class="mark-simulated">Simulated</strong>{' '}
        {part === 'all'
          ? `All ${formatCount(turns.count)} turns of this view were made up by a program; nobody asked them.`
          : part === 'some'
            ? `${formatCount(turns.simulatedCount)} of ${formatCount(turns.count)} turns of this view were made up by a program.`
            : 'Simulated turns are left out.'}
      </span>
      <span class="banner-choices">
        {query.simulated !== undefined && (
          <button type="button" onClick={() => onQuery(both)}>
            Show both
          </button>
        )}
        {part !== 'none' && (
          <button type="button" onClick={() => onQuery({...both, simulated: 'no'})}>
            Leave them out
          </button>
        )}
        {part === 'some' && (
          <button type="button" onClick={() => onQuery({...both, simulated: 'only'})}>
            Only them
          </button>
        )}
      </span>
    </p>
  );
}

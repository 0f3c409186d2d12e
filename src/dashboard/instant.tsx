import type {Summary} from '../protocol/index.ts';
import {ShareFigure} from './figure.tsx';
import {formatCount} from './format.ts';

/** The shares in the order in which they are read, each with its bound and what it means. */
const SHARES = [
  {
    kind: 'exact',
    name: 'Exact repeats',
    bound: '',
    meaning: 'Asked word for word as the FAQ has it, or chosen from it.',
  },
  {
    kind: 'answerable',
    name: 'Answerable',
    bound: 'at least',
    meaning: 'Shown to be in the FAQ: matched and right, or offered, chosen and then right.',
  },
  {
    kind: 'matched',
    name: 'Matched',
    bound: '',
    meaning: 'Answered at once, from the FAQ or with what another visitor was answered.',
  },
  {kind: 'right', name: 'Matched and right', bound: 'at most', meaning: 'Nobody said that it was not what they asked.'},
  {
    kind: 'precision',
    name: 'Right, of the matched',
    bound: 'at most',
    meaning: 'The same as a share of what was answered at once.',
  },
] as const;

/** Draws how the FAQ in the page did; nothing where it was asked for no turn. */
export function Instant({summary}: {summary: Summary}) {
  const {instant} = summary;
  if (!instant) return null;
  return (
    <section class="card wide" aria-labelledby="instant">
      <h2 id="instant">Answered at once</h2>
      <dl class="facts facts-instant">
        {SHARES.map(({kind, name, bound, meaning}) => (
          <div key={kind}>
            <dt>{name}</dt>
            <dd>
              <ShareFigure share={instant[kind]} none="nothing matched" bound={bound} />
            </dd>
            <dd class="meaning">{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="note">
        Of the ended turns for which the FAQ in the page was asked ({formatCount(instant.count)}); the last share is of
        the matched alone. What visitors meant is not known, only what they did: whoever says nothing of an answer that
        misses counts as answered rightly, and what was not offered nobody could choose.
      </p>
    </section>
  );
}

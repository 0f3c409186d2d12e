import {useEffect, useState} from 'preact/hooks';
import type {Summary} from '../protocol/index.ts';
import {Filters} from './filters.tsx';
import {formatClock, formatCount} from './format.ts';
import {Completion, Headline} from './headline.tsx';
import {Instant} from './instant.tsx';
import type {LoadProblem} from './load-answer.ts';
import {Outcomes} from './outcomes.tsx';
import type {PollState} from './poll.ts';
import {type Query, readQuery, writeQuery} from './query.ts';
import {Recent} from './recent.tsx';
import {Routes} from './routes.tsx';
import {ShapeSection} from './shape.tsx';
import {Stages} from './stages.tsx';
import {useSummary} from './use-answer.ts';
import {Waste} from './waste.tsx';

const PROBLEMS: Record<LoadProblem, string> = {
  offline: 'The collector cannot be reached.',
  refused: 'The collector answers with an error.',
  unreadable: 'The collector answers something that is no summary of this version.',
  slow: 'The collector takes too long to answer.',
};

/** Draws the dashboard and keeps it fresh. Its view stands in the address, so that a link shares it. */
export function App() {
  const [query, setQuery] = useState<Query>(() => readQuery(location.search));
  const {state, busy, refresh} = useSummary(query);
  const summary = 'answer' in state ? state.answer : undefined;

  useEffect(() => {
    history.replaceState(null, '', writeQuery(query) + location.hash);
  }, [query]);

  return (
    <>
      <header class="top">
        <h1>
          <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M4 4h16v12H10l-4 4v-4H4z" />
            <rect x="7" y="9" width="3" height="2" />
          </svg>
          Firstword
        </h1>
        <Status state={state} />
        <Filters query={query} choices={summary?.choices} onQuery={setQuery} />
      </header>
      <main aria-busy={busy}>
        {state.kind === 'stale' && state.why !== 'paused' && (
          <p class="banner">
            {PROBLEMS[state.why]} What you see is from {formatClock(state.answer.computedAt)}.{' '}
            <button type="button" onClick={refresh}>
              Try now
            </button>
          </p>
        )}
        {summary ? (
          <Report summary={summary} query={query} onQuery={setQuery} />
        ) : (
          <Waiting state={state} refresh={refresh} />
        )}
      </main>
    </>
  );
}

function Status({state}: {state: PollState<Summary>}) {
  const [kind, words] = statusOf(state);
  return (
    <p class={`status status-${kind}`} role="status">
      {words}
    </p>
  );
}

function statusOf(state: PollState<Summary>): [kind: string, words: string] {
  if (state.kind === 'loading') return ['loading', 'loading'];
  if (state.kind === 'live') return ['live', 'live'];
  if (state.kind === 'unavailable') return ['offline', state.why === 'offline' ? 'offline' : 'no data'];
  const since = formatClock(state.answer.computedAt);
  return state.why === 'offline' ? ['offline', `offline since ${since}`] : ['stale', `stale since ${since}`];
}

function Waiting({state, refresh}: {state: PollState<Summary>; refresh: () => void}) {
  if (state.kind !== 'unavailable') {
    return (
      <div class="card message">
        <p>Reading the turns …</p>
      </div>
    );
  }
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

function Report(props: {summary: Summary; query: Query; onQuery: (query: Query) => void}) {
  const {summary, query, onQuery} = props;
  if (summary.turns.count === 0) return <NoTurns query={query} onQuery={onQuery} />;
  return (
    <>
      <Headline summary={summary} />
      <ShapeSection summary={summary} />
      <Stages summary={summary} />
      <Routes query={query} />
      <Instant summary={summary} />
      <Waste summary={summary} />
      <div class="pair">
        <Completion summary={summary} />
        <Outcomes summary={summary} />
      </div>
      <Recent summary={summary} />
      <Ledger summary={summary} />
    </>
  );
}

function NoTurns({query, onQuery}: {query: Query; onQuery: (query: Query) => void}) {
  const narrowed = query.site !== undefined || query.route !== undefined || query.since !== '7d';
  return (
    <div class="card message">
      <h2>No turns yet</h2>
      <p>
        <a href="../checkout">Open the shop</a> and ask something; it appears here within seconds.
      </p>
      {narrowed && (
        <button type="button" onClick={() => onQuery({since: '7d'})}>
          Look at everything of the last 7 days
        </button>
      )}
    </div>
  );
}

/** What the numbers stand on: how many turns, and what is missing from them. */
function Ledger({summary}: {summary: Summary}) {
  const {turns, losses} = summary;
  const refused = losses.refused.map(({code, count}) => `${formatCount(count)} ${code}`).join(', ');
  return (
    <footer class="ledger">
      <p>
        {formatCount(turns.count)} turns in this window; {formatCount(turns.openCount)} still open,{' '}
        {formatCount(turns.hiddenCount)} with the page hidden meanwhile (no latency samples).
      </p>
      <p>
        Lost: {formatCount(losses.droppedCount)} dropped by browsers. Since {formatClock(losses.startedAt)} the
        collector refused {refused || 'nothing'} and removed {formatCount(losses.strippedCount)} unknown properties.
      </p>
    </footer>
  );
}

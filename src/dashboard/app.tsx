import {useEffect, useState} from 'preact/hooks';
import {FILTERS, type Summary} from '../protocol/index.ts';
import {Arms} from './arms.tsx';
import {Cards} from './boundary.tsx';
import {Budgets} from './budgets.tsx';
import {Cold} from './cold.tsx';
import {Compare} from './compare.tsx';
import {SaveTables} from './downloads.tsx';
import {Drift} from './drift.tsx';
import {Filters} from './filters.tsx';
import {formatClock} from './format.ts';
import {Completion, Headline} from './headline.tsx';
import {History} from './history.tsx';
import {Instant} from './instant.tsx';
import {Leaving} from './leaving.tsx';
import {LittleData} from './little-data.tsx';
import {Live} from './live.tsx';
import {Outcomes} from './outcomes.tsx';
import type {PollState} from './poll.ts';
import {Quality} from './quality.tsx';
import type {Query} from './query.ts';
import {Routes} from './routes.tsx';
import {ShapeSection} from './shape.tsx';
import {Simulated, simulatedPart} from './simulated.tsx';
import {Stages} from './stages.tsx';
import {TailSection} from './tail.tsx';
import {Tasks} from './tasks.tsx';
import {keepToken, readKeptToken, TokenContext, TokenForm} from './token.tsx';
import {Trend} from './trend.tsx';
import {useReport, useSummary} from './use-answer.ts';
import {useView} from './use-view.ts';
import {PROBLEMS, Waiting} from './waiting.tsx';
import {Waste} from './waste.tsx';

/** A reading token, and whether the collector refused the one before. */
interface Access {
  token: string | undefined;
  refused: boolean;
}

/** Draws the dashboard, with the reading token that this tab knows. */
export function App() {
  const [access, setAccess] = useState<Access>(() => ({token: readKeptToken(), refused: false}));
  return (
    <TokenContext.Provider value={access.token}>
      <Dashboard access={access} onAccess={setAccess} />
    </TokenContext.Provider>
  );
}

/** Draws the dashboard and keeps it fresh. Its view stands in the address, so that a link shares it. */
function Dashboard({access, onAccess}: {access: Access; onAccess: (access: Access) => void}) {
  const {token, refused} = access;
  const [query, setQuery] = useView();
  const {state, busy, refresh} = useSummary(query);
  const summary = 'answer' in state ? state.answer : undefined;

  const problem = 'why' in state ? state.why : undefined;

  useEffect(() => {
    if (busy || token === undefined) return;
    if (state.kind === 'live') keepToken(token);
    if (problem !== 'wrong-token') return;
    keepToken(undefined);
    onAccess({token: undefined, refused: true});
  }, [busy, token, state.kind, problem, onAccess]);

  const forget = () => {
    keepToken(undefined);
    onAccess({token: undefined, refused: false});
  };
  const asksToken = problem === 'no-token' || problem === 'wrong-token';

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
        {token !== undefined && summary && (
          <button type="button" onClick={forget}>
            Forget the token
          </button>
        )}
        <Filters query={query} choices={summary?.choices} onQuery={setQuery} />
      </header>
      <main aria-busy={busy} data-simulated={summary && simulatedPart(summary.turns)}>
        {state.kind === 'stale' && state.why !== 'paused' && !asksToken && (
          <p class="banner">
            {PROBLEMS[state.why]} What you see is from {formatClock(state.answer.computedAt)}.{' '}
            <button type="button" onClick={refresh}>
              Try now
            </button>
          </p>
        )}
        {asksToken ? (
          <TokenForm refused={refused} onToken={(given) => onAccess({token: given, refused: false})} />
        ) : summary ? (
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

function Report(props: {summary: Summary; query: Query; onQuery: (query: Query) => void}) {
  const {summary, query, onQuery} = props;
  const blame = useReport('blame', query);
  const mark = <Simulated turns={summary.turns} query={query} onQuery={onQuery} />;
  if (summary.turns.count === 0) {
    return (
      <>
        {mark}
        <NoTurns query={query} onQuery={onQuery} />
      </>
    );
  }
  return (
    <Cards>
      {mark}
      <LittleData summary={summary} query={query} onQuery={onQuery} />
      <Headline summary={summary} blame={blame} />
      <Budgets query={query} />
      <Compare query={query} />
      <Trend query={query} verdict={blame?.report.verdict} />
      <Stages summary={summary} blame={blame?.report} />
      <TailSection report={blame?.report} />
      <ShapeSection summary={summary} />
      <Routes query={query} />
      <Drift query={query} />
      <Arms query={query} />
      <Tasks query={query} />
      <Leaving query={query} />
      <Cold query={query} />
      <History query={query} />
      <Instant summary={summary} />
      <Waste summary={summary} />
      <div class="pair">
        <Completion summary={summary} />
        <Outcomes summary={summary} />
      </div>
      <Live query={query} onQuery={onQuery} />
      <Quality summary={summary} query={query} />
      <SaveTables />
    </Cards>
  );
}

function NoTurns({query, onQuery}: {query: Query; onQuery: (query: Query) => void}) {
  const isNarrowed = FILTERS.some((name) => query[name] !== undefined);
  const isWhole = query.since === '30d' && query.from === undefined && query.until === undefined;
  return (
    <div class="card message">
      <h2>{isNarrowed ? 'No turns like that' : 'No turns yet'}</h2>
      <p>
        <a href="../checkout">Open the shop</a> and ask something; it appears here within seconds. Or fill the collector
        with simulated turns: <code>npm run demo:traffic</code>.
      </p>
      {(isNarrowed || !isWhole) && (
        <button type="button" onClick={() => onQuery({since: '30d'})}>
          Look at everything of the last 30 days
        </button>
      )}
    </div>
  );
}

import {useState} from 'preact/hooks';
import {OUTCOMES, TURNS_SHOWN_COUNT, type TurnDetail} from '../protocol/index.ts';
import {SaveTurns} from './downloads.tsx';
import {Choice} from './filters.tsx';
import {formatClock, formatCount, formatMs} from './format.ts';
import type {Query} from './query.ts';
import {useTurns} from './use-answer.ts';
import {Unread} from './waiting.tsx';
import {Waterfall} from './waterfall.tsx';

/** So many are shown until more are asked for. */
const FIRST_COUNT = 15;

/** Draws the newest turns as they come in, each with a waterfall to unfold; there are no words of visitors to show. */
export function Live({query, onQuery}: {query: Query; onQuery: (query: Query) => void}) {
  const [rests, setRests] = useState(false);
  const [shownCount, setShownCount] = useState(FIRST_COUNT);
  const {state, busy} = useTurns(query, {rests});
  const turns = 'answer' in state ? state.answer.report.turns : undefined;
  const {outcome: _, over: _over, ...everything} = query;
  const narrowed = {...(query.outcome ? {outcome: query.outcome} : {}), ...(query.over ? {over: true as const} : {})};
  return (
    <section class="card wide" aria-labelledby="live" aria-busy={busy}>
      <div class="card-head">
        <h2 id="live">Latest turns</h2>
        <div class="tools">
          <Choice
            name="Outcome"
            all="all outcomes"
            value={query.outcome}
            values={OUTCOMES}
            onValue={(value) => {
              const outcome = OUTCOMES.find((name) => name === value);
              onQuery({...everything, ...(query.over ? {over: true} : {}), ...(outcome ? {outcome} : {})});
            }}
          />
          <label class="check">
            <input
              type="checkbox"
              checked={query.over === true}
              onChange={(event) => {
                const {over: _before, ...others} = {...everything, ...narrowed};
                onQuery(event.currentTarget.checked ? {...others, over: true} : others);
              }}
            />
            Over budget
          </label>
          <button type="button" aria-pressed={rests} onClick={() => setRests(!rests)}>
            {rests ? 'Go on' : 'Pause'}
          </button>
          <SaveTurns query={query} />
        </div>
      </div>
      <div class="turns-head" aria-hidden="true">
        {['Asked', 'First word', 'Complete', 'Outcome', 'Source', 'Route', 'Over budget', ''].map((words) => (
          <span key={words}>{words}</span>
        ))}
      </div>
      {turns === undefined ? (
        <Unread state={state} />
      ) : turns.length === 0 ? (
        <p class="note">No turn is like that.</p>
      ) : (
        <>
          <ol class="turns">
            {turns.slice(0, shownCount).map((turn) => (
              <Turn key={turn.id} turn={turn} />
            ))}
          </ol>
          {turns.length > shownCount && (
            <button type="button" class="more" onClick={() => setShownCount(TURNS_SHOWN_COUNT)}>
              Show {formatCount(turns.length - shownCount)} more
            </button>
          )}
        </>
      )}
      {rests && (
        <p class="note" role="status">
          Paused: what comes in meanwhile is shown when it goes on.
        </p>
      )}
    </section>
  );
}

function Turn({turn}: {turn: TurnDetail}) {
  const [open, setOpen] = useState(false);
  const {turnAt, outcome, record, page, simulated} = turn;
  const {t, over = [], source, route, waited} = record;
  const firstMs = t.paint ?? t.token;
  const first = firstMs !== undefined ? formatMs(firstMs) : waited !== undefined ? `waited ${formatMs(waited)}` : '';
  return (
    <li>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary class="turn">
          <time dateTime={new Date(turnAt).toISOString()}>{formatClock(turnAt)}</time>
          <Cell name="first word" over={over.includes('first-token')}>
            {first}
          </Cell>
          <Cell name="complete" over={over.includes('complete')}>
            {t.done === undefined ? '' : formatMs(t.done)}
          </Cell>
          <span class={`outcome outcome-${outcome}`}>{outcome}</span>
          <span>{source ?? ''}</span>
          <span>{[page.route, route].filter(Boolean).join(' · ')}</span>
          <Cell name="over budget" over={false}>
            {over.join(', ')}
          </Cell>
          <span>{simulated && <span class="mark-simulated">simulated</span>}</span>
        </summary>
        {open && <Waterfall turn={turn} />}
      </details>
    </li>
  );
}

function Cell({name, over, children}: {name: string; over: boolean; children: string}) {
  return (
    <span class={over ? 'over-cell' : undefined}>
      {children && <span class="sr">{name} </span>}
      {children}
    </span>
  );
}

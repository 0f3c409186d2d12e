import {useState} from 'preact/hooks';
import {SUMMARY_WINDOWS} from '../protocol/index.ts';
import {formatMoment} from './format.ts';
import {moveQuery, type Query, timesOf} from './query.ts';

const WINDOW_WORDS = {'1h': '1 hour', '24h': '24 hours', '7d': '7 days', '30d': '30 days'} as const;

/** Draws which time is looked at: a length up to now, a step earlier or later, or any two instants. */
export function TimeRange(props: {query: Query; onQuery: (query: Query) => void}) {
  const {query, onQuery} = props;
  const isPast = query.until !== undefined;
  const {until: _until, from: _from, ...now} = query;
  return (
    <>
      <fieldset class="choice">
        <legend class="sr">Turns of the last</legend>
        {SUMMARY_WINDOWS.map((since) => (
          <label key={since}>
            <input
              type="radio"
              name="since"
              checked={query.since === since && query.from === undefined}
              onChange={() => onQuery({...now, since})}
            />
            <span>{WINDOW_WORDS[since]}</span>
          </label>
        ))}
      </fieldset>
      <div class="steps">
        <button type="button" onClick={() => onQuery(moveQuery(query, {by: 'earlier', nowAt: Date.now()}))}>
          Earlier
        </button>
        <button
          type="button"
          disabled={!isPast}
          onClick={() => onQuery(moveQuery(query, {by: 'later', nowAt: Date.now()}))}
        >
          Later
        </button>
        <button type="button" disabled={!isPast && query.from === undefined} onClick={() => onQuery(now)}>
          Now
        </button>
        <Between key={`${query.since} ${query.from} ${query.until}`} query={query} onQuery={onQuery} />
      </div>
      {(isPast || query.from !== undefined) && <p class="span">{spanWords(query)}</p>}
    </>
  );
}

function spanWords(query: Query): string {
  const {fromAt, untilAt} = timesOf(query, Date.now());
  return query.until === undefined
    ? `From ${formatMoment(fromAt, Date.now())} on`
    : `${formatMoment(fromAt, Date.now())} to ${formatMoment(untilAt, Date.now())}`;
}

/** Asks for two instants; an empty end is now. */
function Between({query, onQuery}: {query: Query; onQuery: (query: Query) => void}) {
  const times = timesOf(query, Date.now());
  const [from, setFrom] = useState(localText(times.fromAt));
  const [until, setUntil] = useState(query.until === undefined ? '' : localText(query.until));
  const [fromAt, untilAt] = [from, until].map((text) => (text ? new Date(text).getTime() : undefined));
  const isRight = fromAt !== undefined && fromAt < (untilAt ?? Date.now());
  const show = () => {
    const {until: _, ...rest} = query;
    if (isRight) onQuery({...rest, from: fromAt, ...(untilAt === undefined ? {} : {until: untilAt})});
  };
  return (
    <details class="between">
      <summary>Between</summary>
      <div class="between-times">
        <label>
          From
          <input type="datetime-local" value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
        </label>
        <label>
          To, empty for now
          <input type="datetime-local" value={until} onInput={(event) => setUntil(event.currentTarget.value)} />
        </label>
        <button type="button" disabled={!isRight} onClick={show}>
          Show
        </button>
        {!isRight && <p role="status">It has to begin before it ends.</p>}
      </div>
    </details>
  );
}

/** Writes an instant as such an input takes it: at the reader's place, to the minute. */
function localText(at: number): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

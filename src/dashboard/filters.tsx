import {SUMMARY_WINDOWS, type Summary} from '../protocol/index.ts';
import type {Query} from './query.ts';

const WINDOW_WORDS = {'1h': '1 hour', '24h': '24 hours', '7d': '7 days', '30d': '30 days'} as const;

/**
 * Draws what the view can be narrowed to.
 *
 * @param props.choices - Known sites and routes; without them only the ones of the query are offered.
 * @param props.onQuery - Runs with the new query when the reader chose.
 */
export function Filters(props: {
  query: Query;
  choices: Summary['choices'] | undefined;
  onQuery: (query: Query) => void;
}) {
  const {query, choices, onQuery} = props;
  const narrow = (name: 'site' | 'route', value: string) => {
    const {[name]: _, ...others} = query;
    onQuery(value ? {...others, [name]: value} : others);
  };
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <fieldset class="choice">
        <legend class="sr">Turns of the last</legend>
        {SUMMARY_WINDOWS.map((since) => (
          <label key={since}>
            <input
              type="radio"
              name="since"
              checked={query.since === since}
              onChange={() => onQuery({...query, since})}
            />
            <span>{WINDOW_WORDS[since]}</span>
          </label>
        ))}
      </fieldset>
      <Choice
        name="Site"
        all="all sites"
        value={query.site}
        values={choices?.site}
        onValue={(v) => narrow('site', v)}
      />
      <Choice
        name="Route"
        all="all routes"
        value={query.route}
        values={choices?.route}
        onValue={(v) => narrow('route', v)}
      />
    </form>
  );
}

function Choice(props: {
  name: string;
  all: string;
  value: string | undefined;
  values: readonly string[] | undefined;
  onValue: (value: string) => void;
}) {
  const {name, all, value, values = [], onValue} = props;
  const known = value && !values.includes(value) ? [value, ...values] : values;
  return (
    <label class="select">
      <span class="sr">{name}</span>
      <select value={value ?? ''} onChange={(event) => onValue(event.currentTarget.value)}>
        <option value="">{all}</option>
        {known.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    </label>
  );
}

import {useState} from 'preact/hooks';
import type {Filters as Narrowed, Summary} from '../protocol/index.ts';
import type {Query} from './query.ts';
import {TimeRange} from './time-range.tsx';

/** The filters that have a control, with what all of them are called; `device` and `net` are the schema's words. */
const CHOICES = [
  {name: 'site', words: 'Site', all: 'all sites'},
  {name: 'route', words: 'Route', all: 'all routes'},
  {name: 'class', words: 'Prompt class', all: 'all classes'},
  {name: 'device', words: 'Device', all: 'all devices', values: ['mobile', 'tablet', 'desktop']},
  {name: 'net', words: 'Connection', all: 'all connections', values: ['4g', '3g', '2g', 'slow-2g', 'unknown']},
] as const satisfies readonly {name: keyof Narrowed; words: string; all: string; values?: readonly string[]}[];

/** Below this the controls are folded, so that the figures are what a phone shows first. */
const WIDE = '(min-width: 901px)';

/**
 * Draws what the view can be narrowed to.
 *
 * @param props.choices - Known sites, routes and classes; without them only the ones of the query are offered.
 * @param props.onQuery - Runs with the new query when the reader chose.
 */
export function Filters(props: {
  query: Query;
  choices: Summary['choices'] | undefined;
  onQuery: (query: Query) => void;
}) {
  const {query, choices, onQuery} = props;
  const [open, setOpen] = useState(() => matchMedia(WIDE).matches);
  const narrow = (name: keyof Narrowed, value: string) => {
    const {[name]: _, ...others} = query;
    onQuery(value ? {...others, [name]: value} : others);
  };
  const active = CHOICES.flatMap(({name, words}) => (query[name] ? [{name, words, value: query[name]}] : []));
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <TimeRange query={query} onQuery={onQuery} />
      <details class="narrow" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          Filters
          {active.length > 0 && `: ${active.map(({words, value}) => `${words.toLowerCase()} ${value}`).join(', ')}`}
        </summary>
        <div class="narrow-choices">
          {CHOICES.map(({name, words, all, ...more}) => (
            <Choice
              key={name}
              name={words}
              all={all}
              value={query[name]}
              values={'values' in more ? more.values : choices?.[name as 'site' | 'route' | 'class']}
              onValue={(value) => narrow(name, value)}
            />
          ))}
          <label class="select">
            <span class="sr">Hold against</span>
            <select
              value={query.compare ?? ''}
              onChange={(event) => {
                const {compare: _, ...others} = query;
                const by = event.currentTarget.value;
                onQuery(by === 'before' || by === 'week' ? {...others, compare: by} : others);
              }}
            >
              <option value="">no comparison</option>
              <option value="before">against the time before</option>
              <option value="week">against a week ago</option>
            </select>
          </label>
        </div>
      </details>
    </form>
  );
}

/** Draws one list of values of which one, or all, can be chosen; a chosen one that the list lacks is added. */
export function Choice(props: {
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

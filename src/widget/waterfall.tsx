/** @jsxImportSource . */
import type {StageRecord, TurnRecord} from '../latency/index.ts';
import {findCulprit} from './culprit.ts';
import {GLASS, inMs, listMilestones, nameTurn, sayCulprit, sayFix} from './glass-words.ts';

/** How wide a waterfall is, in its own units. */
const WIDTH = 1000;

/** Draws one turn: what its wait is owed to, what to try, each stage against its budget, each instant. */
export function Waterfall({record}: {record: TurnRecord}) {
  const {stages = [], t, age} = record;
  const culprit = findCulprit(record);
  const fix = sayFix(record, culprit);
  const milestones = listMilestones(record);
  const ends = stages.map(({at = 0, ms}) => at + ms);
  const wholeMs = Math.max(t.done ?? age, ...ends, ...milestones.map(({ms}) => ms), 1);
  const place = (ms: number) => Math.round((Math.max(0, ms) / wholeMs) * WIDTH);
  return (
    <article key={record.id} class="turn" data-outcome={record.outcome}>
      <h3>{nameTurn(record)}</h3>
      <p>{sayCulprit(record, culprit)}</p>
      {fix && <p class="fix">Try: {fix}</p>}
      <ul class="stages">
        {stages.map((stage, at) => (
          <Stage key={at} stage={stage} place={place} />
        ))}
      </ul>
      <svg class="track" viewBox={`0 0 ${WIDTH} 8`} preserveAspectRatio="none" aria-hidden="true">
        <path class="ticks" d={`M0 4h${WIDTH}${milestones.map(({ms}) => `M${place(ms)} 0v8`).join('')}`} />
      </svg>
      <p class="instants">{milestones.map(({name, ms}) => `${name} ${Math.round(ms)}`).join(' · ')}</p>
    </article>
  );
}

function Stage(props: {stage: StageRecord; place: (ms: number) => number}) {
  const {stage, place} = props;
  const {s, ms, at, b, st} = stage;
  const isOver = b !== undefined && ms > b;
  const from = place(at ?? 0);
  const to = Math.max(from + 4, place((at ?? 0) + ms));
  const limit = b === undefined ? undefined : place((at ?? 0) + b);
  return (
    <li data-over={isOver}>
      <span class="name">{[s, st].filter(Boolean).join(', ')}</span>
      <span class="ms" title={at === undefined ? GLASS.unplaced : undefined}>
        {isOver ? `${GLASS.over} ` : ''}
        {b === undefined ? inMs(ms) : `${inMs(ms)} of ${inMs(b)}`}
      </span>
      <svg class="track" viewBox={`0 0 ${WIDTH} 8`} preserveAspectRatio="none" aria-hidden="true">
        <path class={at === undefined ? 'stage unplaced' : 'stage'} d={`M${from} 1H${to}v6H${from}z`} />
        {limit !== undefined && limit <= WIDTH && <path class="limit" d={`M${limit} 0v8`} />}
      </svg>
    </li>
  );
}

import type {ComponentChildren} from 'preact';
import type {ReportAnswer, Reports} from '../protocol/index.ts';
import {formatClock} from './format.ts';
import type {Query} from './query.ts';
import {useReportState} from './use-answer.ts';

/**
 * Draws a report that takes long to compute: that it is being computed, or what it tells and when it was computed; nothing
 * where it tells nothing.
 *
 * @param props.draw - Draws what is told; null for nothing.
 */
export function ComparisonCard<Name extends keyof Reports>(props: {
  name: Name;
  title: string;
  query: Query;
  draw: (report: ReportAnswer<Name>['report']) => ComponentChildren;
}) {
  const {name, title, query, draw} = props;
  const {state, busy} = useReportState(name, query);
  const isComputing = state.kind === 'unavailable' && state.why === 'computing';
  const content =
    'answer' in state && !busy ? draw(state.answer.report) : isComputing ? <p class="note">Being computed …</p> : null;
  if (content === null) return null;
  return (
    <section class="card wide" aria-labelledby={name}>
      <div class="card-head">
        <h2 id={name}>{title}</h2>
        {'answer' in state && !busy && <p class="computed">computed at {formatClock(state.answer.computedAt)}</p>}
      </div>
      {content}
    </section>
  );
}

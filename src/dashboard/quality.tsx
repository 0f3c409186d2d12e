import type {ComponentChildren} from 'preact';
import type {QualityReport, StreamQuality, Summary} from '../protocol/index.ts';
import {ShareText} from './figure.tsx';
import {formatClock, formatCount} from './format.ts';
import type {Query} from './query.ts';
import {ScrollBox} from './scroll-box.tsx';
import {useReportState} from './use-answer.ts';
import {Unread} from './waiting.tsx';

const VERDICTS: Readonly<Record<StreamQuality['verdict'], string>> = {
  held: 'a proxy holds back tokens',
  streamed: 'streams',
  open: 'too few to say',
};

/** Draws what the figures stand on: what was lost, hidden and sampled, and whether answers came as they were made. */
export function Quality({summary, query}: {summary: Summary; query: Query}) {
  const {state, busy} = useReportState('quality', query);
  const report = 'answer' in state && !busy ? state.answer.report : undefined;
  return (
    <section class="card wide" aria-labelledby="quality" aria-busy={!report}>
      <h2 id="quality">What the figures stand on</h2>
      {report ? <Facts report={report} losses={summary.losses} /> : <Unread state={state} />}
    </section>
  );
}

function Facts({report, losses}: {report: QualityReport; losses: Summary['losses']}) {
  const {weightedCount, effectiveCount, weight, oddCount, lateCount, untoldCount, streams} = report;
  const refused = losses.refused.map(({code, count}) => `${formatCount(count)} ${code}`).join(', ');
  const held = streams.filter(({verdict, by}) => verdict === 'held' && by !== 'all');
  return (
    <>
      {streams.some(({verdict}) => verdict === 'held') && <Held streams={held} />}
      <dl class="facts facts-quality">
        <Fact
          name="Turns"
          meaning={`${formatCount(report.openCount)} may still end, ${formatCount(report.expiredCount)} were given up after 30 minutes without an end.`}
        >
          <span class="value">{formatCount(report.count)}</span>
        </Fact>
        <Fact
          name="Lost by browsers"
          meaning={`${formatCount(report.droppedCount)} turns that their queues had no room for, or kept too long.`}
        >
          <ShareText share={report.dropped} tone="bad" />
        </Fact>
        <Fact
          name="Hidden meanwhile"
          meaning={`No samples of latency; ${formatCount(report.hiddenFirstCount)} were hidden before the first word and count as still waiting then.`}
        >
          <ShareText share={report.hidden} />
        </Fact>
        <Fact
          name="Sampled"
          meaning={
            weightedCount === 0
              ? 'Every turn was sent: each counts once.'
              : `${formatCount(weightedCount)} turns stand for others too, all of them for ${formatCount(weight)}: as much as ${formatCount(effectiveCount)} that count once.`
          }
        >
          <span class="value">{weightedCount === 0 ? 'none' : `n=${formatCount(effectiveCount)}`}</span>
        </Fact>
        <Fact
          name="Odd clocks"
          meaning={`Ended before they began, or had a stage longer than themselves. ${formatCount(lateCount)} arrived over an hour late.`}
        >
          <span class="value">{formatCount(oddCount)}</span>
        </Fact>
      </dl>
      {streams.length > 0 && <Streams streams={streams} />}
      <p class="note">
        Since {formatClock(losses.startedAt)} the collector refused {refused || 'nothing'} and removed{' '}
        {formatCount(losses.strippedCount)} unknown properties. Of {formatCount(untoldCount)} answers of the model it
        cannot be told whether they streamed: they were short, or the backend does not say when it made them.
      </p>
    </>
  );
}

function Held({streams}: {streams: readonly StreamQuality[]}) {
  const places = streams.map(({by, name}) => `${by} ${name}`).join(', ');
  return (
    <div class="problem">
      <p>
        <strong>A proxy holds back tokens{places && ` (${places})`}.</strong> Answers were made bit by bit and came at
        once, so visitors wait for the last word to see the first.
      </p>
      <p>
        Try: switch buffering off in the proxy (nginx: <code>proxy_buffering off</code>, or the header{' '}
        <code>X-Accel-Buffering: no</code>), and leave <code>text/event-stream</code> uncompressed in proxy and CDN.
      </p>
    </div>
  );
}

function Streams({streams}: {streams: readonly StreamQuality[]}) {
  return (
    <ScrollBox label="How answers came, table">
      <table aria-label="Whether answers came as they were made">
        <thead>
          <tr>
            {['Page or route', 'Answers', 'At once', 'In parts', 'Held back', 'So'].map((words) => (
              <th key={words} scope="col">
                {words}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {streams.map((stream) => (
            <tr key={`${stream.by} ${stream.name}`}>
              <th scope="row">
                {stream.name === undefined ? 'all' : <code>{stream.name}</code>}{' '}
                {stream.by !== 'all' && <span class="count">{stream.by}</span>}
              </th>
              <td>{formatCount(stream.count)}</td>
              <td>{formatCount(stream.bufferedCount)}</td>
              <td>{formatCount(stream.chunkedCount)}</td>
              <td>
                <ShareText share={stream.held} tone="bad" />
              </td>
              <td class={stream.verdict === 'held' ? 'over' : undefined}>{VERDICTS[stream.verdict]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function Fact({name, meaning, children}: {name: string; meaning: string; children: ComponentChildren}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
      <dd class="meaning">{meaning}</dd>
    </div>
  );
}

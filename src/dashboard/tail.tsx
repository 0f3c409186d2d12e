import type {BlameReport, Tail, TailSplit, TailStage} from '../protocol/index.ts';
import {splitWords, stageWords} from './culprit.tsx';
import {ShareBar} from './figure.tsx';
import {formatCount, formatMs, formatPercentile, formatShare, formatSigned} from './format.ts';
import {ScrollBox} from './scroll-box.tsx';
import {Place} from './waiting.tsx';

/** Draws the slow turns against the middle: which stages they took longer in, and who they are. */
export function TailSection({report}: {report: BlameReport | undefined}) {
  if (!report) return <Place tall="table" />;
  const {all, misses} = report.tail;
  return (
    <section class="card wide" aria-labelledby="tail">
      <h2 id="tail">What slow turns have in common</h2>
      {all.state === 'hidden' ? (
        <p class="note">{all.words}: there must be 30 slow turns.</p>
      ) : (
        <>
          <p class="note">
            {formatCount(all.count)} turns from {formatPercentile(all.share)} on ({formatMs(all.fromMs)} or more)
            against {formatCount(all.middleCount)} in the middle (P45 to P55). They took {formatMs(all.excessMs)}{' '}
            longer; the shares are of that.
          </p>
          <StageTable all={all} misses={misses} />
          <SplitTable splits={report.splits} />
        </>
      )}
    </section>
  );
}

function StageTable({all, misses}: {all: Extract<Tail, {state: 'known'}>; misses: Tail}) {
  const others = new Map(misses.state === 'known' ? misses.stages.map((stage) => [stage.stage, stage]) : []);
  return (
    <ScrollBox label="Slow turns by stage, table">
      <table class="tail" aria-label="Slow turns by stage, largest excess first">
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">Share of the excess</th>
            <th scope="col">Longer by</th>
            <th scope="col">Grew most in</th>
            <th scope="col">Over its budget</th>
            <th scope="col">Misses only</th>
          </tr>
        </thead>
        <tbody>
          {all.stages.map((stage) => (
            <tr key={stage.stage}>
              <th scope="row" class="stage-name">
                {stageWords(stage.stage)}
              </th>
              <td>
                <span class="share">
                  <span class="value">{signedShare(stage.excessShare)}</span>
                  <ShareBar share={Math.min(1, Math.max(0, stage.excessShare))} tone="bad" />
                </span>
              </td>
              <td>{formatSigned(stage.excessMs, formatMs)}</td>
              <td>{formatShare(stage.slowShare ?? 0)}</td>
              <td>{overWords(stage)}</td>
              <td>{shareWords(others.get(stage.stage), misses)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function SplitTable({splits}: {splits: readonly TailSplit[]}) {
  const first = splits.filter(({by}, index) => splits.findIndex((other) => other.by === by) === index);
  return (
    <>
      <h3 id="who">Who they are</h3>
      <ScrollBox label="Who the slow turns are, table">
        <SplitRows splits={first} />
      </ScrollBox>
      <details>
        <summary>All values</summary>
        <ScrollBox label="Who the slow turns are, all values, table" tall="bounded">
          <SplitRows splits={splits} />
        </ScrollBox>
      </details>
    </>
  );
}

function SplitRows({splits}: {splits: readonly TailSplit[]}) {
  return (
    <table class="who" aria-labelledby="who">
      <thead>
        <tr>
          <th scope="col">What stands out most</th>
          <th scope="col">Of slow turns</th>
          <th scope="col">Of all turns</th>
          <th scope="col">Times</th>
        </tr>
      </thead>
      <tbody>
        {splits.map((split) => (
          <tr key={`${split.by} ${split.name}`}>
            <th scope="row">{splitWords(split)}</th>
            <td>{formatShare(split.slowShare)}</td>
            <td>{formatShare(split.allShare)}</td>
            <td>
              {split.clear ? times(split.slowShare, split.allShare) : <span class="figure-hidden">may be chance</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Writes how many times as frequent something is among slow turns. */
function times(slowShare: number, otherShare: number): string {
  return otherShare > 0 ? `× ${(slowShare / otherShare).toFixed(1)}` : slowShare > 0 ? 'only there' : '';
}

function overWords({over}: TailStage): string {
  if (!over) return '';
  const {slowShare, otherShare} = over;
  return `${formatShare(slowShare)} (${times(slowShare, otherShare)})`;
}

function shareWords(stage: TailStage | undefined, tail: Tail): string {
  if (tail.state === 'hidden') return tail.words;
  return stage ? signedShare(stage.excessShare) : '';
}

/** Writes a share that may be less than none; what rounds to nothing has no sign. */
function signedShare(share: number): string {
  return formatSigned(Math.abs(share) < 0.0005 ? 0 : share, formatShare);
}

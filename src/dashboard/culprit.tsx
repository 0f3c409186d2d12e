import type {BlameReport, BlameVerdict, ReportAnswer, TailSplit} from '../protocol/index.ts';
import {formatMoment, formatMs, formatPercentile, formatShare} from './format.ts';

type Culprit = Extract<BlameVerdict, {kind: 'culprit'}>;

/** What is to be done where a cause is no stage of the backend's own. */
const HINTS: Readonly<Record<string, string>> = {
  'buffering-proxy': 'Tokens were made and did not arrive: switch its buffering off.',
  'cold-starts': 'Keep an instance warm.',
  unattributed: 'A backend tells of its stages as Server-Timing or in the stream.',
};

const NAMES: Readonly<Record<string, string>> = {
  'buffering-proxy': 'A buffering proxy',
  'cold-starts': 'Cold starts',
};

/** Why nobody is to blame, by where the tail is. */
const NOTHING = {
  within: 'Nothing stands out: the tail is within budget.',
  unsure: 'Nothing stands out: that more than 1 % are over budget is not sure.',
  undeclared: 'Nothing stands out, and no budget is declared.',
} as const;

/** Draws who is to blame for the tail, since when and for whom, in one sentence that begins with the name. */
export function CulpritSentence({answer}: {answer: ReportAnswer<'blame'> | undefined}) {
  if (!answer) return <p class="culprit culprit-none">Looking for who is to blame …</p>;
  const {report, computedAt} = answer;
  const {verdict} = report;
  if (verdict.kind !== 'culprit') {
    return (
      <p class="culprit culprit-none" data-culprit="none">
        {verdict.kind === 'hidden' ? `Who is to blame: ${verdict.words}` : nothingWords(report, verdict)}
      </p>
    );
  }
  const {excessShare, lowShare, highShare, stage, name, since, who} = verdict;
  return (
    <div class="culprit" data-culprit={name}>
      <p class={verdict.tail === 'over' ? 'culprit-words culprit-bad' : 'culprit-words'}>
        <CulpritName name={name} over={since?.untilAt !== undefined} /> for {formatShare(Math.min(1, excessShare))} of
        the tail's excess, {since ? sinceWords(since, computedAt) : 'over the whole window'}, for{' '}
        {who ? <Who who={who} /> : 'everybody'}.
      </p>
      <p class="culprit-note">
        <span class="sr">95 % interval </span>
        {formatShare(Math.max(0, lowShare))} to {formatShare(Math.min(1, highShare))} with 95 % confidence
        {excessWords(report)}
        {stage !== undefined && `, most of it in ${stageWords(stage)}`}. {HINTS[name]}
      </p>
    </div>
  );
}

function CulpritName({name, over}: {name: string; over: boolean}) {
  if (name === 'unattributed') {
    return (
      <>
        <strong>No stage</strong> {over ? 'accounted' : 'accounts'}
      </>
    );
  }
  const many = name === 'cold-starts';
  return (
    <>
      <strong>{NAMES[name] ?? name}</strong> {over ? (many ? 'were' : 'was') : many ? 'are' : 'is'} to blame
    </>
  );
}

function Who({who}: {who: TailSplit}) {
  return (
    <>
      {splitWords(who)} ({formatShare(who.slowShare)} of its slow turns)
    </>
  );
}

/** Writes a stage's name; causes that are no stage of a backend have words for one. */
export function stageWords(name: string): string {
  return name === 'buffering-proxy' ? 'buffering proxy' : name;
}

/** Writes a value of a split with what it is: `route powerful`, `first questions of a page`. */
export function splitWords({by, name}: Pick<TailSplit, 'by' | 'name'>): string {
  if (by === 'turn' && name !== 'unknown') return `${name} questions of a page`;
  if (by === 'hour') return `${name}:00 UTC`;
  if (by === 'net') return `network ${name}`;
  return `${by} ${name}`;
}

function sinceWords({fromAt, untilAt}: NonNullable<Culprit['since']>, nowAt: number): string {
  const from = formatMoment(fromAt, nowAt);
  if (untilAt === undefined) return `since ${from}`;
  const sameDay = new Date(fromAt).toDateString() === new Date(untilAt).toDateString();
  return `from ${from} to ${formatMoment(untilAt, sameDay ? fromAt : nowAt)}`;
}

function excessWords({tail: {all}}: BlameReport): string {
  if (all.state !== 'known') return '';
  return `; turns from ${formatPercentile(all.share)} on took ${formatMs(all.excessMs)} longer than the middle`;
}

function nothingWords({tail: {all}}: BlameReport, verdict: Extract<BlameVerdict, {kind: 'nothing'}>): string {
  if (verdict.tail !== 'over') return NOTHING[verdict.tail];
  const [largest] = all.state === 'known' ? all.stages : [];
  return largest
    ? `No one stage is to blame: ${stageWords(largest.stage)} has ${formatShare(largest.excessShare)} of the tail's excess, and none has more.`
    : 'No one stage is to blame.';
}

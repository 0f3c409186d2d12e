import type {Figure, Proportion} from '../protocol/index.ts';
import {formatCount, formatMs, formatShare} from './format.ts';

/** Draws a percentile as far as its data carry it: words where it is hidden, grey with its interval where n is small. */
export function FigureText({figure}: {figure: Figure | undefined}) {
  if (!figure) return <span class="figure figure-hidden">no turns</span>;
  if (figure.state === 'hidden') return <span class="figure figure-hidden">{figure.words}</span>;
  if (figure.state === 'unreached') {
    return (
      <span class="figure figure-grey" title={figure.words}>
        <span class="value">over {formatMs(figure.aboveMs)}</span>
        <span class="interval">{figure.words}</span>
      </span>
    );
  }
  return (
    <span class={`figure figure-${figure.state}`}>
      <span class="value">{formatMs(figure.valueMs)}</span>
      <span class="interval">
        <span class="sr">95 % interval </span>
        {intervalText(figure)}
        {figure.state === 'grey' && ', few turns'}
      </span>
      {figure.answeredMs !== undefined && (
        <span class="answered">answered turns alone {formatMs(figure.answeredMs)}</span>
      )}
    </span>
  );
}

/** Writes the ends of a figure's interval; an end that was not reached stands open. */
export function intervalText(figure: {lowMs: number; highMs?: number}): string {
  return figure.highMs === undefined
    ? `from ${formatMs(figure.lowMs)}`
    : `${formatMs(figure.lowMs)} to ${formatMs(figure.highMs)}`;
}

/** Draws a share with its bar; the interval and the count are told on hover and to screen readers. */
export function ShareText({share, tone = 'plain'}: {share: Proportion; tone?: 'plain' | 'bad'}) {
  if (share.state === 'none') return <span class="figure-hidden">none declared</span>;
  const interval = `95 % interval ${formatShare(share.lowShare)} to ${formatShare(share.highShare)}, n=${formatCount(share.count)}`;
  return (
    <span class="share" title={interval}>
      <span class="value">{formatShare(share.share)}</span>
      <span class="sr"> ({interval})</span>
      <ShareBar share={share.share} tone={tone} />
    </span>
  );
}

/** Draws a share with its bar and its interval in sight; `bound` says on which side of the true one it lies. */
export function ShareFigure({share, none, bound = ''}: {share: Proportion; none: string; bound?: string}) {
  if (share.state === 'none') return <span class="figure figure-hidden">{none}</span>;
  return (
    <span class="figure">
      <span class="value">
        {bound && <span class="bound">{bound} </span>}
        {formatShare(share.share)}
      </span>
      <ShareBar share={share.share} />
      <span class="interval">
        <span class="sr">95 % interval </span>
        {formatShare(share.lowShare)} to {formatShare(share.highShare)}, n={formatCount(share.count)}
      </span>
    </span>
  );
}

/** Draws a share from 0 to 1 as a bar; it says nothing to screen readers, the number beside it does. */
export function ShareBar({share, tone = 'plain'}: {share: number; tone?: 'plain' | 'bad'}) {
  return (
    <svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bar-track" width="100" height="6" />
      <rect class={`bar-fill bar-${tone}`} width={Math.max(share > 0 ? 1 : 0, share * 100)} height="6" />
    </svg>
  );
}

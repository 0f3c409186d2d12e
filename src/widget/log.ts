import type {More, MoreParts} from './parts.ts';

/** The part of the panel in which the conversation is scrolled. */
export interface Log extends Pick<More, 'hear' | 'seen'> {
  /** Whether its end is out of the reader's sight. */
  away(): boolean;
  toEnd(): void;
}

/** How far from the end a reader still follows what comes, in CSS pixels. */
const NEAR_PX = 40;

/**
 * Keeps who reads at the end of the conversation there, and holds the place of who reads further up, where the browser
 * does not. The layout is never asked for: the browser tells when it made one.
 */
export function createLog({box, draw, signal}: MoreParts): Log {
  const holdsPlace = CSS.supports('overflow-anchor', 'auto'); // Safari has none up to 18
  const end = document.createElement('i');
  let log: Element | null = null;
  let newest: Element | null = null;
  let away = false;
  let heightPx = 0;
  let sight: IntersectionObserver | undefined;

  const growth = new ResizeObserver(([entry]) => {
    const grownPx = Math.round(entry?.contentRect.height ?? 0) - heightPx; // what is rounded anew each time drifts
    heightPx += grownPx;
    if (away && log) log.scrollTop -= grownPx;
  });
  signal.addEventListener('abort', () => {
    sight?.disconnect();
    growth.disconnect();
  });

  function toEnd(): void {
    if (log) log.scrollTop = 0; // it begins at its end
  }

  function watch(): void {
    log ??= begin();
    const last = box.querySelector('.messages > :last-child');
    if (holdsPlace || !last || last === newest) return;
    growth.disconnect();
    newest = last;
    heightPx = Math.round(last.clientHeight);
    growth.observe(last);
  }

  function begin(): Element | null {
    const root = box.querySelector('.log');
    if (!root) return null;
    root.prepend(end); // drawn from the end upwards
    sight = new IntersectionObserver(
      (entries) => {
        const next = entries.at(-1)?.isIntersecting === false;
        if (next === away) return;
        away = next;
        draw();
      },
      {root, rootMargin: `${NEAR_PX}px`},
    );
    sight.observe(end);
    // not while somebody moves it: nobody would get away from the end
    root.addEventListener('scrollend', () => root.scrollTop > -NEAR_PX && toEnd(), {signal});
    return root;
  }

  watch();
  return {
    away: () => away,
    toEnd,
    seen: watch,
    hear({kind}) {
      if (kind !== 'send') return;
      // once it is drawn
      queueMicrotask(() => {
        watch();
        toEnd(); // who asks wants to see it
      });
    },
  };
}

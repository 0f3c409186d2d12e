import {type Metric, onCLS, onFCP, onINP, onLCP, onTTFB} from 'web-vitals';
import type {PageRecord} from '../protocol/index.ts';
import {leashTo} from './leash.ts';
import type {WatchVitals} from './rum.ts';

/** A metric; those of interactions have entries of events. */
type Told = Pick<Metric, 'name' | 'value'> & {entries: readonly (PerformanceEntry & {target?: Node | null})[]};

/** How many interactions with a chat are remembered: the page's slowest is told soon after it happened. */
const REMEMBERED_COUNT = 20;

/**
 * Watches the vitals of this page view. What the page's slowest interaction was with, where that was a control of ours,
 * stands in the browser's performance timeline: a measure `firstword-inp:<part>` as long as the interaction. The
 * package, and anybody else, sees no more of it than the host element.
 */
export const watchVitals: WatchVitals = ({root, onVitals, signal}) => {
  let vitals: PageRecord['vitals'];
  /** The controls that were used, by when, in whole ms. */
  const used = new Map<number, string | undefined>();
  const note = ({timeStamp, target}: Event) => {
    if (used.size > REMEMBERED_COUNT) used.clear();
    used.set(Math.round(timeStamp), (target as Element).closest('[part]')?.part[0]); // in a shadow root
  };
  for (const type of ['pointerdown', 'click', 'keydown']) {
    root.addEventListener(type, note, {signal, capture: true});
  }

  function tell({name, value, entries}: Told): void {
    const [most, steps] = name === 'CLS' ? [100, 10_000] : [600_000, 10]; // the steps of 1, or of one ms
    vitals = {...vitals, [name.toLowerCase()]: Math.round(Math.min(value, most) * steps) / steps};
    onVitals(vitals);
    if (name !== 'INP') return;
    for (const {startTime: start, target} of entries) {
      // before anybody listened, such as at the click that opened the chat, the browser still names the host
      const part = used.get(Math.round(start)) ?? (target === root.host && root.host.localName);
      if (part) return void performance.measure(`firstword-inp:${part}`, {start, duration: value});
    }
  }

  leashTo(signal);
  for (const watch of [onTTFB, onFCP, onLCP, onCLS, onINP]) watch(tell, {reportAllChanges: true});
};

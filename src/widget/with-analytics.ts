import {analytics as analyticsHash} from 'virtual:firstword-files';
import {type Analytics, createStandIn, type Measure, signalled} from '../chat/index.ts';
import type * as AnalyticsFile from './analytics.ts';
import type {PanelParts} from './parts.ts';

/** Takes the place of what could not be loaded: whatever it is told, it does nothing. */
const NOBODY = new Proxy({} as Analytics, {get: () => () => undefined});

/**
 * Has the analytics of the page told what is measured. Nothing is loaded for it where they are not wanted, or the visitor
 * is not to be told of: under Global Privacy Control or Do Not Track.
 */
export function withAnalytics(
  measure: Measure,
  parts: Pick<PanelParts, 'load' | 'options' | 'print' | 'host' | 'signal'>,
): Measure {
  if (parts.options.analytics.includes('none') || signalled()) return measure;
  const {proxy: analytics, arrive} = createStandIn<Analytics>();
  parts.load('firstword-analytics', analyticsHash).then(
    (file) => parts.signal.aborted || arrive((file as typeof AnalyticsFile).startAnalytics(parts)), // checked by its hash
    () => arrive(NOBODY), // said by whoever loads it
  );
  return {
    ...measure,
    take(record) {
      measure.take(record);
      analytics.take(record);
    },
    feedback(turnId, fb) {
      measure.feedback(turnId, fb);
      analytics.feedback(turnId, fb);
    },
    leave(snapshot) {
      measure.leave(snapshot);
      analytics.leave(snapshot);
    },
    consent(answer) {
      measure.consent(answer);
      analytics.consent(answer);
    },
    stop() {
      measure.stop();
      analytics.stop();
    },
  };
}

import type {CDPSession} from 'playwright-core';
import {type TraceEvent, traceEvents} from '../trace.ts';

/** Something that a page marked when it drew it, both instants on the page's clock in ms. */
export interface Shown {
  markedMs: number;
  /** When the first frame with it was on the screen; undefined where none was. */
  shownMs: number | undefined;
}

/** Chromium's account of one frame (`PipelineReporter`): when it took what the page had drawn, and when it was shown. */
interface Frame {
  commitUs: number;
  shownUs: number;
}

const CATEGORIES = ['cc', 'disabled-by-default-devtools.timeline.frame', 'blink.user_timing'];

/**
 * Says when frames showed what a page drew: of the frames that took what was drawn at or after a mark, the first that
 * was shown.
 *
 * @param options.session - A session of the browser, not of the page.
 * @throws Error when the page made no such mark.
 */
export async function traceShown(options: {
  session: CDPSession;
  mark: string;
  work: () => Promise<unknown>;
}): Promise<Shown[]> {
  const events = await traceEvents(options.session, {categories: CATEGORIES, work: options.work});
  events.sort((a, b) => a.ts - b.ts);
  const marks = events.filter(({name}) => name === options.mark);
  if (marks.length === 0) throw new Error(`the page made no mark ${options.mark}`);
  const frames = readFrames(events.filter(({pid}) => pid === marks[0]?.pid));
  return marks.map(({ts, args}) => {
    const markedMs = args?.data?.startTime ?? Number.NaN; // the same instant on the page's clock
    const frame = frames.find(({commitUs}) => commitUs >= ts);
    return {markedMs, shownMs: frame && markedMs + (frame.shownUs - ts) / 1000};
  });
}

/** Lists the frames that were shown and took something new from the page, in the order in which they took it. */
function readFrames(events: readonly TraceEvent[]): Frame[] {
  const frames: Frame[] = [];
  const open = new Map<string, {commitUs?: number; sent?: boolean}>();
  for (const {name, ph, ts, id2} of events) {
    const id = id2?.local ?? '';
    const frame = open.get(id);
    if (name === 'PipelineReporter' && ph === 'b') open.set(id, {});
    else if (!frame) continue;
    else if (name === 'Commit' && ph === 'b') frame.commitUs = ts;
    else if (name === 'SubmitCompositorFrameToPresentationCompositorFrame') frame.sent = true;
    else if (name === 'PipelineReporter' && ph === 'e') {
      open.delete(id);
      if (frame.sent && frame.commitUs !== undefined) frames.push({commitUs: frame.commitUs, shownUs: ts});
    }
  }
  return frames.sort((a, b) => a.commitUs - b.commitUs);
}

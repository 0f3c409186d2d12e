import {createVerdict, type StreamVerdict} from '../../src/latency/verdict.ts';
import {createReader} from '../../src/protocol/index.ts';
import {readBody} from '../../src/stream/read-body.ts';

/** What a page saw of one answer. */
export interface Watched {
  verdict: StreamVerdict | undefined;
  encoding: string | null;
  /** How many tokens came in each read that had any. */
  tokenCounts: number[];
}

declare global {
  interface Window {
    /** Reads one answer as the chat does, and says how it arrived. */
    watchAnswer(url: string, question?: string): Promise<Watched>;
  }
}

const busySpans: {fromMs: number; toMs: number}[] = [];
const tasks = new PerformanceObserver((list) => noteBusy(list.getEntries()));
tasks.observe({type: 'longtask'});

function noteBusy(entries: PerformanceEntryList): void {
  busySpans.push(...entries.map(({startTime, duration}) => ({fromMs: startTime, toMs: startTime + duration})));
}

window.watchAnswer = async (url, question) => {
  const verdict = createVerdict();
  const tokenCounts: number[] = [];
  let tokenCount = 0;
  // what may be in the cache is asked for once at a time
  const request = question === undefined ? {cache: 'no-store' as const} : {method: 'POST', body: question};
  const response = await fetch(url, request);
  const {headers, body} = response;
  const reader = createReader({protocol: 'firstword', headers, endpoint: url, conversationId: 'c1'});
  if (!reader || !body) throw new Error(`${response.status} without an answer`);
  await readBody({
    body,
    framing: reader.framing,
    now: () => performance.now(),
    onChunk(nowMs) {
      verdict.read(nowMs);
      if (tokenCount > 0) tokenCounts.push(tokenCount);
      tokenCount = 0;
    },
    onEvent(wire) {
      let ended = false;
      for (const event of reader.read(wire)) {
        verdict.event(event.e);
        if (event.kind === 'text') tokenCount++;
        ended ||= event.kind === 'end';
      }
      return ended;
    },
  });
  if (tokenCount > 0) tokenCounts.push(tokenCount);
  noteBusy(tasks.takeRecords());
  for (const {fromMs, toMs} of busySpans) verdict.busy(fromMs, toMs);
  return {verdict: verdict.judge(), encoding: headers.get('content-encoding'), tokenCounts};
};

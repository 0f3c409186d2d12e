import {useEffect, useRef, useState} from 'preact/hooks';
import {REPORT_VERSION, type ReportAnswer, type Reports, SUMMARY_VERSION, type Summary} from '../protocol/index.ts';
import {loadAnswer} from './load-answer.ts';
import {createPoller, type Poller, type PollState} from './poll.ts';
import {type Query, writeQuery} from './query.ts';

/** Time between two of the same report while somebody looks. */
export const REPORT_POLL_MS = 10_000;

/** What is known of an answer, whether it is of another query than the one asked for now, and a way to ask at once. */
export interface Asked<Answer> {
  state: PollState<Answer>;
  busy: boolean;
  refresh: () => void;
}

/** Keeps the summary of a query fresh while the page is visible. */
export function useSummary(query: Query): Asked<Summary> {
  return useAnswer<Summary>(`../v1/summary${writeQuery(query)}`, {version: SUMMARY_VERSION});
}

/**
 * Keeps a report of a query fresh while the page is visible.
 *
 * @returns The report and when it was computed; undefined until there is one. The last one stays through failures, which
 *   the summary tells of.
 */
export function useReport<Name extends keyof Reports>(name: Name, query: Query): ReportAnswer<Name> | undefined {
  const url = `../v1/reports/${name}${writeQuery(query)}`;
  const {state, busy} = useAnswer<ReportAnswer<Name>>(url, {version: REPORT_VERSION, pollMs: REPORT_POLL_MS});
  return 'answer' in state && !busy ? state.answer : undefined;
}

function useAnswer<Answer extends {v: number}>(
  path: string,
  {version, pollMs}: {version: Answer['v']; pollMs?: number},
): Asked<Answer> {
  const [known, setKnown] = useState<{state: PollState<Answer>; path: string}>({state: {kind: 'loading'}, path: ''});
  const poller = useRef<Poller | undefined>(undefined);

  useEffect(() => {
    const url = new URL(path, document.baseURI).href;
    const created = createPoller<Answer>({
      load: (signal) => loadAnswer<Answer>({url, version, signal}),
      visible: document.visibilityState === 'visible',
      onState: (state) => setKnown({state, path}),
      ...(pollMs === undefined ? {} : {pollMs}),
    });
    poller.current = created;
    const onVisibility = () => created.visibility({visible: document.visibilityState === 'visible'});
    const onOnline = () => created.refresh();
    document.addEventListener('visibilitychange', onVisibility);
    window.addEventListener('online', onOnline);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      window.removeEventListener('online', onOnline);
      created.stop();
    };
  }, [path, version, pollMs]);

  return {state: known.state, busy: known.path !== path, refresh: () => poller.current?.refresh()};
}

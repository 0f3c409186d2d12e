import {useContext, useEffect, useRef, useState} from 'preact/hooks';
import {REPORT_VERSION, type ReportAnswer, type Reports, SUMMARY_VERSION, type Summary} from '../protocol/index.ts';
import {loadAnswer} from './load-answer.ts';
import {createPoller, POLL_MS, type Poller, type PollState} from './poll.ts';
import {type Query, writeListed, writeQuery} from './query.ts';
import {TokenContext} from './token.tsx';

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
  const {state, busy} = useReportState(name, query);
  return 'answer' in state && !busy ? state.answer : undefined;
}

/** Keeps a report of a query fresh, as `useReport` does, and tells why there is none. */
export function useReportState<Name extends keyof Reports>(name: Name, query: Query): Asked<ReportAnswer<Name>> {
  const against = name === 'compare' ? `&compare=${query.compare ?? 'before'}` : '';
  const url = `../v1/reports/${name}${writeQuery(query)}${against}`;
  return useAnswer<ReportAnswer<Name>>(url, {version: REPORT_VERSION, pollMs: REPORT_POLL_MS});
}

/**
 * Keeps the newest turns of a query fresh, as often as the summary.
 *
 * @param options.rests - Holds them as they are.
 */
export function useTurns(query: Query, {rests}: {rests: boolean}): Asked<ReportAnswer<'turns'>> {
  const url = `../v1/reports/turns${writeListed(query)}`;
  return useAnswer<ReportAnswer<'turns'>>(url, {version: REPORT_VERSION, pollMs: POLL_MS, rests});
}

function useAnswer<Answer extends {v: number}>(
  path: string,
  options: {version: Answer['v']; pollMs?: number; rests?: boolean},
): Asked<Answer> {
  const {version, pollMs, rests = false} = options;
  const token = useContext(TokenContext);
  const asked = `${token ?? ''} ${path}`;
  const [known, setKnown] = useState<{state: PollState<Answer>; asked: string}>({state: {kind: 'loading'}, asked: ''});
  const poller = useRef<Poller | undefined>(undefined);
  const resting = rests && known.asked === asked;

  useEffect(() => {
    if (resting) return;
    const url = new URL(path, document.baseURI).href;
    const created = createPoller<Answer>({
      load: (signal) => loadAnswer<Answer>({url, version, token, signal}),
      visible: document.visibilityState === 'visible',
      onState: (state) => setKnown({state, asked}),
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
  }, [path, version, pollMs, resting, token, asked]);

  return {state: known.state, busy: known.asked !== asked, refresh: () => poller.current?.refresh()};
}

import {useEffect, useRef, useState} from 'preact/hooks';
import {loadSummary} from './load-summary.ts';
import {createPoller, type Poller, type PollState} from './poll.ts';
import {type Query, writeQuery} from './query.ts';

/**
 * Keeps the summary of a query fresh while the page is visible.
 *
 * @returns The state, whether it is of another query than the one asked for now, and a way to ask again at once.
 */
export function useSummary(query: Query): {state: PollState; busy: boolean; refresh: () => void} {
  const [known, setKnown] = useState<{state: PollState; search: string}>({state: {kind: 'loading'}, search: ''});
  const poller = useRef<Poller | undefined>(undefined);
  const search = writeQuery(query);

  useEffect(() => {
    const url = new URL(`../v1/summary${search}`, document.baseURI).href;
    const created = createPoller({
      load: (signal) => loadSummary({url, signal}),
      visible: document.visibilityState === 'visible',
      onState: (state) => setKnown({state, search}),
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
  }, [search]);

  return {state: known.state, busy: known.search !== search, refresh: () => poller.current?.refresh()};
}

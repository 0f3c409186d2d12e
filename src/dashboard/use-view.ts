import {useEffect, useState} from 'preact/hooks';
import {type Query, readQuery, writeView} from './query.ts';

/**
 * Keeps what is looked at in the address, so that a link shares it and the way back leads through what was looked at
 * before. What the address said wrong is put right in it without a step in the history.
 *
 * @returns The query, and what changes it on purpose: one step in the history.
 */
export function useView(): [query: Query, change: (query: Query) => void] {
  const [query, setQuery] = useState<Query>(() => readQuery(location.search));

  useEffect(() => {
    history.replaceState(null, '', writeView(query) + location.hash);
    const onBack = () => setQuery(readQuery(location.search));
    window.addEventListener('popstate', onBack);
    return () => window.removeEventListener('popstate', onBack);
  }, []);

  function change(next: Query): void {
    const address = writeView(next);
    if (address !== location.search) history.pushState(null, '', address + location.hash);
    setQuery(next);
  }
  return [query, change];
}

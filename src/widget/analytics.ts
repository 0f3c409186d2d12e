import {type Analytics, createAnalytics} from '../chat/index.ts';
import type {PanelParts} from './parts.ts';

/** Starts telling the analytics of the page; that the chat was opened at once, since nothing is measured before. */
export function startAnalytics({
  options,
  print: onLine,
  host,
  signal,
}: Pick<PanelParts, 'options' | 'print' | 'host' | 'signal'>): Analytics {
  const analytics = createAnalytics({...options, onLine});
  analytics.opened();
  // firstword:open does not tell which of several chats of a page was opened
  const opened = new MutationObserver((changes) => {
    if (changes.some(({oldValue}) => oldValue === null)) analytics.opened();
  });
  opened.observe(host, {attributeFilter: ['open'], attributeOldValue: true});
  // what hears of it before this has told by then how an open turn stands
  window.addEventListener('pagehide', ({persisted}) => persisted && analytics.suspend(), {signal});
  signal.addEventListener('abort', () => opened.disconnect());
  return analytics;
}

/** What the browser tells of a time in which the page was busy. */
export type BusyEntry = PerformanceEntry & {blockingDuration?: number};
/** Is told of such a time. */
export type OnBusy = (fromMs: number, toMs: number, entry: BusyEntry) => void;

/** Watches for what kept the page from reading and drawing, as far as the browser tells of it. */
export function watchBusy(listeners: Readonly<Record<string, OnBusy>>): {
  has(type: string): boolean;
  flush(): void;
  stop(): void;
} {
  const take = (entries: readonly BusyEntry[]) => {
    for (const entry of entries) {
      const {entryType, startTime, duration} = entry;
      listeners[entryType]?.(startTime, startTime + duration, entry);
    }
  };
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  const has = (type: string) => PerformanceObserver.supportedEntryTypes.includes(type);
  for (const type of Object.keys(listeners)) {
    const wanted = {type, buffered: true, durationThreshold: 16}; // the least there is, for events
    if (has(type)) observer.observe(wanted);
  }
  return {has, flush: () => take(observer.takeRecords()), stop: () => observer.disconnect()};
}

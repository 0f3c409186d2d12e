/** How a turn ended; `open` is a snapshot of one that has not. */
export type Outcome =
  | 'open'
  | 'complete'
  | 'partial'
  | 'cut'
  | 'fallback'
  | 'abandoned'
  | 'stopped'
  | 'error'
  | 'offline';

/** An instant in a turn, by its name in the record. */
export type Milestone = 'sent' | 'headers' | 'byte' | 'status' | 'token' | 'paint' | 'last' | 'done' | 'echo';

/** Who answered. */
export type Source = 'model' | 'cache' | 'faq' | 'fallback';

/** Why a turn failed, from the closed list of the beacon. */
export type ErrorKind =
  | 'network'
  | 'timeout'
  | 'http-4xx'
  | 'http-429'
  | 'http-5xx'
  | 'stream-cut'
  | 'parse'
  | 'blocked'
  | 'server'
  | 'other';

/** How the visitor left a turn that had not ended. */
export type Left = 'hidden' | 'pagehide' | 'resubmit' | 'stop' | 'close-widget';

/** What the endpoint spoke. */
export type Protocol =
  | 'firstword'
  | 'ai-sdk'
  | 'ag-ui'
  | 'openai'
  | 'openai-responses'
  | 'anthropic'
  | 'langgraph'
  | 'ollama'
  | 'text';

/** One stage in a record: a span of work, its start and length in ms, its budget and where the number came from. */
export interface StageRecord {
  s: string;
  ms: number;
  at?: number;
  b?: number;
  src?: 'client' | 'header' | 'stream' | 'derived';
  st?: 'ok' | 'timeout' | 'error' | 'skipped' | 'cached';
}

/** How the bytes arrived. `gap` is the longest wait between chunks in ms; `est` marks a token count made from characters. */
export interface StreamRecord {
  verdict?: 'streamed' | 'buffered' | 'chunked' | 'single' | 'unknown';
  chunks?: number;
  tokens?: number;
  est?: boolean;
  chars?: number;
  stalls?: number;
  gap?: number;
}

/** A cache's part in an answer. */
export interface CacheRecord {
  hit: 'none' | 'exact' | 'semantic' | 'learned' | 'stale';
  at?: 'browser' | 'server' | 'edge';
  ms?: number;
  age_s?: number;
}

/**
 * One turn as it is measured: offsets in ms since the visitor's own event, one decimal, absent when not reached.
 * Names and bounds are those of the beacon schema; it has no place for text.
 */
export interface TurnRecord {
  id: string;
  rev: number;
  final: boolean;
  n?: number;
  age: number;
  outcome: Outcome;
  t: Partial<Record<Milestone, number>>;
  class?: string;
  waited?: number;
  left?: Left;
  budget?: {token: number; done: number};
  stages?: StageRecord[];
  cache?: CacheRecord;
  stream?: StreamRecord;
  error?: ErrorKind;
  retries?: number;
  hidden?: number;
  hid?: number;
  busy?: number;
  inp?: number;
  model?: string;
  arms?: Record<string, string>;
  w?: number;
  source?: Source;
  proto?: Protocol;
  route?: string;
  run?: string;
  lang?: string;
  resumes?: number;
  silence?: number;
  speed?: number;
  task?: number;
  again?: 'rephrase' | 'regenerate' | 'edit' | 'rejected';
  fb?: 'up' | 'down' | 'wrong';
  over?: string[];
  cold?: boolean;
  cached_tokens?: number;
  prefetch?: {r: 'used' | 'late' | 'wasted' | 'cancelled' | 'failed'; lead?: number; count?: number};
  hedge?: {won: 'primary' | 'hedge' | 'none' | 'denied'; at?: number};
  fallback?: {
    why: 'deadline-token' | 'deadline-done' | 'error' | 'offline' | 'overload' | 'breaker';
    kind: 'faq' | 'route' | 'cached' | 'partial' | 'contact' | 'message';
    at?: number;
  };
  arr?: [number, number][];
}

import {createAt, list, number, string} from './fields.ts';

/** On which terms an answer may be given again. */
export interface CacheTerms {
  /** To everybody, or only within the visitor's session. */
  scope: 'public' | 'session';
  /** How long. */
  ttlMs: number;
  /** The version of the knowledge that it was made from; empty where the backend does not say. */
  version: string;
  /** What it is about, by the backend's words. */
  tags: readonly string[];
}

/** Reads the terms of a `data-fw-cache` part; undefined where the answer may not be given again. */
export function readTerms(terms: unknown): CacheTerms | undefined {
  const at = createAt(terms);
  const scope = (['public', 'session'] as const).find((known) => known === at('scope'));
  const ttlMs = number(at('ttlMs')) ?? 0;
  if (at('cacheable') !== true || !scope || ttlMs <= 0) return undefined;
  return {
    scope,
    ttlMs,
    version: string(at('version')) ?? '',
    tags: list(at('tags')).flatMap((tag) => string(tag) ?? []),
  };
}

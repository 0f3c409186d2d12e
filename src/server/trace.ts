/** A turn's place in the trace of the page that asked (W3C Trace Context); all in lower-case hexadecimal. */
export interface TurnTrace {
  traceId: string;
  /** The turn's own span, a new one. */
  spanId: string;
  /** The span of whoever asked. */
  parentSpanId: string;
  /** Whether the asker's own spans are recorded. */
  isSampled: boolean;
  /** What is handed on: the same trace, the turn's span, the asker's flags. */
  traceparent: string;
}

/**
 * Reads the trace that a request continues.
 *
 * @param given - A `traceparent`; what is none is ignored, as the standard demands.
 * @returns undefined when there is no trace to continue.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function continueTrace(given: string | null | undefined): TurnTrace | undefined {
  const [, version, traceId = '', parentSpanId = '', flags = '', more] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(given ?? '') ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentSpanId)) return undefined;
  const spanId = crypto.randomUUID().replaceAll('-', '').slice(0, 16);
  const isSampled = (Number.parseInt(flags, 16) & 1) === 1;
  return {traceId, spanId, parentSpanId, isSampled, traceparent: `00-${traceId}-${spanId}-${flags}`};
}

/** The sizes above which a request is refused or cut. */
export interface Limits {
  /** Largest body of a POST in bytes, as read; above it the answer is 413. */
  bodyBytes: number;
  /**
   * Longest prompt in UTF-16 units, instructions apart. A question above it is refused with 413; of the earlier
   * messages the newest that fit are kept.
   */
  promptChars: number;
  /** Largest `fw.context` (the page's own facts) in bytes of JSON; above it the answer is 413. */
  contextBytes: number;
}

/** The limits of a handler that sets none: 256 KiB of body, 32,000 characters of prompt, 2 KiB of page facts. */
export const DEFAULT_LIMITS: Readonly<Limits> = {bodyBytes: 262_144, promptChars: 32_000, contextBytes: 2_048};

/**
 * Reads the limits that a handler was given; what is not a positive whole number falls back to its default.
 *
 * @param given - Any of the limits.
 * @param warn - Is told each limit that fell back.
 */
export function readLimits(given: Partial<Limits> | undefined, warn: (line: string) => void): Limits {
  const limits = {...DEFAULT_LIMITS};
  for (const name of ['bodyBytes', 'promptChars', 'contextBytes'] as const) {
    const value = given?.[name];
    if (value === undefined) continue;
    if (Number.isSafeInteger(value) && value > 0) limits[name] = value;
    else warn(`limits.${name} is not a positive whole number; it is ${DEFAULT_LIMITS[name]}`);
  }
  return limits;
}

import type {FaqFormat} from './faq-input.ts';

/** What the commands about FAQs end with, for scripts: `problems` when the FAQ has some, `unusable` when none was looked at. */
export const FAQ_EXIT = {fine: 0, problems: 1, unusable: 2, stopped: 130} as const;

/** What `firstword faq build` and `firstword faq check` were asked for. */
export interface FaqArguments {
  format?: FaqFormat;
  /** Where the pack is written; of `build` only. */
  output?: string;
  language?: string;
  /** The pack's version. */
  version?: string;
  /** How long a page may keep it, in ms. */
  ttl?: number;
  /** Whether warnings count as errors. */
  strict?: boolean;
  minPrecision?: number;
  minCoverage?: number;
  maxFalse?: number;
  /** Whether the report is JSON. */
  json?: boolean;
}

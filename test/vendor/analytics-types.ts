// Compiled, never run: what analytics are handed is what the vendors' types take.
/// <reference types="gtag.js" />
import type {Analytics} from '@segment/analytics-next';
import type {PostHog} from 'posthog-js';
import type {EventParameters} from '../../src/rum/index.ts';

/** Each call as the page makes it. */
export const CALLS = [
  (gtag: Gtag.Gtag, parameters: EventParameters) => gtag('event', 'firstword_turn', parameters),
  (posthog: PostHog, parameters: EventParameters) => posthog.capture('firstword_turn', parameters),
  (analytics: Analytics, parameters: EventParameters) => analytics.track('firstword_turn', parameters),
];
